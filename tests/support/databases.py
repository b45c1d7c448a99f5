"""Tests that run on both databases."""

from collections.abc import Callable

import pytest

NewDatabase = Callable[[str], str | None]
"""Makes a database, "sqlite" or "postgresql"; returns its address, or None for an SQLite file."""

BOTH = pytest.mark.parametrize("database", ["sqlite", "postgresql"])
SQLITE_FIRST = pytest.mark.parametrize(
    "database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.matrix)]
)
"""On PostgreSQL by `make test-long` alone."""
