"""Fixtures of the flows: an installation on paper, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from paper import Paper, open_paper


@pytest.fixture(scope="session")
def postgres(server: Any) -> str:
    """The address of a database on PostgreSQL that these tests share."""
    server.psql("CREATE DATABASE amends")
    return str(server.get_uri("amends"))


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
                "wording, clearance, notice, acknowledgement, effect, referral, "
                "sealed_case, case_letter CASCADE"
            )
    yield opened
    opened.close()
