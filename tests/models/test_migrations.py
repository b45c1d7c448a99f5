"""The tables of the migrations are those of the models, up and down, on both databases."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from databases import NewDatabase
from sqlalchemy import Connection, MetaData, Table, inspect
from sqlmodel import SQLModel

import models.tables
from models.store import Store


@pytest.fixture(params=["sqlite", "postgresql"])
def store(
    request: pytest.FixtureRequest, new_database: NewDatabase, tmp_path: Path
) -> Iterator[Store]:
    """An empty database of each kind."""
    url = new_database(request.param) or f"sqlite:///{tmp_path / 'amends.db'}"
    store = Store(url.replace("postgresql://", "postgresql+psycopg://"))
    yield store
    store.close()


def fill(connection: Connection, name: str, **given: object) -> None:
    """A row of the table as it now is: what is given, and anything in what else it must have."""
    anything = {str: "", int: 0, bool: True, bytes: b"", datetime: datetime.now(UTC)}
    table = Table(name, MetaData(), autoload_with=connection)
    needed = {
        column.name: []
        if column.type.__visit_name__ == "JSON"
        else anything[column.type.python_type]
        for column in table.columns
        if not column.nullable
    }
    connection.execute(table.insert().values(needed | given))


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


def test_rows_that_refer_to_a_changed_table_come_through(store: Store) -> None:
    store.migrate()
    store.migrate("0003")
    with store.engine.begin() as connection:
        fill(connection, "account", id="a1")
        fill(connection, "incident", id="i1")
        fill(connection, "post", id="p1", incident_id="i1", account_id="a1")
        fill(connection, "capture", id="c1", post_id="p1")
        fill(connection, "statement", id="s1", incident_id="i1", account_id="a1")
        fill(connection, "wording", id="w1", statement_id="s1")
    store.migrate()
    with store.engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT statement_id FROM wording").all()
        assert kept == [("s1",)]
        if store.engine.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_open_posts_learn_where_their_ids_are_unique_and_forget_it_again(store: Store) -> None:
    store.migrate()
    store.migrate("0003")
    link = "https://social.example/@Dept/77"
    with store.engine.begin() as connection:
        fill(connection, "incident", id="i1")
        at_i1 = {"incident_id": "i1", "open": True}
        fill(connection, "post", id="p1", platform="x", remote_id="1", **at_i1)
        fill(connection, "post", id="p2", platform="bluesky", handle="Dept.example", **at_i1)
        fill(connection, "post", id="p3", platform="mastodon", remote_id="77", url=link, **at_i1)
    store.migrate()
    with store.engine.begin() as connection:
        realms = connection.exec_driver_sql("SELECT realm FROM post ORDER BY id").all()
        assert [one for (one,) in realms] == ["", "dept.example", "https://social.example"]
        there = "https://other.example"
        fill(connection, "post", id="p4", platform="mastodon", remote_id="77", realm=there, **at_i1)
    store.migrate("0003")
    with store.engine.connect() as connection:
        still_open = connection.exec_driver_sql("SELECT id, open FROM post ORDER BY id").all()
    assert [bool(row[1]) for row in still_open] == [True, True, True, False]


def test_an_older_version_finds_nothing_that_it_cannot_read(store: Store) -> None:
    """Texts, posts that are put back, and what people decided of them go, with their effects."""
    store.migrate()
    with store.engine.begin() as connection:
        fill(connection, "account", id="a1")
        fill(connection, "incident", id="i1")
        for by in ("mail", "text"):
            fill(connection, "notice", id=by, incident_id="i1", template=by, by=by)
        for restores in ("", "p1"):
            mine = {"incident_id": "i1", "account_id": "a1", "restores": restores}
            fill(connection, "statement", id=f"s{restores}", **mine)
        for kind, target in (("notice", "mail"), ("notice", "text"), ("publish", "sp1")):
            mine = {"incident_id": "i1", "account_id": "a1", "kind": kind, "target": target}
            fill(connection, "effect", id=target, state="planned", **mine)
            fill(connection, "attempt", id=target, effect_id=target)
        for number, type_ in enumerate(("undo", "elsewhere", "establish", "keep")):
            fill(connection, "decision", id=str(number), incident_id="i1", type=type_)
    store.migrate("0009")
    with store.engine.connect() as connection:
        left = {
            name: [row[0] for row in connection.exec_driver_sql(f"SELECT id FROM {name}")]
            for name in ("notice", "statement", "effect", "attempt", "decision")
        }
    assert left == {
        "notice": ["mail"], "statement": ["s"], "effect": ["mail"], "attempt": ["mail"],
        "decision": ["3"],
    }  # fmt: skip
