"""Log-in custody: who said, account by account, that they can log in; kept as files, no secrets.

At SC09 the one person who could have corrected the alarm did not know his log-in.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

FILE = "custody.json"
ENOUGH = 2
"""People who can log in: one may be away, or be the poster."""


class BrokenCustodyError(Exception):
    """A file of answers cannot be read. The text is where it is."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Answer(_Part):
    """Of one account, as ``platform/handle``: the addresses of who can log in, and of who said that
    they cannot."""

    account: str
    can: tuple[str, ...] = ()
    cannot: tuple[str, ...] = ()


class Asked(_Part):
    """What was answered on one occasion, and to whom."""

    asked_at: AwareDatetime
    asked_by: str
    accounts: tuple[Answer, ...] = ()


@dataclass(frozen=True)
class Last:
    """The last answer about one account."""

    asked_at: datetime
    answer: Answer


def drills_of(home: Path) -> Path:
    """The folder in which an installation keeps what its drills leave behind, a folder each."""
    return home / "drills"


def write(folder: Path, asked: Asked) -> Path:
    """Keep the answers in this folder of a drill; returns the file."""
    path = folder / FILE
    path.write_text(asked.model_dump_json(indent=2) + "\n", encoding="utf-8")
    path.chmod(0o600)
    return path


def last_answers(home: Path) -> dict[str, Last]:
    """The newest answer about each account. Raises BrokenCustodyError."""
    found: dict[str, Last] = {}
    for asked in sorted(_read_all(home), key=lambda one: one.asked_at):
        found |= {one.account: Last(asked.asked_at, one) for one in asked.accounts}
    return found


def _read_all(home: Path) -> Iterator[Asked]:
    for path in drills_of(home).glob(f"*/{FILE}"):
        try:
            yield Asked.model_validate_json(path.read_bytes())
        except (OSError, ValidationError):
            raise BrokenCustodyError(str(path)) from None
