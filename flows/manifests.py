"""The manifest of a capture: everything kept of a post, each part with its SHA-256, and sealed."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime

from flows.kept_files import keep_file
from integrations.platforms.base import Captured
from models.office import Office
from models.sealed import place
from models.words import CaptureDepth


@dataclass(frozen=True)
class Whose:
    """The post that was read, and the capture that it becomes."""

    capture_id: str
    platform: str
    url: str


@dataclass(frozen=True)
class Manifest:
    """What goes into the capture's row. ``digest`` is that of the manifest before it is sealed."""

    digest: str
    sealed: bytes = field(repr=False)
    files: tuple[str, ...]


def seal_manifest(
    here: Office, captured: Captured, whose: Whose, depth: CaptureDepth = CaptureDepth.FULL
) -> Manifest:
    """Keep its media in sealed files, on disk before this returns. Raises OSError."""
    said, files = _details(captured, whose), list[str]()
    if depth == CaptureDepth.FULL:
        said |= _content(here, captured, whose, files)
    canonical = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    sealed = here.content.close(canonical, place("capture", whose.capture_id, "manifest"))
    return Manifest(digest, sealed, tuple(files))


def _details(captured: Captured, whose: Whose) -> dict[str, object]:
    return {
        "remote_id": captured.remote_id,
        "platform": whose.platform,
        "author": captured.author_handle,
        "author_id": captured.author_id,
        "version": captured.version,
        "posted_at": _iso(captured.posted_at),
        "raw_sha256": hashlib.sha256(captured.raw).hexdigest(),
    }


def _content(here: Office, captured: Captured, whose: Whose, files: list[str]) -> dict[str, object]:
    media = [
        {
            "sha256": keep_file(here, medium.content),
            "name": medium.name,
            "type": medium.content_type,
            "alt_text": medium.alt_text,
        }
        for medium in captured.media
    ]
    files += [str(file["sha256"]) for file in media]
    said: dict[str, object] = {
        "url": whose.url,
        "warning": captured.warning,
        "language": captured.language,
        "language_guessed": captured.language_guessed,
        "audience": captured.audience.value,
        "text": captured.text,
        "raw": captured.raw.decode("utf-8", "replace"),
        "headers": captured.headers,
        "metrics": captured.metrics,
        "edit_chain": list(captured.edit_chain),
        "media": media,
    }
    if captured.signed is not None:
        said["signed_sha256"] = keep_file(here, captured.signed)
        files.append(str(said["signed_sha256"]))
    return said


def _iso(when: datetime | None) -> str | None:
    return when.isoformat() if when else None


def names_of(captured: Captured) -> list[str]:
    """What its files will be called; nothing is written."""
    contents = [medium.content for medium in captured.media]
    contents += [captured.signed] if captured.signed is not None else []
    return list(dict.fromkeys(hashlib.sha256(one).hexdigest() for one in contents))
