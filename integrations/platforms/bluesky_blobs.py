"""The pictures and films of a post on Bluesky: each is named by the hash of its own bytes."""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from atproto_client import models

from integrations.errors import OutsideError
from integrations.platforms.base import Media
from integrations.platforms.bluesky_service import Service
from integrations.platforms.bluesky_shapes import Blob, Embed
from integrations.platforms.bounded import Answered
from integrations.platforms.bounded_connection import MEBIBYTE, Bounds
from integrations.platforms.downloads import Fetched, fetch_all

LARGEST = 100 * MEBIBYTE
"""A film may have this much (app.bsky.embed.video)."""
RAW_SHA256 = b"\x01\x55\x12\x20"
"""A name (CID) of raw bytes by their SHA-256 starts so."""


@dataclass(frozen=True)
class Wanted:
    """One blob of a post, and what its author says of it."""

    blob: Blob
    alt_text: str | None


def wanted(embed: Embed | None) -> tuple[Wanted, ...]:
    """Every picture and film that is shown under a text."""
    return tuple(_within(embed)) if embed else ()


def _within(embed: Embed) -> Iterator[Wanted]:
    for picture in embed.images:
        yield Wanted(picture.image, picture.alt or None)
    if embed.video:
        yield Wanted(embed.video, embed.alt or None)
    if embed.external and embed.external.thumb:
        yield Wanted(embed.external.thumb, None)
    if embed.media:
        yield from _within(embed.media)


class Blobs:
    """Fetches blobs without credentials, each within bounds of time and size."""

    def __init__(self, address: str, bounds: Bounds, base_url: str | None) -> None:
        self._service = Service(address, replace(bounds, size=LARGEST), base_url)

    def move(self, address: str) -> None:
        """Ask this server from now on."""
        self._service.move(address)

    def fetch(self, did: str, blobs: Sequence[Wanted]) -> Fetched:
        """What could be had, and the name and code of what could not. Raises nothing."""
        return fetch_all(lambda one: self._one(did, one), blobs)

    def close(self) -> None:
        """Let go of the connections."""
        self._service.close()

    def _one(self, did: str, one: Wanted) -> Media | str:
        name = one.blob.ref.link
        asked_for = models.ComAtprotoSyncGetBlob.Params(did=did, cid=name)
        try:
            content = self._service.query("com.atproto.sync.getBlob", asked_for).content
        except Answered as answered:
            return f"{name} http-{answered.status}"
        except OutsideError as error:
            return f"{name} {error.code}"
        if _name_of(content) != name:
            return f"{name} other-bytes"  # a page that asks to log in, say
        return Media(name, one.blob.mimeType, content, one.alt_text)


def _name_of(content: bytes) -> str:
    """The name that these bytes have: a CID, version 1, in base 32."""
    digest = RAW_SHA256 + hashlib.sha256(content).digest()
    return "b" + base64.b32encode(digest).decode().rstrip("=").lower()
