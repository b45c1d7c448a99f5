"""Fixtures of the web: an installation on paper behind a real server."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from paper import Paper, open_paper
from served import Served, serve


@pytest.fixture
def paper(tmp_path: Path) -> Iterator[Paper]:
    """An installation on an SQLite file."""
    opened = open_paper(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def web(paper: Paper) -> Iterator[Served]:
    """Its web process."""
    served = serve(paper)
    yield served
    served.close()
