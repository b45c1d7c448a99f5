"""Files that are there whole or not at all, and folders that remember them."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

OURS_ALONE = 0o600


class Hashed:
    """A file that is hashed as it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._hash = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        some = self._file.read(size)
        self._hash.update(some)
        return some

    @property
    def digest(self) -> str:
        """The SHA-256 of all that was read, in hexadecimal."""
        return self._hash.hexdigest()


@contextmanager
def written_whole(path: Path) -> Iterator[IO[bytes]]:
    """A file (mode 0600) that appears at ``path`` at the end, on disk, unless something is raised.

    Raises FileExistsError where there is one already, and OSError.
    """
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    descriptor = os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL, OURS_ALONE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.link(unfinished, path)
    finally:
        with suppress(OSError):
            unfinished.unlink()
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Have the folder's names on disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
