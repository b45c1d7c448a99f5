"""Checks an archive that Amends made, of an incident or about a person.

    python verify.py ARCHIVE [--key FINGERPRINT]

ARCHIVE is the .zip file, or the folder that it was unpacked to. With --key and the fingerprint
that the department has published it is checked as well who made the archive. It needs Python 3.9
or later and nothing else, and opens no connection. It ends with 0 where all holds, with 1 where
anything does not, with 2 where there is nothing to check.

The standard library has no signatures: Ed25519 is computed here, as RFC 8032 has it.
"""

import base64
import hashlib
import json
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Optional

LIST, SIGNATURE = "manifest.json", "manifest.sig"
RECORD = "record/"
CHAIN, ANCHORS, ANCHOR_KEY = "record/chain.json", "record/anchors.jsonl", "record/anchor.pub"
ANCHORED = "record/anchored.json"
KEPT = "/kept.json"
ABOUT_A_PERSON = "subject-access"
"""The level of an archive that is about a person: it shows the record of no incident."""

SIGNED_AS = b"amends archive 1\n"
ALGORITHM = "Ed25519"
NOTHING_BEFORE = "0" * 64
CHUNK = 1 << 20
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError)
BAD_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, struct.error, OSError)

Said = Mapping[str, Any]
"""What a JSON file of the archive says."""

Point = tuple[int, int, int, int]
File = tuple[str, int, int, Callable[[], Iterable[bytes]]]
"""Name, size, CRC and content of a file in a ZIP."""


# --- signatures ---------------------------------------------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def _point(raw: bytes) -> Optional[Point]:  # noqa: UP045  # Python 3.9 reads this file too
    number = int.from_bytes(raw, "little")
    y, odd = number & ((1 << 255) - 1), number >> 255
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and odd):
        return None
    if x & 1 != odd:
        x = P - x
    return (x, y, 1, x * y % P)


def _sum(p: Point, q: Point) -> Point:
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c = 2 * p[3] * q[3] * D % P
    d = 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def _times(factor: int, point: Point) -> Point:
    found: Point = (0, 1, 1, 0)
    while factor:
        if factor & 1:
            found = _sum(found, point)
        point = _sum(point, point)
        factor >>= 1
    return found


def is_signed(key: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the owner of this public key (32 bytes) signed exactly this message."""
    if len(key) != 32 or len(signature) != 64:
        return False
    base = _point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    a, r = _point(key), _point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if base is None or a is None or r is None or s >= L:
        return False
    told = hashlib.sha512(signature[:32] + key + message).digest()
    left, right = _times(s, base), _sum(r, _times(int.from_bytes(told, "little") % L, a))
    same_x = (left[0] * right[2] - right[0] * left[2]) % P == 0
    return same_x and (left[1] * right[2] - right[1] * left[2]) % P == 0


def fingerprint(key: bytes) -> str:
    """A short name of a public key, to be compared by eye."""
    return hashlib.sha256(key).hexdigest()[:16]


def key_of_pem(text: bytes) -> bytes:
    """The 32 bytes of an Ed25519 public key. Raises ValueError."""
    lines = [line for line in text.decode("ascii").splitlines() if line]
    raw = base64.b64decode("".join(lines[1:-1]), validate=True)
    if not raw.startswith(bytes.fromhex("302a300506032b6570032100")) or len(raw) != 44:
        raise ValueError("not an Ed25519 key")
    return raw[12:]


# --- what an archive is packed as ---------------------------------------------------------------


def zipped(files: Iterable[File]) -> Iterator[bytes]:
    """The bytes of a ZIP: uncompressed, and in one way only, so that whoever has the files can
    make the very same bytes again."""
    listed, offset = [], 0
    for name, size, crc, pieces in files:
        path = name.encode("ascii")
        sizes = (crc, size, size, len(path))
        yield struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 0, 0, 33, *sizes, 0) + path
        yield from pieces()
        outside = (0, 0, 0, 0, 0o100644 << 16, offset)
        head = struct.pack("<4s6H3I5H2I", b"PK\1\2", 0x0314, 20, 0, 0, 0, 33, *sizes, *outside)
        listed.append(head + path)
        offset += 30 + len(path) + size
    directory = b"".join(listed)
    end = (0, 0, len(listed), len(listed), len(directory), offset, 0)
    yield directory + struct.pack("<4s4H2IH", b"PK\5\6", *end)


class Files:
    """The files of an archive by their names, wherever it lies."""

    def __init__(
        self, folder: str, names: Sequence[str], open_one: Callable[[str], IO[bytes]]
    ) -> None:
        self.folder, self.names, self._open = folder, names, open_one

    def pieces(self, name: str) -> Iterator[bytes]:
        """The file's bytes, a piece at a time."""
        with self._open(name) as file:
            while some := file.read(CHUNK):
                yield some

    def whole(self, name: str) -> bytes:
        """The file's bytes."""
        return b"".join(self.pieces(name))

    def measured(self, name: str) -> tuple[int, int, str]:
        """The file's size, CRC and SHA-256."""
        size, crc, digest = 0, 0, hashlib.sha256()
        for some in self.pieces(name):
            size, crc = size + len(some), zlib.crc32(some, crc)
            digest.update(some)
        return size, crc, digest.hexdigest()


def _of_folder(path: Path) -> Files:
    if not (path / LIST).is_file():
        inside = [one for one in path.iterdir() if (one / LIST).is_file()]
        path = inside[0] if len(inside) == 1 else path
    names = [one.relative_to(path).as_posix() for one in path.rglob("*") if not one.is_dir()]
    return Files(path.resolve().name, sorted(names), lambda name: (path / name).open("rb"))


def _of_zip(archive: zipfile.ZipFile) -> Files:
    infos = archive.infolist()
    folder = infos[0].filename.partition("/")[0]
    names = [info.filename.partition("/")[2] for info in infos]
    return Files(folder, names, lambda name: archive.open(f"{folder}/{name}"))


def _is_as_packed(path: Path, archive: zipfile.ZipFile, files: Files) -> bool:
    """Whether the ZIP is, byte for byte, what its own files make."""
    if any(info.compress_type != zipfile.ZIP_STORED for info in archive.infolist()):
        return False

    def of(name: str) -> File:
        size, crc, _ = files.measured(name)
        return f"{files.folder}/{name}", size, crc, lambda: files.pieces(name)

    with path.open("rb") as file:
        for some in zipped(of(name) for name in files.names):
            if file.read(len(some)) != some:
                return False
        return file.read(1) == b""


# --- what is checked ----------------------------------------------------------------------------


class Checks:
    """What was found, in sentences."""

    def __init__(self) -> None:
        self.failed = False
        self.said: list[str] = []

    def holds(self, sentence: str) -> None:
        """Something was checked, and is so."""
        self.said.append("Holds: " + sentence)

    def fails(self, sentence: str) -> None:
        """Something is not as it was made."""
        self.failed = True
        self.said.append("DOES NOT HOLD: " + sentence)

    def notes(self, sentence: str) -> None:
        """What the reader should know, or do."""
        self.said.append("Note: " + sentence)


def number_of(level: str, reference: str, shown: Iterable[tuple[str, str]]) -> str:
    """The archive's number: of all that it shows, by name and SHA-256."""
    said = [level, reference, [list(one) for one in shown if not one[0].startswith(RECORD)]]
    return hashlib.sha256(json.dumps(said, separators=(",", ":")).encode()).hexdigest()


def mark_of(chain: str) -> str:
    """What a chain of the record is called in an anchor."""
    return hashlib.sha256(f"anchored chain {chain}".encode()).hexdigest()[:32]


def _check_signature(checks: Checks, files: Files, wanted: str) -> None:
    said = json.loads(files.whole(SIGNATURE))
    key, signature = bytes.fromhex(said["key"]), bytes.fromhex(said["signature"])
    only = {"algorithm": ALGORITHM, "key": key.hex(), "signature": signature.hex()}
    as_made = json.dumps(only, indent=2).encode() + b"\n" == files.whole(SIGNATURE)
    if not as_made or not is_signed(key, signature, SIGNED_AS + files.whole(LIST)):
        checks.fails("The list of contents was changed: its signature does not fit.")
    elif wanted and fingerprint(key) != wanted.lower():
        checks.fails(f"It was signed with the key {fingerprint(key)}, not with {wanted.lower()}.")
    else:
        checks.holds(f"The list of contents is signed with the key {fingerprint(key)}.")
        if not wanted:
            checks.notes(
                "Anybody can make a key. Compare that one with the fingerprint that the "
                "department publishes, or give it with --key."
            )


def _check_files(checks: Checks, files: Files, listed: Said) -> None:
    named = [one["name"] for one in listed["members"]]
    there, wanted = set(files.names), {LIST, SIGNATURE, *named}
    for name in sorted(wanted - there):
        checks.fails(f"The file {name} was taken away.")
    for name in sorted(there - wanted):
        checks.fails(f"The file {name} was put in: it is not in the list.")
    for one in listed["members"]:
        if one["name"] in there:
            size, _, digest = files.measured(one["name"])
            if (size, digest) != (one["size"], one["sha256"]):
                checks.fails(f"The file {one['name']} is not what was put in.")
    shown = [(one["name"], one["sha256"]) for one in listed["members"]]
    if number_of(listed["level"], listed["reference"], shown) != listed["archive"]:
        checks.fails("The number of the archive is not that of its files.")
    elif not checks.failed:
        checks.holds(f"All {len(named)} files are what was put in, and there is no other.")


def _check_chain(checks: Checks, files: Files, listed: Said) -> tuple[str, dict[int, str]]:
    """The record; returns its mark, and the digest of each entry by its number."""
    told = json.loads(files.whole(CHAIN))
    chain, entries = told["chain"], told["entries"]
    wrong = list(_wrong_in(chain, entries))
    if chain and mark_of(chain) != told["mark"]:
        wrong.append("The record does not bear the mark of its own name.")
    if len(entries) != listed["entries"]:
        wrong.append(f"The record has {len(entries)} entries; {listed['entries']} were put in.")
    last = entries[-1]["said"] if entries else None
    if last is not None and last["facts"].get("archive") != listed["archive"]:
        wrong.append("The record does not end with the making of this very archive.")
    wrong += _other_than_kept(listed, entries)
    for sentence in wrong:
        checks.fails(sentence)
    if not wrong:
        _say_of_entries(checks, entries)
    return told["mark"], {entry["seq"]: entry["digest"] for entry in entries}


def _wrong_in(chain: str, entries: Sequence[Said]) -> Iterator[str]:
    previous = NOTHING_BEFORE
    for place, entry in enumerate(entries, start=1):
        if entry["seq"] != place:
            yield f"Entry {place} of the record is missing, or stands in the wrong place."
            return
        if entry["previous"] != previous:
            yield f"Entry {place} of the record does not follow from the entry before it."
        if entry["said"] is not None and not _is_as_written(chain, entry):
            yield f"Entry {place} of the record is not what was written."
        previous = entry["digest"]


def _is_as_written(chain: str, entry: Said) -> bool:
    said = entry["said"]
    words = [said["at"], said["actor"], said["what"], said["facts"]]
    body = [entry["previous"], chain, entry["seq"], *words]
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    digest: str = entry["digest"]
    return hashlib.sha256(text.encode()).hexdigest() == digest


def _other_than_kept(listed: Said, entries: Sequence[Said]) -> Iterator[str]:
    """What was kept of a post has the digest that the record names."""
    told = [entry["said"] for entry in entries if entry["said"] is not None]
    digests = {said["facts"].get("digest") for said in told if said["what"] == "captured"}
    for one in listed["members"]:
        if one["name"].endswith(KEPT) and one["sha256"] not in digests:
            yield f"The record does not tell that {one['name']} was kept."


def _say_of_entries(checks: Checks, entries: Sequence[Said]) -> None:
    whole = sum(entry["said"] is not None for entry in entries)
    checks.holds(
        f"The record has {len(entries)} entries, none is missing, and each follows from the one "
        "before it." + (f" {whole} are given whole, and are what was written." if whole else "")
    )
    if whole < len(entries):
        checks.notes(
            f"Of {len(entries) - whole} entries only the digest is given. It binds the department: "
            "whoever is shown such an entry later can check that it is the one."
        )


def _check_anchors(checks: Checks, files: Files, mark: str, digests: Mapping[int, str]) -> None:
    """That the record is what the anchors, signed minute by minute, said it was."""
    failed = checks.failed
    signed = ANCHORS in files.names
    heads = list(_signed_heads(checks, files, mark) if signed else _named_heads(files))
    for seq, digest, at in heads:
        if digests.get(seq) != digest:
            checks.fails(f"An anchor of {at} has another entry {seq} than the record.")
    if not heads:
        checks.notes("No anchor tells of this record yet: the signature alone vouches for it.")
    elif checks.failed == failed:
        last, _, at = max(heads)
        how = "whose signatures fit" if signed else "of which the archive gives the digests"
        checks.holds(
            f"The anchors ({len(heads)}), {how}, have the same entries, up to entry {last} at "
            f"{at}. Entries that are newer: {len(digests) - last}."
        )


def _named_heads(files: Files) -> Iterator[tuple[int, str, str]]:
    for one in json.loads(files.whole(ANCHORED)):
        yield one["entry"], one["digest"], one["at"]


def _signed_heads(checks: Checks, files: Files, mark: str) -> Iterator[tuple[int, str, str]]:
    key = key_of_pem(files.whole(ANCHOR_KEY))
    for place, raw in enumerate(files.whole(ANCHORS).splitlines(), start=1):
        said = json.loads(raw)
        as_made = _canonical(said) == raw
        signature = bytes.fromhex(said.pop("signature"))
        if not as_made or not is_signed(key, signature, _canonical(said)):
            checks.fails(f"Anchor {place} was changed: its signature does not fit.")
        elif mark not in said["heads"]:
            checks.fails(f"Anchor {place} does not tell of this record.")
        else:
            seq, digest = said["heads"][mark]
            yield seq, digest, said["at"]
    checks.notes(f"The key of the anchors is {fingerprint(key)}: compare that one too.")


def _canonical(said: Said) -> bytes:
    return json.dumps(said, sort_keys=True, separators=(",", ":")).encode()


def check(path: Path, wanted: str = "") -> Checks:
    """Check everything. ``wanted`` is the fingerprint of the key that it must be signed with."""
    checks = Checks()
    try:
        if path.is_dir():
            _check(checks, _of_folder(path), wanted)
        else:
            with zipfile.ZipFile(path) as archive:
                files = _of_zip(archive)
                if not _is_as_packed(path, archive, files):
                    checks.fails("The .zip file is not, byte for byte, the one that was made.")
                _check(checks, files, wanted, in_order=True)
    except BAD_ZIP:
        checks.fails("It is not an archive that can be read, or it is cut off.")
    except UNREADABLE:
        checks.fails("Something in it cannot be read as what it should be.")
    return checks


def _check(checks: Checks, files: Files, wanted: str, *, in_order: bool = False) -> None:
    if LIST not in files.names or SIGNATURE not in files.names:
        checks.fails("It has no list of contents, or no signature of one.")
        return
    listed = json.loads(files.whole(LIST))
    names = [LIST, SIGNATURE, *(one["name"] for one in listed["members"])]
    folder = f"{listed['reference']}-{listed['level']}"
    if in_order and (files.names != names or files.folder != folder):
        checks.fails("The files are not in the order, or the folder, in which they were packed.")
    _check_signature(checks, files, wanted)
    _check_files(checks, files, listed)
    if listed["level"] == ABOUT_A_PERSON:
        _say_whose(checks, files, listed)
        return
    mark, digests = _check_chain(checks, files, listed)
    _check_anchors(checks, files, mark, digests)
    checks.notes(
        f"This is an archive of {listed['reference']} at the level “{listed['level']}”, made at "
        f"{listed['made_at']}. Its number is {listed['archive'][:16]}: the department's own "
        "timeline of the incident names it."
    )


def _say_whose(checks: Checks, files: Files, listed: Said) -> None:
    if any(name.startswith(RECORD) for name in files.names):
        checks.fails("It has a record, which no archive about a person has.")
    checks.notes(
        f"This is an archive about one person, made at {listed['made_at']}. Its number is "
        f"{listed['archive'][:16]}: the department's own record names it, and who made it."
    )


def main(arguments: Sequence[str]) -> int:
    """Check what the command line names; returns how to end."""
    wanted = arguments[2] if len(arguments) == 3 and arguments[1] == "--key" else ""
    if len(arguments) != (3 if wanted else 1):
        _say(str(__doc__))
        return 2
    path = Path(arguments[0])
    if not path.exists():
        _say(f"There is no {path}. Check the name.")
        return 2
    checks = check(path, wanted)
    for sentence in checks.said:
        _say(sentence)
    _say("SOMETHING DOES NOT HOLD." if checks.failed else "All of it holds.")
    return 1 if checks.failed else 0


def _say(sentence: str) -> None:
    """Whatever the terminal's encoding is."""
    encoding = sys.stdout.encoding or "ascii"
    sys.stdout.write(sentence.encode(encoding, "replace").decode(encoding) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
