"""The chained record: every way to change it is found."""

from pathlib import Path

import pytest
from attacker import take_the_guards_away

from models.chains import verify_chains
from models.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A database with two chains of four entries."""
    made = Store(f"sqlite:///{tmp_path / 'amends.db'}")
    made.migrate()
    for number in range(8):
        with made.write("entry") as tx:
            tx.record(f"incident:{number % 2}", "amends", "advised", number=number)
    return made


def test_what_was_written_is_whole(store: Store) -> None:
    found = verify_chains(store)
    assert (found.chains, found.entries, found.breaks) == (2, 8, ())


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE entry SET actor = 'x' WHERE seq = 2",
        "UPDATE entry SET facts = '{}' WHERE seq = 2",
        "UPDATE entry SET at = '2020-01-01 00:00:00.000000' WHERE seq = 2",
        "DELETE FROM entry WHERE seq = 2",
        "DELETE FROM entry WHERE seq = 1",
        "UPDATE entry SET seq = 9 WHERE seq = 2",
        "UPDATE entry SET previous = digest WHERE seq = 3",
        "UPDATE entry SET chain = 'incident:9' WHERE chain = 'incident:0' AND seq = 4",
    ],
)
def test_a_change_is_found(store: Store, change: str) -> None:
    with store.engine.begin() as connection:
        take_the_guards_away(connection)
        connection.exec_driver_sql(change)
    assert verify_chains(store).breaks


def test_an_entry_put_in_is_found(store: Store) -> None:
    with store.engine.begin() as connection:
        take_the_guards_away(connection)
        connection.exec_driver_sql(
            "INSERT INTO entry (chain, seq, at, actor, what, facts, previous, digest) "
            "SELECT chain, 5, at, actor, what, facts, previous, digest FROM entry WHERE seq = 4"
        )
    assert verify_chains(store).breaks
