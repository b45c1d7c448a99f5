"""Packing an archive: its list of contents, signed, and its files in one order."""

import hashlib
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from flows.bundle import verify
from flows.bundle.proving import as_json
from flows.refusals import NotNowError
from models.anchor_keys import AnchorKeyError, archive_key
from models.anchors import fingerprint
from models.office import Office

VERIFIER = "verify.py"
LARGEST = 2**32 - 1
"""A ZIP of the old kind, which everything opens, holds no more."""

NO_KEY = (
    "There is no key here that archives are signed with, so none was made. An administrator makes "
    "archives.key, as the page on deploying says."
)
TOO_LARGE = "What was kept is larger than 4 GB, which no archive holds. Ask an administrator."


@dataclass(frozen=True)
class Member:
    """One file of an archive, measured."""

    name: str
    size: int
    crc: int
    sha256: str
    read: Callable[[], bytes]


@dataclass(frozen=True)
class Archive:
    """An archive that is recorded. ``number`` is that of its contents, ``key`` the fingerprint of
    what it is signed with; ``pieces`` are its bytes, made as they are asked for."""

    name: str
    number: str
    key: str
    size: int
    pieces: Iterator[bytes]


@dataclass(frozen=True)
class Label:
    """What an archive is of, and when it was made."""

    reference: str
    level: str
    made_at: datetime


def signing_key(office: Office) -> Ed25519PrivateKey:
    """What archives are signed with. Raises NotNowError."""
    try:
        return archive_key(office.settings.keys)
    except (OSError, AnchorKeyError):
        raise NotNowError(NO_KEY) from None


def member(name: str, content: bytes) -> Member:
    """A file with this content."""
    return measured(name, lambda: content)


def measured(name: str, read: Callable[[], bytes]) -> Member:
    """A file whose content is read again when it is packed."""
    content = read()
    digest = hashlib.sha256(content).hexdigest()
    return Member(name, len(content), zlib.crc32(content), digest, read)


def number_of(label: Label, members: Iterable[Member]) -> str:
    """The archive's number: of all that it shows."""
    named = [(one.name, one.sha256) for one in members]
    return verify.number_of(label.level, label.reference, named)


def packed(
    label: Label, number: str, key: Ed25519PrivateKey, members: list[Member], entries: int
) -> Archive:
    """The archive of these files. ``entries`` is how many its record has. Raises NotNowError."""
    listed = as_json(
        {
            "made_by": f"amends {version('amends')}",
            "reference": label.reference,
            "level": label.level,
            "made_at": label.made_at.isoformat(),
            "archive": number,
            "entries": entries,
            "members": [{"name": m.name, "size": m.size, "sha256": m.sha256} for m in members],
        }
    )
    files = [member(verify.LIST, listed), member(verify.SIGNATURE, _signature(key, listed))]
    folder = f"{label.reference}-{label.level}"
    every = [*files, *members]
    size = 22 + sum(76 + 2 * len(f"{folder}/{one.name}") + one.size for one in every)
    if size > LARGEST:
        raise NotNowError(TOO_LARGE)
    pieces = verify.zipped(_file(folder, one) for one in every)
    return Archive(f"{folder}.zip", number, fingerprint(key.public_key()), size, pieces)


def _file(folder: str, one: Member) -> verify.File:
    return f"{folder}/{one.name}", one.size, one.crc, lambda: [one.read()]


def _signature(key: Ed25519PrivateKey, listed: bytes) -> bytes:
    raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    said: Mapping[str, str] = {
        "algorithm": verify.ALGORITHM,
        "key": raw.hex(),
        "signature": key.sign(verify.SIGNED_AS + listed).hex(),
    }
    return json.dumps(said, indent=2).encode() + b"\n"
