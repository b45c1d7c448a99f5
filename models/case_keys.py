"""The keys of cases: one for each case, wrapped by a master key that is outside the database."""

import hashlib
import hmac
import os
import re
import stat
from base64 import urlsafe_b64decode, urlsafe_b64encode
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV

from models.case_rows import SealedCase
from models.sealed import Seal, place, seal_from_file

CURRENT = "cases.key"
NEXT = "cases-next.key"
MARKS = "case-marks.key"
DESTROYED = "the key of this case was destroyed"

LONGEST_REFERENCE = 12
ADDRESS = re.compile(r"[A-Za-z0-9_-]{38}", re.ASCII)


class NoMasterError(Exception):
    """The master key that wrapped a case's key is not in the folder of keys."""


class DestroyedError(Exception):
    """The key of the case was destroyed: nobody reads it any more."""


class CaseKeys:
    """The folder of keys, as far as cases need it. Files are made where there are none."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def are_there(self) -> bool:
        """Whether there can be cases: the key that finds them is made with the first."""
        return (self._folder / MARKS).is_file()

    def mark(self, incident_id: str) -> str:
        """What finds the case of this incident; it tells nobody which that is."""
        return self._derive(f"mark/{incident_id}")

    def door(self, mark: str) -> str:
        """The word that opens the rows of the case with this mark, on PostgreSQL."""
        return self._derive(f"door/{mark}")

    def round(self) -> str:
        """The word that opens every case to a round of the engine, or to a list."""
        return self._derive("round")

    def once(self, *words: str) -> str:
        """A name for something that happens once, which tells nobody what."""
        return self._derive("/".join(("once", *words)))

    def address(self, reference: str) -> str:
        """What the address of the case's page has instead of the incident's reference: always the
        same, and it tells nobody which incident it is. Nothing of it is stored."""
        padded = reference.encode().ljust(LONGEST_REFERENCE, b"\0")
        return urlsafe_b64encode(self._addresses().encrypt(padded, None)).rstrip(b"=").decode()

    def reference_at(self, address: str) -> str | None:
        """The reference that stands behind it; None where we never made it."""
        if not ADDRESS.fullmatch(address):
            return None
        try:
            plain = self._addresses().decrypt(urlsafe_b64decode(f"{address}=="), None)
        except InvalidTag:
            return None
        found = plain.rstrip(b"\0").decode()
        return found if self.address(found) == address else None

    def proof(self, session_id: str, token_id: str) -> str:
        """That in this session the token was shown: worthless in any other."""
        return self._derive(f"proof/{session_id}/{token_id}")

    def give_key(self, row: SealedCase) -> Seal:
        """A new key for this case, wrapped into its row."""
        fresh = AESGCM.generate_key(bit_length=256)
        row.master = self.current()
        row.key_wrapped = self._master(row.master).close(fresh, _place(row))
        return Seal(fresh)

    def seal_of(self, row: SealedCase) -> Seal:
        """What opens this case. Raises DestroyedError, NoMasterError, and SealBrokenError where
        the wrapped key is another case's."""
        if row.key_wrapped is None:
            raise DestroyedError(DESTROYED)
        return Seal(self._master(row.master).open(row.key_wrapped, _place(row)))

    def rewrap(self, row: SealedCase, master: str) -> None:
        """Wrap the case's key with another master key. The case itself is not touched."""
        if row.key_wrapped is not None and row.master != master:
            plain = self._master(row.master).open(row.key_wrapped, _place(row))
            row.key_wrapped, row.master = self._master(master).close(plain, _place(row)), master

    def current(self) -> str:
        """The name of the master key that new cases are wrapped with."""
        return _named(self._path(CURRENT))

    def prepare(self) -> str:
        """The next master key, made where a rotation has not made it yet; returns its name.

        Whoever reads the current one reads it too: a service may work as another user than ours.
        """
        fresh, current = self._path(NEXT), self._path(CURRENT).stat()
        os.chown(fresh, current.st_uid, current.st_gid)
        fresh.chmod(stat.S_IMODE(current.st_mode))
        return _named(fresh)

    def promote(self) -> None:
        """The next master key becomes the current one; the old one is kept under its name, since
        backups are wrapped with it. Safe to repeat after a crash at any point."""
        if not (self._folder / NEXT).exists():
            return
        with suppress(FileExistsError):
            os.link(self._folder / CURRENT, self._folder / f"cases-{self.current()}.key")
        os.replace(self._folder / NEXT, self._folder / CURRENT)
        folder = os.open(self._folder, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)

    def _master(self, name: str) -> Seal:
        paths = [self._path(CURRENT), *sorted(self._folder.glob("cases-*.key"))]
        found = next((path for path in paths if _named(path) == name), None)
        if found is None:
            raise NoMasterError
        return seal_from_file(found)

    def _path(self, name: str) -> Path:
        seal_from_file(self._folder / name)
        return self._folder / name

    def _addresses(self) -> AESSIV:
        return AESSIV(bytes.fromhex(self._derive("addresses")))

    def _derive(self, what: str) -> str:
        secret = bytes.fromhex(self._path(MARKS).read_text(encoding="ascii").strip())
        return hmac.new(secret, what.encode(), hashlib.sha256).hexdigest()


def guard_of(word: str) -> str:
    """What a row keeps of the word that opens it."""
    return hashlib.sha256(word.encode()).hexdigest()


def _named(path: Path) -> str:
    held = bytes.fromhex(path.read_text(encoding="ascii").strip())
    return hashlib.sha256(b"amends/master-of-cases/" + held).hexdigest()[:16]


def _place(row: SealedCase) -> str:
    return place("sealed_case", row.id, "key")
