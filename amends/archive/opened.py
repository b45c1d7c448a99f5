"""A backup opened for reading: every byte is checked against its list of contents first."""

import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import IO

from amends.archive.manifest import (
    DIGEST_NAME,
    NAME,
    ROWS,
    ArchiveError,
    Manifest,
    digest_of,
    read_manifest,
)
from amends.archive.whole import Hashed

CHUNK = 1024 * 1024
LONGEST_LIST = 256 * CHUNK
"""More than a million files; a list of contents is read whole."""
NOT_WHOLE = "The backup is not whole ({what}). Nothing was restored. Use another."


class Opened:
    """One backup whose list of contents was read. Names in it are never taken for paths."""

    def __init__(self, archive: tarfile.TarFile) -> None:
        self._archive = archive
        self._infos = _infos(archive)
        listed = self._small(NAME)
        if self._small(DIGEST_NAME).strip() != digest_of(listed).encode():
            raise ArchiveError(NOT_WHOLE.format(what=NAME))
        self.digest = digest_of(listed)
        self.manifest: Manifest = read_manifest(listed)

    def check(self) -> None:
        """Read every byte. Raises ArchiveError where one is not as it was written."""
        named = {member.name for member in self.manifest.members}
        if more := sorted(self._infos.keys() - named - {NAME, DIGEST_NAME}):
            raise ArchiveError(NOT_WHOLE.format(what=more[0]))
        for member in self.manifest.members:
            hashed = Hashed(self.file(member.name))
            while hashed.read(CHUNK):
                pass
            if hashed.digest != member.sha256:
                raise ArchiveError(NOT_WHOLE.format(what=member.name))

    def file(self, name: str) -> IO[bytes]:
        """One file of it. Raises ArchiveError."""
        info = self._infos.get(name)
        file = self._archive.extractfile(info) if info else None
        if file is None:
            raise ArchiveError(NOT_WHOLE.format(what=name))
        return file

    def rows(self, table: str) -> Iterator[str]:
        """The lines of one table, its columns first."""
        with TextIOWrapper(self.file(f"{ROWS}/{table}.jsonl"), encoding="utf-8") as lines:
            yield from lines

    def _small(self, name: str) -> bytes:
        content = self.file(name).read(LONGEST_LIST + 1)
        if len(content) > LONGEST_LIST:
            raise ArchiveError(NOT_WHOLE.format(what=name))
        return content


def _infos(archive: tarfile.TarFile) -> dict[str, tarfile.TarInfo]:
    found: dict[str, tarfile.TarInfo] = {}
    for info in archive:
        if not info.isfile() or info.name in found:
            raise ArchiveError(NOT_WHOLE.format(what=info.name))
        found[info.name] = info
    return found


@contextmanager
def opened(path: Path) -> Iterator[Opened]:
    """Open the archive. Raises ArchiveError where it is none, or is cut off."""
    if not path.is_file():
        raise ArchiveError(f"There is no file {path}. Check the name.")
    try:
        with tarfile.open(path, mode="r:") as archive:
            yield Opened(archive)
    except (tarfile.TarError, EOFError):
        raise ArchiveError(f"{path} is not a backup that Amends made, or is cut off.") from None
