"""The lines of the books of anchors that tell of one chain."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from models.anchor_books import files_in
from models.anchors import Line, NotAnAnchorError, is_signed_by, read_line

MONTH = timedelta(days=31)
"""Files are named by months; where a clock went back a line may stand in the one before."""


def lines_naming(
    folder: Path, mark: str, key: Ed25519PublicKey, since: datetime
) -> tuple[tuple[Line, bytes], ...]:
    """Each line that this key signed and that names this chain, with its bytes, the oldest first;
    none where there is no folder. ``since`` is when the chain began. Raises OSError."""
    if not folder.is_dir():
        return ()
    found = [one for path in _from(folder, since) for one in _in_file(path, mark, key)]
    return tuple(sorted(found, key=lambda one: one[0].anchor.at))


def _from(folder: Path, since: datetime) -> Iterator[Path]:
    first = f"{since - MONTH:%Y-%m}"
    return (path for path in files_in(folder) if path.stem.rpartition(".")[2] >= first)


def _in_file(path: Path, mark: str, key: Ed25519PublicKey) -> Iterator[tuple[Line, bytes]]:
    with path.open("rb") as file:
        for raw in file:
            if mark.encode() not in raw:
                continue
            try:
                line = read_line(raw)
            except NotAnAnchorError:
                continue
            if mark in line.anchor.heads and is_signed_by(line, key):
                yield line, raw.rstrip(b"\n")
