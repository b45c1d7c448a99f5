"""The mails of the demo: files in the outbox folder, since there is no mail server."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path

from amends.demo.failing import DemoError

CODE = re.compile(r"^\s*((?:[0-9a-f]{6}-){3}[0-9a-f]{6})\s*$", re.MULTILINE)
SIGN_IN = re.compile(r"https?://\S+/sign-in/[\w-]+")
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
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        mine = [one for one in letters(outbox) if one.to == address]
        if found := [one for one in mine if not CODE.search(one.text)]:
            return found[-1]
        time.sleep(0.1)
    raise DemoError(f"No mail to {address} was written.")


def wait_for_code(outbox: Path, address: str, seconds: float = PATIENCE_SECONDS) -> str:
    """The newest code that was mailed to this address. Raises DemoError when none comes."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        mine = [one.text for one in letters(outbox) if one.to == address]
        if found := [code[1] for text in mine if (code := CODE.search(text))]:
            return found[-1]
        time.sleep(0.1)
    raise DemoError(f"No code for {address} was mailed.")


def sign_in_links(outbox: Path) -> Iterator[tuple[str, str]]:
    """Each link to sign in that was mailed, with whom it is for, in the order of their mails."""
    for one in letters(outbox):
        if found := SIGN_IN.search(one.text):
            yield one.to, found[0]


def _read(path: Path) -> Letter:
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    body = message.get_body(preferencelist=("plain",))
    return Letter(str(message["To"]), str(message["Subject"]), body.get_content() if body else "")
