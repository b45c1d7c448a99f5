"""The bell that wakes the engine: a local socket beside SQLite, LISTEN/NOTIFY on PostgreSQL.

A ring that nobody hears is no loss: the sweeper finds the work by its row.
"""

import hashlib
import os
import socket
import time
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import psycopg

CHANNEL = "amends"
LONGEST_SOCKET_PATH = 100
SHORT = Path("/tmp")
"""Not the configured temporary folder, which may be as long as any other path."""


class Listener(Protocol):
    """Waits for rings."""

    def wait(self, seconds: float) -> set[str]:
        """The incident ids rung since the last call; waits at most ``seconds`` for the first."""
        ...

    def close(self) -> None:
        """Stop listening."""
        ...


def socket_path(home: Path) -> Path:
    """Where the engine of this home listens. Sockets need short paths: a long home gets a digest
    in a short one."""
    path = home / "run" / "engine.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    name = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    return SHORT / f"amends-{os.getuid()}-{name}" / "engine.sock"


def ring(path: Path, incident_id: str) -> None:
    """Wake the engine that listens at ``path``, if there is one."""
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bell:
        bell.setblocking(False)
        bell.sendto(incident_id.encode("ascii"), str(path))


class SocketListener:
    """Hears datagrams on a socket that only this user can reach."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.unlink(missing_ok=True)
        self._path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        path.chmod(0o600)

    def wait(self, seconds: float) -> set[str]:
        rung: set[str] = set()
        self._socket.settimeout(max(seconds, 0.001))
        with suppress(TimeoutError, BlockingIOError):
            while True:
                rung.add(self._socket.recv(64).decode("ascii", "replace"))
                self._socket.setblocking(False)
        return rung

    def close(self) -> None:
        self._socket.close()
        self._path.unlink(missing_ok=True)


class PostgresListener:
    """Hears NOTIFY on a connection of its own, and opens it again when it is lost."""

    def __init__(self, url: str) -> None:
        self._url = url.replace("postgresql+psycopg://", "postgresql://")
        self._connection = self._connect()

    def _connect(self) -> psycopg.Connection:
        connection = psycopg.connect(self._url, autocommit=True, connect_timeout=5)
        connection.execute(f"LISTEN {CHANNEL}")
        return connection

    def wait(self, seconds: float) -> set[str]:
        """See Listener. While the database cannot be reached nothing is heard, and no error raised:
        whoever then asks it for work finds out."""
        try:
            if self._connection.closed:
                self._connection = self._connect()
            heard = self._connection.notifies(timeout=max(seconds, 0.001), stop_after=1)
            rung = {notify.payload for notify in heard}
            more = self._connection.notifies(timeout=0) if rung else ()
            return rung | {notify.payload for notify in more}
        except psycopg.OperationalError:
            self._connection.close()
            time.sleep(min(seconds, 1.0))
            return set()

    def close(self) -> None:
        self._connection.close()


def listener(database_url: str, home: Path) -> Listener:
    """The listener that fits the database."""
    if database_url.startswith("postgresql"):
        return PostgresListener(database_url)
    return SocketListener(socket_path(home))
