"""A real Prefect server for these tests, started once, and a department whose engine uses it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from department import Department, open_department
from prefect_server import PrefectServer


@pytest.fixture(scope="session")
def prefect_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    """One server for all these tests."""
    server = PrefectServer(tmp_path_factory.mktemp("prefect") / "home")
    server.start()
    yield server
    server.kill()


@pytest.fixture
def department(tmp_path: Path, prefect_server: PrefectServer) -> Iterator[Department]:
    """A department whose engine runs its procedure as Prefect flows."""
    department = open_department(tmp_path)
    department.start_engine(prefect_api_url=prefect_server.url)
    yield department
    department.close()
