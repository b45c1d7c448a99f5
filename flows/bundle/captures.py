"""What was kept of the posts of an incident, opened as far as an archive shows it."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select

from models.incident import Capture
from models.office import Office
from models.sealed import SealBrokenError, place
from models.snapshot import Snapshot
from models.store import Transaction


@dataclass(frozen=True)
class Medium:
    """One kept file. ``read`` gives its bytes; None where it is lost, or is not what was kept."""

    sha256: str
    type: str
    alt_text: str | None
    read: Callable[[], bytes] | None


@dataclass(frozen=True)
class Kept:
    """One capture, opened. ``canonical`` are the bytes that its digest was made of."""

    row: Capture
    number: int
    canonical: bytes
    said: dict[str, Any]
    media: tuple[Medium, ...]


def kept_of(tx: Transaction, here: Office, seen: Snapshot) -> tuple[Kept, ...]:
    """Every capture of the incident's posts, those that are outdated too, the oldest first."""
    mine = col(Capture.post_id).in_([post.id for post in seen.posts])
    there = select(Capture).where(mine, col(Capture.erased_at).is_(None))
    rows = tx.exec(there.order_by(col(Capture.id))).all()
    return tuple(_opened(here, row, number) for number, row in enumerate(rows, start=1))


def _opened(here: Office, row: Capture, number: int) -> Kept:
    canonical = here.content.open(row.manifest_sealed, place("capture", row.id, "manifest"))
    said: dict[str, Any] = json.loads(canonical)
    return Kept(row, number, canonical, said, tuple(_media(here, row, said)))


def _media(here: Office, row: Capture, said: dict[str, Any]) -> Iterator[Medium]:
    described = {str(one["sha256"]): one for one in said.get("media") or ()}
    for name in row.files:
        one = described.get(name, {})
        kind = str(one.get("type") or "application/octet-stream")
        yield Medium(name, kind, one.get("alt_text"), _reader(here, name))


def _reader(here: Office, name: str) -> Callable[[], bytes] | None:
    try:
        whole = hashlib.sha256(_read(here, name)).hexdigest() == name
    except (OSError, SealBrokenError):
        return None
    return (lambda: _read(here, name)) if whole else None


def _read(here: Office, name: str) -> bytes:
    sealed = (here.settings.media / name).read_bytes()
    return here.content.open(sealed, place("media", name, "content"))
