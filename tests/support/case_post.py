"""A carrier that keeps what it is given, for the letters of cases."""

from collections.abc import Callable
from datetime import timedelta

from integrations.errors import OutsideError
from integrations.notices.base import Mail


class Post:
    """A carrier that keeps what it is given, and can be told how to fail."""

    def __init__(self) -> None:
        self.keeps: timedelta | None = None
        self.sent: list[Mail] = []
        self.fails: Callable[[Mail], None] = lambda mail: None
        self.knows: bool | None = True
        self.cannot_look: OutsideError | None = None

    def send(self, mail: Mail) -> None:
        self.fails(mail)
        self.sent.append(mail)

    def find(self, message_id: str) -> bool | None:
        if self.cannot_look is not None:
            raise self.cannot_look
        found = any(mail.message_id == message_id for mail in self.sent)
        return found if self.knows else None

    def check(self) -> tuple[str, ...]:
        return ()

    def to(self, address: str) -> int:
        return sum(mail.to == address for mail in self.sent)
