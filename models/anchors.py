"""An anchor: a signed line that says, outside the database, how far every chain had grown.

Lines form a book, one for each host that writes them: each holds the digest of the line before it,
so that none can be taken out or changed. A chain is named by its mark alone: whoever keeps a copy
of the anchors does not learn from it that there is a case.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

NOTHING_BEFORE = "0" * 64
"""What the first line of a book gives as the digest of the line before it."""


class Head(NamedTuple):
    """The last entry of a chain: its number there, and its digest."""

    seq: int
    digest: str


@dataclass(frozen=True)
class Anchor:
    """How far the record had grown at one moment.

    ``heads`` are the chains that grew since the line before, by their marks; with ``whole`` all
    of them. ``chains`` and ``entries`` count the whole record, ``last_entry`` is its highest id.
    """

    book: str
    number: int
    at: datetime
    previous: str
    whole: bool
    chains: int
    entries: int
    last_entry: int
    heads: Mapping[str, Head]


class NotAnAnchorError(Exception):
    """These bytes are no line that we could have written, whole."""


@dataclass(frozen=True)
class Line:
    """An anchor as it stands in its book."""

    anchor: Anchor
    key: str
    """The fingerprint of the key that it says it was signed with."""
    signature: bytes
    signed: bytes
    """The bytes that the signature is over."""
    digest: str
    """What the line after it gives as ``previous``."""


def mark_of(chain: str) -> str:
    """What a chain is called in an anchor: 128 bits that do not tell its name."""
    return hashlib.sha256(f"anchored chain {chain}".encode()).hexdigest()[:32]


def fingerprint(key: Ed25519PublicKey) -> str:
    """A short name of a public key, to be compared by eye."""
    raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()[:16]


def signed(anchor: Anchor, key: Ed25519PrivateKey) -> bytes:
    """The line, ended by a line feed."""
    said = {
        "book": anchor.book,
        "number": anchor.number,
        "at": anchor.at.isoformat(),
        "previous": anchor.previous,
        "whole": anchor.whole,
        "chains": anchor.chains,
        "entries": anchor.entries,
        "last_entry": anchor.last_entry,
        "heads": {mark: [head.seq, head.digest] for mark, head in anchor.heads.items()},
        "key": fingerprint(key.public_key()),
    }
    signature = key.sign(_canonical(said)).hex()
    return _canonical(said | {"signature": signature}) + b"\n"


def _canonical(said: Mapping[str, object]) -> bytes:
    return json.dumps(said, sort_keys=True, separators=(",", ":")).encode()


def read_line(line: bytes) -> Line:
    """The line's anchor, its signature not yet checked. Raises NotAnAnchorError."""
    bare = line.rstrip(b"\n")
    try:
        said = json.loads(bare)
        if _canonical(said) != bare:
            raise NotAnAnchorError("another way of writing it")
        signature = bytes.fromhex(said.pop("signature"))
        heads = {str(mark): Head(int(s), str(d)) for mark, (s, d) in said["heads"].items()}
        anchor = Anchor(
            book=str(said["book"]),
            number=int(said["number"]),
            at=_aware(said["at"]),
            previous=str(said["previous"]),
            whole=bool(said["whole"]),
            chains=int(said["chains"]),
            entries=int(said["entries"]),
            last_entry=int(said["last_entry"]),
            heads=heads,
        )
        key = str(said["key"])
    except (ValueError, TypeError, KeyError, AttributeError):
        raise NotAnAnchorError("not the line of an anchor") from None
    return Line(anchor, key, signature, _canonical(said), hashlib.sha256(bare).hexdigest())


def _aware(text: str) -> datetime:
    when = datetime.fromisoformat(text)
    if when.tzinfo is None:
        raise ValueError("a time without a zone")
    return when


def is_signed_by(line: Line, key: Ed25519PublicKey) -> bool:
    """Whether this key's owner wrote exactly this line."""
    try:
        key.verify(line.signature, line.signed)
    except InvalidSignature:
        return False
    return True
