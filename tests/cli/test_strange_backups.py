"""Backups that no Amends wrote: whole by their own list, and refused in a sentence all the same."""

import hashlib
import io
import json
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from department import Department, open_department
from restoring import back_up_now

from amends.archive.manifest import ArchiveError, digest_of
from amends.archive.unpacking import restore
from models.sealed import place

Files = dict[str, bytes]
ROWS = "rows/incident.jsonl"


@pytest.fixture
def idle(tmp_path: Path) -> Iterator[Department]:
    """A department with one report, at which no engine is at work."""
    department = open_department(tmp_path)
    department.report_wrong_fact(department.post("The fund opens on 3 May."))
    yield department
    department.close()


def written_anew(
    department: Department, change: Callable[[Files, dict[str, object]], None]
) -> Path:
    """A backup that was changed and then listed as it is now."""
    archive = back_up_now(department)
    department.office.store.close()
    with tarfile.open(archive) as old:
        files = {info.name: old.extractfile(info).read() for info in old}  # type: ignore[union-attr]
    listed = json.loads(files.pop("manifest.json"))
    del files["manifest.sha256"]
    change(files, listed)
    listed["members"] = [
        {"name": name, "size": len(content), "sha256": digest_of(content)}
        for name, content in files.items()
    ]
    manifest = json.dumps(listed).encode()
    first = {"manifest.json": manifest, "manifest.sha256": digest_of(manifest).encode()}
    strange = archive.with_name("strange.tar")
    with tarfile.open(strange, "w") as new:
        for name, content in (first | files).items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            new.addfile(info, io.BytesIO(content))
    return strange


def columns(files: Files) -> bytes:
    return files[ROWS].split(b"\n")[0] + b"\n"


STRANGE: dict[str, Callable[[Files, dict[str, object]], None]] = {
    "no columns": lambda files, _: files.update({ROWS: b""}),
    "no json": lambda files, _: files.update({ROWS: columns(files) + b"{oops\n"}),
    "short row": lambda files, _: files.update({ROWS: columns(files) + b"[1]\n"}),
    "other letters": lambda files, _: files.update({ROWS: b"\xff\xfe\n"}),
    "other kinds": lambda files, _: files.update({ROWS: b'[["id", "picture"]]\n'}),
    "a path": lambda files, _: files.update({"media/../../evil": b""}),
    "another key": lambda _, listed: listed.update(witnesses={"../content": ""}),
    "no time zone": lambda _, listed: listed.update(known_until="2026-01-01T00:00:00"),
}


IN_EVERY_TEST = ("short row", "a path", "no time zone")
"""The others are as strange, and take as long: a restore builds every table before it reads."""


@pytest.mark.parametrize(
    "what",
    [
        one if one in IN_EVERY_TEST else pytest.param(one, marks=pytest.mark.matrix)
        for one in STRANGE
    ],
)
def test_rows_that_no_amends_wrote_are_refused_in_a_sentence(idle: Department, what: str) -> None:
    before = (idle.home / "amends.db").stat().st_ino
    with pytest.raises(ArchiveError):
        restore(idle.office.settings, written_anew(idle, STRANGE[what]), over=True)
    assert (idle.home / "amends.db").stat().st_ino == before
    assert not list(idle.home.glob(".restoring*"))


def test_what_was_kept_is_never_overwritten_while_it_is_whole(idle: Department) -> None:
    picture = b"what was kept"
    name = hashlib.sha256(picture).hexdigest()
    kept = idle.office.settings.media / name
    kept.parent.mkdir(parents=True, exist_ok=True)
    sealed = idle.office.content.close(picture, place("media", name, "content"))
    kept.write_bytes(sealed)
    strange = written_anew(idle, lambda files, _: files.update({f"media/{name}": b"forged"}))
    restore(idle.office.settings, strange, over=True)
    assert kept.read_bytes() == sealed
