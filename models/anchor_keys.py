"""The keys that sign, each with its public half beside it: that of anchors, which the engine alone
reads, and that of archives, which web processes read."""

import os
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

PRIVATE, PUBLIC = "anchor.key", "anchor.pub"
ARCHIVES_PRIVATE, ARCHIVES_PUBLIC = "archives.key", "archives.pub"


class AnchorKeyError(Exception):
    """A key file cannot be used. The text is a sentence that says which, and what to do."""


def archive_key(keys: Path) -> Ed25519PrivateKey:
    """The key that archives of incidents are signed with; as ``signing_key``."""
    return signing_key(keys, ARCHIVES_PRIVATE, ARCHIVES_PUBLIC)


def signing_key(keys: Path, private: str = PRIVATE, public: str = PUBLIC) -> Ed25519PrivateKey:
    """The key under ``keys``; made there, for this user alone, where there is none.

    Two processes that start together agree: the first to link its file wins. Raises OSError and
    AnchorKeyError.
    """
    path = keys / private
    if not path.exists():
        keys.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = Ed25519PrivateKey.generate()
        _put(path, made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), 0o600)
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise _unusable(path) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise _unusable(path)
    if not (keys / public).exists():
        _put(keys / public, pem_of(key.public_key()), 0o644)
    return key


def public_key(path: Path) -> Ed25519PublicKey:
    """The public key in this file. Raises OSError and AnchorKeyError."""
    try:
        key = load_pem_public_key(path.read_bytes())
    except (ValueError, UnsupportedAlgorithm):
        raise _unusable(path) from None
    if not isinstance(key, Ed25519PublicKey):
        raise _unusable(path)
    return key


def pem_of(key: Ed25519PublicKey) -> bytes:
    """The public key as it is kept in files."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _unusable(path: Path) -> AnchorKeyError:
    return AnchorKeyError(f"{path} is not an Ed25519 key in PEM. Put the right file there.")


def _put(path: Path, content: bytes, mode: int) -> None:
    """Whole or not at all, and never over a file that is there."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        os.link(fresh, path)
    fresh.unlink()
