"""Fixtures of the examination: an installation on paper, examined in this process."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from paper import Paper, open_paper


@pytest.fixture
def paper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Paper]:
    """An installation whose configuration the examination finds."""
    opened = open_paper(tmp_path)
    monkeypatch.setenv("AMENDS_HOME", str(tmp_path))
    monkeypatch.setenv("AMENDS_CONFIG", str(tmp_path / "amends.toml"))
    monkeypatch.setenv("AMENDS_PREFECT", "off")
    yield opened
    opened.close()
