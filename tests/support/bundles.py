"""Archives of incidents in tests: opened, looked through, and changed as a forger would."""

import io
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from json import dumps, loads
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from flows.bundle import verify
from flows.bundle.making import Archive, export
from models.office import Office
from models.people import Person
from policy.disclosure import Level


@dataclass(frozen=True)
class Bundle:
    """One archive, in memory."""

    name: str
    content: bytes
    key: str
    number: str

    @property
    def files(self) -> dict[str, bytes]:
        """Its files by their names, in their order."""
        with zipfile.ZipFile(io.BytesIO(self.content)) as archive:
            return {one.partition("/")[2]: archive.read(one) for one in archive.namelist()}

    @property
    def text(self) -> str:
        """All that can be read in it, its program and its PDF left out: that is made of the page,
        and its letters are numbers of a font."""
        left_out = (verify.LIST, verify.SIGNATURE, "verify.py", "report.pdf")
        told = [body for name, body in self.files.items() if name not in left_out]
        return "\n".join(body.decode("utf-8", "replace") for body in told)

    @property
    def listed(self) -> dict[str, object]:
        """Its list of contents."""
        found: dict[str, object] = loads(self.files[verify.LIST])
        return found


def made(office: Office, person: Person, reference: str, level: Level) -> Bundle:
    """The archive that this person makes."""
    found: Archive = export(office, person, reference, level)
    return Bundle(found.name, b"".join(found.pieces), found.key, found.number)


def checked(folder: Path, content: bytes, *more: str) -> subprocess.CompletedProcess[str]:
    """What ``verify.py`` says to an archive, in an empty folder, by a Python without any package.

    The program is the one that is in the archive, where it can be got out of it."""
    folder.mkdir()
    (folder / "archive.zip").write_bytes(content)
    (folder / "verify.py").write_bytes(_program(content))
    command = [sys.executable, "-I", "-S", "verify.py", "archive.zip", *more]
    return subprocess.run(
        command, cwd=folder, env={}, capture_output=True, text=True, timeout=60, check=False
    )


def _program(content: bytes) -> bytes:
    try:
        return Bundle("", content, "", "").files["verify.py"]
    except (zipfile.BadZipFile, KeyError):
        return Path(verify.__file__).read_bytes()


def found_in(folder: Path, content: bytes, wanted: str = "") -> verify.Checks:
    """The same in this process."""
    path = folder / "looked-at.zip"
    path.write_bytes(content)
    return verify.check(path, wanted)


def packed(files: Mapping[str, bytes], folder: str) -> bytes:
    """These files as an archive is packed."""

    def each() -> Iterator[verify.File]:
        for name, body in files.items():
            yield f"{folder}/{name}", len(body), zlib.crc32(body), lambda body=body: [body]

    return b"".join(verify.zipped(each()))


def forged(bundle: Bundle, **changes: bytes | None) -> bytes:
    """The archive with these files changed (None: taken away), its list, its number and its
    signature made anew with a key of the forger's own. Names have ``__`` for a slash and ``_`` for
    the full stop."""
    files = {name: body for name, body in bundle.files.items() if name != verify.SIGNATURE}
    listed = loads(files.pop(verify.LIST))
    for name, body in changes.items():
        path = next(one for one in files if one.replace("/", "__").replace(".", "_") == name)
        files = {one: body if one == path else was for one, was in files.items()}
    kept = {name: body for name, body in files.items() if body is not None}
    listed["members"] = [
        {"name": name, "size": len(body), "sha256": sha256(body).hexdigest()}
        for name, body in kept.items()
    ]
    shown = [(one["name"], one["sha256"]) for one in listed["members"]]
    listed["archive"] = verify.number_of(listed["level"], listed["reference"], shown)
    return signed_anew(kept, listed)


def signed_anew(files: Mapping[str, bytes], listed: Mapping[str, object]) -> bytes:
    """An archive of these files with this list, signed by nobody whom anybody knows."""
    key = Ed25519PrivateKey.generate()
    written = dumps(listed, indent=2, ensure_ascii=False).encode() + b"\n"
    said = {
        "algorithm": verify.ALGORITHM,
        "key": key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex(),
        "signature": key.sign(verify.SIGNED_AS + written).hex(),
    }
    both = {verify.LIST: written, verify.SIGNATURE: dumps(said, indent=2).encode() + b"\n"}
    return packed({**both, **files}, f"{listed['reference']}-{listed['level']}")
