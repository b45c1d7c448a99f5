"""What a backup says of itself: its contents with their SHA-256, and what it was made of."""

import hashlib
import json
from importlib.metadata import version

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

NAME = "manifest.json"
DIGEST_NAME = "manifest.sha256"
CONFIG_NAME = "amends.toml"
HEADS_NAME = "heads.jsonl"
ROWS = "rows"
MEDIA = "media"
FORMAT = 1

WITNESS = "amends"
"""What a key of the installation seals into a backup: a key that opens it is that key."""


class ArchiveError(Exception):
    """A backup cannot be made or used. The text is a sentence that says what to do."""


class Member(BaseModel):
    """One file of the backup. ``sha256`` is of the bytes as they lie in it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    size: int
    sha256: str


class Manifest(BaseModel):
    """The list of a backup's contents. ``known_until`` is the last moment that it knows of.

    ``witnesses`` holds a sealed word for each key, in base64. ``damaged`` are the media that rows
    name and that were missing or not whole.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: int
    made_by: str
    known_until: AwareDatetime
    revision: str
    database: str
    rows: dict[str, int]
    chains: int
    witnesses: dict[str, str]
    damaged: tuple[str, ...]
    members: tuple[Member, ...]

    def written(self) -> bytes:
        """The manifest's own bytes."""
        return json.dumps(self.model_dump(mode="json"), indent=2, sort_keys=True).encode() + b"\n"


def our_version() -> str:
    """The version of Amends that runs here."""
    return version("amends")


def digest_of(content: bytes) -> str:
    """The SHA-256 of the bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def read_manifest(content: bytes) -> Manifest:
    """Raises ArchiveError."""
    try:
        raw = json.loads(content)
        if isinstance(raw, dict) and raw.get("format") != FORMAT:
            raise ArchiveError(
                "The backup is of a form that this version of Amends does not know. Install the "
                "version that made it, or a newer one."
            )
        return Manifest.model_validate(raw)
    except (ValueError, ValidationError):
        raise ArchiveError("The backup's list of contents cannot be read. Use another.") from None
