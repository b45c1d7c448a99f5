"""One installation on paper with one server for all tests of a file: ``web = one_server.web``."""

from collections.abc import Iterator

import pytest
from paper import DEE, Paper
from served import Served, Visitor, served_on_paper


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The server."""
    with served_on_paper(tmp_path_factory.mktemp("office")) as served:
        yield served


@pytest.fixture(scope="module")
def paper(web: Served) -> Paper:
    """Its rows."""
    return web.paper


@pytest.fixture(scope="module")
def dee(web: Served) -> Visitor:
    """The duty officer's browser."""
    return web.browser(DEE)
