"""The mails of the demo: files in the outbox folder, since there is no mail server."""

import re
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path

from amends.demo.failing import DemoError
from amends.patience import sooner_or_later

CODE = re.compile(r"^\s*((?:[0-9a-f]{6}-){3}[0-9a-f]{6})\s*$", re.MULTILINE)
LINK = re.compile(r"https?://[^\s)>\]]+")
PATIENCE_SECONDS = 30.0


@dataclass(frozen=True)
class Letter:
    """One mail that was written."""

    to: str
    subject: str
    text: str = field(repr=False)

    @property
    def links(self) -> list[str]:
        """The addresses in it."""
        return LINK.findall(self.text)


def letters(outbox: Path) -> list[Letter]:
    """Every mail so far, in the order in which they were written."""
    files = sorted(outbox.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
    return [_read(path) for path in files]


def wait_for(outbox: Path, address: str, seconds: float = PATIENCE_SECONDS) -> Letter:
    """The newest mail to this address that holds no code. Raises DemoError when none comes."""

    def look() -> list[Letter]:
        return [one for one in _to(outbox, address) if not CODE.search(one.text)]

    if not (found := sooner_or_later(look, seconds)):
        raise DemoError(f"No mail to {address} was written.")
    return found[-1]


def wait_for_code(outbox: Path, address: str, seconds: float = PATIENCE_SECONDS) -> str:
    """The newest code that was mailed to this address. Raises DemoError when none comes."""

    def look() -> list[str]:
        return [code[1] for one in _to(outbox, address) if (code := CODE.search(one.text))]

    if not (found := sooner_or_later(look, seconds)):
        raise DemoError(f"No code for {address} was mailed.")
    return found[-1]


def _to(outbox: Path, address: str) -> list[Letter]:
    return [one for one in letters(outbox) if one.to == address]


def _read(path: Path) -> Letter:
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    body = message.get_body(preferencelist=("plain",))
    return Letter(str(message["To"]), str(message["Subject"]), body.get_content() if body else "")
