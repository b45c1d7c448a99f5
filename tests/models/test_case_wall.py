"""PostgreSQL's own wall around cases, through raw SQL; and what SQLite does not promise."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from case_post import Post
from case_story import Story, begin
from paper import ANA, HAL, open_paper
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from flows.cases import case
from flows.hands import Hands
from flows.reviewing.keys import rotate
from flows.reviewing.rounds import review_round
from integrations.platforms.connections import Connections
from models.case_keys import CaseKeys
from models.columns import new_id
from models.copying import tables_of, write_rows
from models.grants import grants_for
from models.review import CaseState
from models.store import Store


@dataclass
class Walled:
    """A case whose processes work as a role that does not own the tables."""

    story: Story
    raw: Engine
    owner: Engine


@pytest.fixture
def walled(server: Any, tmp_path: Path) -> Iterator[Walled]:
    """Tables of one role, work done by another, on PostgreSQL."""
    name, owner, role = (f"{word}_{new_id()}" for word in ("amends", "owner", "worker"))
    for one in (owner, role):
        server.psql(f"create role {one} login")
    server.psql(f"create database {name} owner {owner}")
    url = server.get_uri(name)

    def as_role(one: str) -> str:
        return str(url.replace("postgres:@", f"{one}:@").replace("postgres@", f"{one}@"))

    store = Store(as_role(owner).replace("postgresql://", "postgresql+psycopg://"))
    store.migrate()
    with store.engine.begin() as connection:
        for statement in grants_for(role):
            connection.exec_driver_sql(statement)
    paper = open_paper(tmp_path, as_role(role))
    story = begin(paper)
    story.until(CaseState.TOLD)
    yield Walled(story, paper.office.store.engine, store.engine)
    paper.close()
    store.close()


TABLES = ("sealed_case", "case_letter")


@pytest.mark.parametrize("table", TABLES)
def test_raw_sql_finds_no_case(walled: Walled, table: str) -> None:
    with walled.raw.connect() as connection:
        assert connection.exec_driver_sql(f"select * from {table}").all() == []
        assert connection.exec_driver_sql(f"select count(*) from {table}").scalar_one() == 0
        updated = connection.exec_driver_sql(f"update {table} set door = door").rowcount
        assert updated == 0
        assert connection.exec_driver_sql(f"delete from {table}").rowcount == 0
    with walled.owner.connect() as connection:
        assert connection.exec_driver_sql(f"select count(*) from {table}").scalar_one() > 0


def test_no_word_that_the_rows_hold_opens_them(walled: Walled) -> None:
    """Who reads a dump has the digests of the words, and gets no further with them."""
    with walled.owner.connect() as connection:
        held = connection.exec_driver_sql('select mark, door, "round", id from sealed_case').one()
    for word in ("", "-", "%", *held):
        with walled.raw.connect() as connection:
            for setting in ("amends.case_door", "amends.case_round"):
                connection.exec_driver_sql("select set_config(%s, %s, true)", (setting, word))
            assert connection.exec_driver_sql("select 1 from sealed_case").all() == []


def test_the_word_of_one_case_opens_no_other(walled: Walled) -> None:
    paper = walled.story.paper
    keys = CaseKeys(paper.office.settings.keys)
    other = keys.door(keys.mark("another incident"))
    with walled.raw.connect() as connection:
        connection.exec_driver_sql("select set_config('amends.case_door', %s, true)", (other,))
        assert connection.exec_driver_sql("select 1 from sealed_case").all() == []
    own = keys.door(keys.mark(paper.incident(walled.story.reference).id))
    with walled.raw.connect() as connection:
        connection.exec_driver_sql("select set_config('amends.case_door', %s, true)", (own,))
        assert len(connection.exec_driver_sql("select 1 from sealed_case").all()) == 1


def test_the_engine_works_behind_the_wall(walled: Walled) -> None:
    """Letters leave, and whoever is due is reminded, by a role that sees no row by itself."""
    story, post = walled.story, Post()
    review_round(Hands(story.paper.office, "engine-1", Connections(), post))
    told = post.to(ANA)
    assert told == 1
    story.wait(days=30)
    review_round(Hands(story.paper.office, "engine-1", Connections(), post))
    assert post.to(ANA) == told + 1


def test_the_keys_are_changed_behind_the_wall(walled: Walled) -> None:
    assert rotate(walled.story.paper.office) == 1
    assert walled.story.read(HAL).state is CaseState.TOLD


def test_a_door_shuts_with_its_transaction(walled: Walled) -> None:
    story = walled.story
    assert case(story.paper.office, story.paper.person("hal@dept.example"), story.reference)
    for _ in range(5):
        with walled.raw.connect() as connection:
            assert connection.exec_driver_sql("select 1 from sealed_case").all() == []


def test_nothing_can_be_put_behind_a_door_that_is_shut(walled: Walled) -> None:
    with pytest.raises(DBAPIError), walled.raw.begin() as connection:
        connection.exec_driver_sql(
            'insert into sealed_case (id, mark, door, "round", master, version) '
            "values ('a', 'b', 'c', 'd', 'e', 1)"
        )


def test_a_backup_by_a_role_behind_the_wall_fails_and_leaves_nothing_out(walled: Walled) -> None:
    with walled.story.paper.office.store.read() as tx:
        table = next(one for one in tables_of(tx) if one.name == "sealed_case")
        with Path("/dev/null").open("w", encoding="utf-8") as out, pytest.raises(DBAPIError):
            write_rows(tx, table, out)


@pytest.mark.parametrize(
    "statement",
    [
        "DROP POLICY behind_its_door ON sealed_case",
        "ALTER TABLE sealed_case DISABLE ROW LEVEL SECURITY",
    ],
)
def test_the_wall_is_the_owners_to_take_down(walled: Walled, statement: str) -> None:
    with pytest.raises(DBAPIError), walled.raw.begin() as connection:
        connection.exec_driver_sql(statement)
