"""Tests that run on both databases, and SQLite's tables, which are made once."""

import sqlite3
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from models.store import Store

NewDatabase = Callable[[str], str | None]
"""Makes a database, "sqlite" or "postgresql"; returns its address, or None for an SQLite file."""

BOTH = pytest.mark.parametrize("database", ["sqlite", "postgresql"])
SQLITE_FIRST = pytest.mark.parametrize(
    "database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.matrix)]
)
"""On PostgreSQL by `make test-long` alone."""


def lay_tables(home: Path) -> None:
    """An SQLite file in this home with its tables and nothing in them: to make them anew takes a
    tenth of a second, for each test."""
    (home / "amends.db").write_bytes(_tables())


@cache
def _tables() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "amends.db"
        store = Store(f"sqlite:///{path}")
        store.migrate()
        store.close()
        database = sqlite3.connect(path)
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.close()
        return path.read_bytes()
