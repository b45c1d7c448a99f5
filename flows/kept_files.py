"""Pictures and films that were kept: sealed files, each named by its SHA-256, shared by all that
hold the same.

Who keeps a file that is there touches it, and only what nobody has touched for a while is ever
destroyed: between looking and naming it in a row, no other process takes it away.
"""

import hashlib
import os
import time
from pathlib import Path

from sqlalchemy import String
from sqlmodel import cast, col, select

from models.columns import new_id
from models.incident import Capture
from models.office import Office
from models.previews import Preview, PreviewState
from models.sealed import place
from models.store import Transaction

UNTOUCHED_SECONDS = 120.0
"""Longer than it takes from keeping a file to the row that names it."""


def keep_file(here: Office, content: bytes) -> str:
    """Seal one medium into a file named by its SHA-256, on disk before this returns.

    Raises OSError, and leaves nothing behind, where the disk does not take it."""
    name = hashlib.sha256(content).hexdigest()
    folder = here.settings.media
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / name
    if _touched(path):
        return name
    fresh = folder / f".{name}.{os.getpid()}.{new_id()}"
    try:
        with fresh.open("wb") as file:
            file.write(here.content.close(content, place("media", name, "content")))
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(path)
    except OSError:
        fresh.unlink(missing_ok=True)  # half a file would keep a full disk full
        raise
    _sync_folder(folder)
    return name


def destroy_file(here: Office, name: str) -> bool:
    """Destroy a file that nothing names. Returns whether it is gone; one that somebody may be about
    to keep stays until later. Raises OSError.

    It is moved aside first: whoever touches it before that moment is seen to have touched it, and
    whoever comes after it finds nothing and writes it anew.
    """
    path, aside = here.settings.media / name, here.settings.media / f".{name}.going"
    if aside.exists() and not path.exists():
        aside.rename(path)  # an engine died here
    aside.unlink(missing_ok=True)
    if _is_fresh(path):
        return False
    try:
        path.rename(aside)
    except FileNotFoundError:
        return True
    if _is_fresh(aside):
        aside.rename(path)
        return False
    aside.unlink()
    return True


def named_elsewhere(tx: Transaction, name: str, *besides: str) -> bool:
    """Whether a capture, or a preview that may yet become one, names the file; ``besides`` are the
    ids of those that do not count."""
    of_capture = select(Capture.id).where(
        cast(col(Capture.files), String).contains(name), col(Capture.id).not_in(besides)
    )
    of_preview = select(Preview.id).where(
        cast(col(Preview.files), String).contains(name),
        col(Preview.id).not_in(besides),
        col(Preview.state) != PreviewState.ENDED,
    )
    return any(tx.exec(query.limit(1)).first() for query in (of_capture, of_preview))


def _touched(path: Path) -> bool:
    try:
        os.utime(path)
    except FileNotFoundError:
        return False
    return True


def _is_fresh(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime < UNTOUCHED_SECONDS
    except FileNotFoundError:
        return False


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
