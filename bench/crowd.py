"""Many requests at one moment, from one thread: the client takes no processor from the service."""

import selectors
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass

PATIENCE_SECONDS = 60.0
ACCEPTED = b"HTTP/1.1 202"


@dataclass
class _Caller:
    """One connection of its own, as of one person."""

    connection: socket.socket
    answer: bytes = b""

    def is_answered(self) -> bool:
        """Whether the whole answer is there, after reading what has come of it."""
        if not (more := self.connection.recv(65536)):
            raise ConnectionError("the service closed the connection")
        self.answer += more
        head, ended, body = self.answer.partition(b"\r\n\r\n")
        return bool(ended) and len(body) >= _length(head)


def send_together(port: int, requests: Sequence[bytes]) -> list[float]:
    """How long each took to be accepted, in seconds from when the first of them was sent.

    Raises RuntimeError where one is answered otherwise, and TimeoutError.
    """
    callers = [_Caller(socket.create_connection(("127.0.0.1", port))) for _ in requests]
    try:
        return _send(callers, requests)
    finally:
        for caller in callers:
            caller.connection.close()


def _send(callers: Sequence[_Caller], requests: Sequence[bytes]) -> list[float]:
    times: list[float] = []
    with selectors.DefaultSelector() as waiting:
        for caller in callers:
            waiting.register(caller.connection, selectors.EVENT_READ, caller)
        began = time.perf_counter()
        for caller, request in zip(callers, requests, strict=True):
            caller.connection.sendall(request)
        while waiting.get_map():
            ready = waiting.select(PATIENCE_SECONDS)
            if not ready:
                raise TimeoutError("a report was not answered")
            now = time.perf_counter()
            for key, _ in ready:
                if key.data.is_answered():
                    times.append(now - began)
                    waiting.unregister(key.fileobj)
    _require_accepted(callers)
    return times


def _require_accepted(callers: Sequence[_Caller]) -> None:
    for caller in callers:
        if not caller.answer.startswith(ACCEPTED):
            raise RuntimeError(f"a report was answered {caller.answer.partition(b' ')[2][:3]!r}")


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name == b"content-length":
            return int(value)
    return 0
