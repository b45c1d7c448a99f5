"""What the store promises to readers: one moment, on SQLite and PostgreSQL."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from databases import NewDatabase
from sqlalchemy.exc import OperationalError
from sqlmodel import col, select

from models.beats import Beat
from models.store import Store


@pytest.fixture(params=["sqlite", "postgresql"])
def store(
    request: pytest.FixtureRequest, new_database: NewDatabase, tmp_path: Path
) -> Iterator[Store]:
    """A database with its tables and nothing in them."""
    store = Store(new_database(request.param) or f"sqlite:///{tmp_path / 'amends.db'}")
    store.migrate()
    yield store
    store.close()


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


def test_a_session_that_was_frozen_for_too_long_counts_as_a_lost_connection(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who bears a database that is away bears this, too: the driver calls it an internal error."""
    monkeypatch.setattr("models.store.FROZEN_MILLISECONDS", 100)
    store = Store(request.getfixturevalue("server").get_uri())
    with store.read() as tx:
        tx.now()
        time.sleep(0.5)  # what is waited for is that nothing comes
        with pytest.raises(OperationalError):
            tx.now()
    with store.read() as tx:
        tx.now()
    store.close()
