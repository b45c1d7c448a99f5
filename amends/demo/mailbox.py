"""The mails of the demo: files in the outbox folder, since there is no mail server."""

import re
import time
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path

from amends.demo.failing import DemoError

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
    """The newest mail to this address. Raises DemoError when none comes."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := [one for one in letters(outbox) if one.to == address]:
            return found[-1]
        time.sleep(0.1)
    raise DemoError(f"No mail to {address} was written.")


def code_in(letter: Letter) -> str:
    """The code that HR exchanges for a token. Raises DemoError."""
    if found := CODE.search(letter.text):
        return found[1]
    raise DemoError("The mail to HR holds no code.")


def _read(path: Path) -> Letter:
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    body = message.get_body(preferencelist=("plain",))
    return Letter(str(message["To"]), str(message["Subject"]), body.get_content() if body else "")
