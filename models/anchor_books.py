"""The books that anchors are written in: files of lines that only grow, one a month and host."""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from models.anchors import Line, NotAnAnchorError, read_line

SUFFIX = ".jsonl"
BLOCK = 1 << 16


def book_of(host: str) -> str:
    """The name of the book that this host writes."""
    return re.sub(r"[^a-z0-9-]+", "-", host.lower()) or "host"


@dataclass(frozen=True)
class Book:
    """One host's book in the folder of anchors."""

    folder: Path
    name: str

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Alone among the processes of this host: a line is made from the line before it."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o750)
        with (self.folder / f".{self.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def from_the_last(self) -> Iterator[Line]:
        """Its lines, the newest first; what was torn by a crash is passed over."""
        for path in reversed(self._files()):
            for raw in _lines_from_the_end(path):
                try:
                    yield read_line(raw)
                except NotAnAnchorError:
                    continue

    def append(self, line: bytes, at: datetime) -> None:
        """Write the line for good: it is on the disk when this returns. Raises OSError."""
        path = self._file_for(at)
        is_new = not path.exists()
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND
        with os.fdopen(os.open(path, flags, 0o640), "r+b", buffering=0) as file:
            if _is_torn(file.fileno()):
                line = b"\n" + line
            file.write(line)
            os.fsync(file.fileno())
        if is_new:
            _sync_folder(self.folder)

    def _files(self) -> list[Path]:
        return sorted(self.folder.glob(f"{self.name}.*{SUFFIX}"))

    def _file_for(self, at: datetime) -> Path:
        """The month's file; the newest there is, where the clock went back past a month's end."""
        path = self.folder / f"{self.name}.{at:%Y-%m}{SUFFIX}"
        return max([path, *self._files()])


def files_in(where: Path) -> list[Path]:
    """The files of anchors that a path names: itself, or those of the folder."""
    return sorted(where.glob(f"*{SUFFIX}")) if where.is_dir() else [where]


def _is_torn(descriptor: int) -> bool:
    """Whether a crash left a line without its end."""
    size = os.fstat(descriptor).st_size
    return size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _lines_from_the_end(path: Path) -> Iterator[bytes]:
    """A year of anchors is not read for the last ten minutes of them."""
    with path.open("rb") as file:
        left, rest = file.seek(0, os.SEEK_END), b""
        while left:
            size = min(BLOCK, left)
            left -= size
            file.seek(left)
            first, *lines = (file.read(size) + rest).split(b"\n")
            yield from (one for one in reversed(lines) if one)
            rest = first
        if rest:
            yield rest
