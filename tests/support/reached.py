"""What this process reaches for on the network, from whatever code, heard by Python's own audit."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from department import Department


@dataclass
class Reached:
    """Every address that this process connected to, and every name that it asked for."""

    watching: bool = False
    connected: list[tuple[str, int]] = field(default_factory=list)
    asked_for: set[object] = field(default_factory=set)

    def note(self, event: str, args: tuple[object, ...]) -> None:
        """What Python calls at each event, from whatever code."""
        if self.watching and event == "socket.getaddrinfo":
            self.asked_for.add(args[0])
        if self.watching and event == "socket.connect" and isinstance(args[1], tuple):
            self.connected.append(args[1][:2])

    def to(self, url: str) -> int:
        """How many connections led to this server."""
        address = urlsplit(url)
        return self.connected.count((str(address.hostname), address.port or 80))

    def besides_mail(self, department: Department) -> list[tuple[str, int]]:
        """The connections to anything but the mail server; the engine's own bell is no address."""
        assert self.asked_for <= {"127.0.0.1"}
        mail = department.mail.controller.port
        return [place for place in self.connected if place[1] != mail]


REACHED = Reached()
sys.addaudithook(REACHED.note)  # cannot be got round from Python, and cannot be taken away


@contextmanager
def listening() -> Iterator[Reached]:
    """Hear of everything from here on."""
    REACHED.connected.clear()
    REACHED.asked_for.clear()
    REACHED.watching = True
    try:
        yield REACHED
    finally:
        REACHED.watching = False
