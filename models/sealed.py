"""Sealing content at rest: AES-GCM, bound to the row and field that hold it (design §8)."""

import os
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


class SealBrokenError(Exception):
    """Content could not be opened: another key, or bytes moved from another row."""


class Seal:
    """One key and what it opens. ``place`` is the table, row id and field, as one string."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def close(self, plain: str | bytes, place: str) -> bytes:
        """Nonce and ciphertext of ``plain`` (text is taken as UTF-8)."""
        nonce = os.urandom(12)
        content = plain.encode() if isinstance(plain, str) else plain
        return nonce + self._cipher.encrypt(nonce, content, place.encode())

    def open(self, sealed: bytes, place: str) -> bytes:
        """The plain bytes. Raises SealBrokenError."""
        try:
            return self._cipher.decrypt(sealed[:12], sealed[12:], place.encode())
        except InvalidTag:
            raise SealBrokenError("sealed content could not be opened") from None

    def open_text(self, sealed: bytes, place: str) -> str:
        """The plain text. Raises SealBrokenError."""
        return self.open(sealed, place).decode()


def place(table: str, row_id: str, field: str) -> str:
    """Where sealed bytes belong; bytes copied to another row or field do not open."""
    return f"{table}/{row_id}/{field}"


def seal_from_file(path: Path) -> Seal:
    """The seal whose key lies in ``path``; makes key and file (mode 0600) where there is none.

    Two processes that start together agree: the first to link its file wins.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        fresh = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(AESGCM.generate_key(bit_length=256).hex())
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(fresh, path)
        fresh.unlink()
    return Seal(bytes.fromhex(path.read_text(encoding="ascii").strip()))
