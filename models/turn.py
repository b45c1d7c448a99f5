"""Whose turn it is to write to one SQLite file, among all processes of this machine.

SQLite has one writer and keeps no queue: whoever finds it taken sleeps, up to 100 ms at a time,
while the process that has it may begin its next transaction at once. A busy engine so kept the web
process, and with it whoever reports, waiting for seconds. Two locked files make it a queue of two:
who is *next* in line, and who *writes*. They are a courtesy and nothing rests on them: SQLite's own
lock guards the rows, and whoever cannot have a turn in time tries their luck there.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOOK_SECONDS = 0.0005
PATIENCE_SECONDS = 0.5
"""How long for each of the two: a process that is frozen in its turn must not stop the others."""


class Turn:
    """The two files beside a database. One thread of a process at a time may use it."""

    def __init__(self, database: Path) -> None:
        self._paths = [database.with_name(f"{database.name}.{name}") for name in ("next", "turn")]
        self._files: list[int] | None = None

    @contextmanager
    def taken(self) -> Iterator[None]:
        """While this lasts it is our turn, or nobody keeps turns."""
        try:
            line, turn = self._open()
        except OSError:
            yield
            return
        next_in_line = _lock(line)
        ours = _lock(turn)
        if next_in_line:
            fcntl.flock(line, fcntl.LOCK_UN)
        try:
            yield
        finally:
            if ours:
                fcntl.flock(turn, fcntl.LOCK_UN)

    def close(self) -> None:
        """Let go of the files."""
        files, self._files = self._files or [], None
        for file in files:
            os.close(file)

    def _open(self) -> list[int]:
        if self._files is None:
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
            self._files = [os.open(path, flags, 0o600) for path in self._paths]
        return self._files


def _lock(file: int) -> bool:
    """Whether we have it, after waiting a little."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() > until:
                return False
            time.sleep(LOOK_SECONDS)
        else:
            return True
