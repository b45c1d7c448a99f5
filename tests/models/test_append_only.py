"""The database itself refuses to change the record, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from attacker import guards
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from models.audit import Entry
from models.columns import new_id
from models.grants import grants_for
from models.store import Store
from models.tables import ALL


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A database of each kind, with two entries."""
    url = f"sqlite:///{tmp_path / 'amends.db'}"
    if request.param == "postgresql":
        url = _new_database(request.getfixturevalue("server"))
    store = Store(url)
    store.migrate()
    write(store)
    yield store
    store.close()


def _new_database(server: object, owner: str = "") -> str:
    name = f"amends_{new_id()}"
    server.psql(f"create database {name}" + (f" owner {owner}" if owner else ""))  # type: ignore[attr-defined]
    return server.get_uri(name).replace("postgresql://", "postgresql+psycopg://")  # type: ignore[attr-defined,no-any-return]


def write(store: Store) -> None:
    """Two entries at the end of a chain."""
    with store.write("entry") as tx:
        tx.record("incident:a", "amends", "advised")
        tx.record("incident:a", "amends", "closed")


def entries(store: Store) -> int:
    """How many there are."""
    with store.read() as tx:
        return len(tx.exec(select(Entry)).all())


CHANGES = [
    "UPDATE entry SET actor = 'x' WHERE seq = 2",
    "UPDATE entry SET actor = actor",
    "DELETE FROM entry WHERE seq = 2",
    "DELETE FROM entry",
]
NEW_ROW = "SELECT id, chain, seq, at, 'x', what, facts, previous, digest FROM entry WHERE seq = 2"
COLUMNS = "(id, chain, seq, at, actor, what, facts, previous, digest)"
ON_SQLITE = [
    f"INSERT OR REPLACE INTO entry {COLUMNS} {NEW_ROW}",
    f"REPLACE INTO entry {COLUMNS} {NEW_ROW.replace('SELECT id', 'SELECT id + 100')}",
    "UPDATE OR REPLACE entry SET seq = 1 WHERE seq = 2",
    f"INSERT INTO entry {COLUMNS} {NEW_ROW} ON CONFLICT (id) DO UPDATE SET actor = 'x'",
]
ON_POSTGRESQL = [
    "TRUNCATE entry",
    "SET session_replication_role = replica; DELETE FROM entry",
    f"INSERT INTO entry {COLUMNS} {NEW_ROW} ON CONFLICT (id) DO UPDATE SET actor = 'x'",
    "WITH gone AS (DELETE FROM entry RETURNING 1) SELECT * FROM gone",
    "MERGE INTO entry USING entry e ON e.id = entry.id WHEN MATCHED THEN DELETE",
]


def test_no_statement_changes_or_removes_an_entry(store: Store) -> None:
    own = ON_SQLITE if store.engine.dialect.name == "sqlite" else ON_POSTGRESQL
    for change in CHANGES + own:
        with pytest.raises(DBAPIError, match="only grows"), store.engine.begin() as connection:
            connection.exec_driver_sql(change)
    with store.read() as tx:
        assert {entry.actor for entry in tx.exec(select(Entry))} == {"amends"}
    write(store)
    assert entries(store) == 4


def test_the_record_is_guarded_after_all_migrations_down_and_up_again(store: Store) -> None:
    """A later migration that copies the table, as SQLite's do, would lose its triggers."""
    expected = {
        "sqlite": {
            "entry_is_never_changed", "entry_is_never_removed", "entry_is_never_replaced",
        },
        "postgresql": {
            "entry_is_never_changed", "entry_is_never_removed", "entry_is_never_emptied",
        },
    }[store.engine.dialect.name]  # fmt: skip
    for revision in ("head", "0006", "head", "base", "head"):
        store.migrate(revision)
        if revision == "head":
            with store.engine.connect() as connection:
                assert guards(connection) == expected
    write(store)
    with pytest.raises(DBAPIError, match="only grows"), store.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM entry")


@pytest.fixture
def roles(server: object) -> Iterator[tuple[Store, Store]]:
    """A database as a deployment has it: as its owner, and as the role of the processes."""
    one = new_id()[-8:]
    owner, worker = f"owner_{one}", f"worker_{one}"
    for role in (owner, worker):
        server.psql(f"create role {role} login nosuperuser")  # type: ignore[attr-defined]
    url = _new_database(server, owner)
    as_owner, as_worker = (
        Store(url.replace("postgres:@", f"{role}:@").replace("postgres@", f"{role}@"))
        for role in (owner, worker)
    )
    as_owner.migrate()
    with as_owner.engine.begin() as connection:
        for statement in grants_for(worker):
            connection.execute(text(statement))
    yield as_owner, as_worker
    as_owner.close()
    as_worker.close()


def test_the_role_of_the_processes_adds_to_the_record_and_no_more(
    roles: tuple[Store, Store],
) -> None:
    _, worker = roles
    worker.migrate()  # nothing is to be done, and looking is allowed
    write(worker)
    assert entries(worker) == 2
    forbidden = [
        *CHANGES, *ON_POSTGRESQL,
        "ALTER TABLE entry DISABLE TRIGGER ALL",
        "DROP TRIGGER entry_is_never_removed ON entry",
        "DROP FUNCTION entry_only_grows() CASCADE",
        "CREATE OR REPLACE FUNCTION entry_only_grows() RETURNS trigger LANGUAGE plpgsql"
        " AS $$ BEGIN RETURN OLD; END $$",
        "CREATE RULE quiet AS ON DELETE TO entry DO INSTEAD NOTHING",
        "DROP TABLE entry",
        "UPDATE alembic_version SET version_num = '0001'",
        "SELECT * FROM entry FOR UPDATE",
        "LOCK TABLE entry IN ACCESS EXCLUSIVE MODE",
    ]  # fmt: skip
    for change in forbidden:
        with (
            pytest.raises(DBAPIError, match=r"permission denied|must be owner"),
            worker.engine.begin() as connection,
        ):
            connection.exec_driver_sql(change)
    assert entries(worker) == 2


def test_the_role_of_the_processes_works_in_every_other_table(
    roles: tuple[Store, Store],
) -> None:
    _, worker = roles
    with worker.engine.connect() as connection:
        for table in ALL:
            name = table.__tablename__
            may = connection.execute(
                text(
                    "SELECT has_table_privilege(current_user, :t, 'SELECT'),"
                    " has_table_privilege(current_user, :t, 'INSERT'),"
                    " has_table_privilege(current_user, :t, 'UPDATE'),"
                    " has_table_privilege(current_user, :t, 'DELETE')"
                ),
                {"t": name},
            ).one()
            assert tuple(may) == (True, True, name != "entry", name != "entry")


def test_the_owner_alone_can_take_the_guards_away(roles: tuple[Store, Store]) -> None:
    """As a purge at the end of a retention time would have to: nobody's slip does."""
    owner, worker = roles
    write(worker)
    with owner.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER entry_is_never_removed ON entry")
        connection.exec_driver_sql("DELETE FROM entry WHERE seq = 2")
    assert entries(worker) == 1
