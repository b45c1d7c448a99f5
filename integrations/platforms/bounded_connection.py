"""Connections whose answers end in time, and which say for certain that nothing was sent."""

import http.client
import io
import socket as sockets
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from socket import socket
from typing import TYPE_CHECKING, ClassVar

from urllib3 import exceptions
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.response import HTTPResponse

from integrations.deadline import require_time, seconds_left
from integrations.errors import NotSent

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MEBIBYTE = 1024 * 1024

# A firewall may forget an idle connection without a word; a delete must not be the one to find out.
KEEP_ALIVE = [
    (sockets.IPPROTO_TCP, sockets.TCP_NODELAY, 1),
    (sockets.SOL_SOCKET, sockets.SO_KEEPALIVE, 1),
    *(
        (sockets.IPPROTO_TCP, getattr(sockets, name), seconds)
        for name, seconds in (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 3))
        if hasattr(sockets, name)
    ),
]


@dataclass(frozen=True)
class Bounds:
    """How long one call may take, in seconds, and how many bytes its answer may have.

    ``connect`` is for reaching the server, ``read`` for each silence of its answer, ``whole`` for
    the answer from first byte to last. Looking up the name is the operating system's to bound.
    """

    connect: float = 5.0
    read: float = 20.0
    whole: float = 30.0
    size: int = 8 * MEBIBYTE


USUAL = Bounds()


class _Stream(io.RawIOBase):
    """What comes from the server, until the time or the room for it is used up."""

    def __init__(self, connection: socket, bounds: Bounds) -> None:
        self._connection = connection
        self._raw = connection.makefile("rb", buffering=0)
        self._patience = connection.gettimeout() or bounds.read
        left = seconds_left()
        whole = bounds.whole if left is None else min(bounds.whole, max(left, 0.0))
        self._ends = time.monotonic() + whole
        self._room = bounds.size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int | None:
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("deadline")
        self._connection.settimeout(min(self._patience, left))
        count = self._raw.readinto(buffer)
        self._room -= count or 0
        if self._room < 0:
            raise OSError("too-large")
        return count

    def close(self) -> None:
        if not self.closed and self._connection.fileno() >= 0:
            self._connection.settimeout(self._patience)  # the next request waits as long again
        self._raw.close()
        super().close()


class _Source:
    """A connection as ``http.client`` reads from it."""

    def __init__(self, connection: socket, bounds: Bounds) -> None:
        self._stream = partial(_Stream, connection, bounds)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self._stream())


def _response(
    connection: socket, *, method: str | None = None, bounds: Bounds
) -> http.client.HTTPResponse:
    return http.client.HTTPResponse(_Source(connection, bounds), method=method)  # type: ignore[arg-type]


def _reach(connect: Callable[[], None]) -> None:
    """Connect, or raise NotSent: whatever fails before the request fails here, and only here."""
    code = ""
    try:
        connect()
    except exceptions.NameResolutionError:
        code = "dns"
    except (exceptions.SSLError, ssl.SSLError):
        code = "tls"
    except exceptions.NewConnectionError:
        code = "refused"
    except (exceptions.ConnectTimeoutError, TimeoutError):
        code = "connect-timeout"
    except (exceptions.HTTPError, http.client.HTTPException, OSError):
        code = "no-connection"
    if code:
        raise NotSent(code)


class _InTime(HTTPConnection):
    """Asks, last of all before it sends, whether the time for it is up."""

    _begun = False

    def send(self, data: object) -> None:
        """Raises NotSent once the time is up, and TimeoutError where some of it has been sent."""
        if self.sock is None:
            self.connect()
        try:
            require_time()
        except NotSent:
            if not self._begun:
                raise
            raise TimeoutError("deadline") from None
        self._begun = True
        super().send(data)  # type: ignore[arg-type]


class PlainConnection(_InTime):
    """For servers on this machine."""

    bounds: ClassVar[Bounds] = USUAL
    default_socket_options = KEEP_ALIVE

    def connect(self) -> None:
        """Raises NotSent."""
        self._begun = False
        _reach(super().connect)

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]
        """The answer, read within bounds."""
        self.response_class = partial(_response, bounds=self.bounds)  # type: ignore[assignment]
        self._begun = False
        return super().getresponse()


class TlsConnection(_InTime, HTTPSConnection):
    """For servers anywhere else."""

    bounds: ClassVar[Bounds] = USUAL
    default_socket_options = KEEP_ALIVE

    def connect(self) -> None:
        """Raises NotSent."""
        self._begun = False
        _reach(super().connect)

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]
        """The answer, read within bounds."""
        self.response_class = partial(_response, bounds=self.bounds)  # type: ignore[assignment]
        self._begun = False
        return super().getresponse()
