"""Fixtures of the stories: a department with an engine that runs without Prefect."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from databases import NewDatabase
from department import Department, open_department
from reached import Reached, listening
from record_watch import Watch

from flows import reading_back


@pytest.fixture(autouse=True)
def _looks_again_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine in this process waits half a second where it would wait five between two looks."""
    monkeypatch.setattr(reading_back, "LOOK_AGAIN", reading_back.LOOK_AGAIN / 10)


@pytest.fixture
def quiet(tmp_path: Path) -> Iterator[Department]:
    """A department whose engine has not started."""
    department = open_department(tmp_path)
    department.watch = Watch(department.office.store)
    yield department
    department.stop_engine()
    untold = department.watch.untold()
    department.close()
    assert not untold, "the record tells of each change of a state once"


@pytest.fixture
def department(quiet: Department) -> Department:
    """A department with its engine at work."""
    quiet.start_engine()
    return quiet


@pytest.fixture
def reached() -> Iterator[Reached]:
    """What this process reaches for on the network, from here on."""
    with listening() as reached:
        yield reached


@pytest.fixture
def url(database: str, new_database: NewDatabase) -> str | None:
    """The address of a new database of the kind that the test names; None is an SQLite file."""
    return new_database(database)


@pytest.fixture
def postgres(tmp_path: Path, new_database: NewDatabase) -> Iterator[Department]:
    """A department whose rows lie in PostgreSQL."""
    department = open_department(tmp_path, database_url=new_database("postgresql"))
    yield department
    department.close()
