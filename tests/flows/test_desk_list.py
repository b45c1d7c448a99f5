"""The list at the desk, on a file and on PostgreSQL: the same incidents by every filter."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from databases import NewDatabase
from paper import ANA, BO, DEE, SAM, Paper, open_paper

from flows.desk_list import Filters, Row, Shown, desk_list, find
from models.words import DecisionType, Kind, Role


@pytest.fixture(params=["sqlite", "postgres"])
def paper(
    request: pytest.FixtureRequest, tmp_path: Path, new_database: NewDatabase
) -> Iterator[Paper]:
    """An installation on each."""
    opened = open_paper(tmp_path, new_database(request.param))
    yield opened
    opened.close()


def listed(paper: Paper, email: str, filters: Filters) -> list[str]:
    """The references, in their order."""
    with paper.office.store.read() as tx:
        page = desk_list(tx, paper.office, paper.person(email), filters)
    return [one.line.reference for one in page.rows]


def found(paper: Paper, email: str, text: str) -> tuple[Row, ...]:
    """What a search finds."""
    with paper.office.store.read() as tx:
        return find(tx, paper.office, paper.person(email), text)


def test_every_filter_finds_its_own(paper: Paper) -> None:
    minor = paper.worded(paper.link(1), kinds=(Kind.TYPO,), by=SAM, poster=ANA)
    grave = paper.planned(paper.link(2, "embassy"), kinds=(Kind.SAFETY,), by=SAM, poster=ANA)
    paper.ask(grave, DecisionType.CONFIRM, paper.post(grave).id, Role.DTU_DUTY)
    paper.tell(minor, BO, Role.LINE_MANAGER)
    embassy, both = paper.post(grave).account_id, [grave, minor]
    after = f"1-{paper.incident(grave).id}"
    for filters, officers, reporters in (
        (Filters(), both, both),
        (Filters(after=after), [minor], [minor]),
        (Filters(shown=Shown.CLOSED), [], []),
        (Filters(shown=Shown.ALL), both, both),
        (Filters(kind=Kind.TYPO), [minor], [minor]),
        (Filters(account=embassy), [grave], [grave]),
        (Filters(account=embassy, shown=Shown.ALL, after=f"1-{'f' * 32}"), [grave], [grave]),
        (Filters(waits_for_me=True), both, []),
        (Filters(waits_for_me=True, kind=Kind.SAFETY), [grave], []),
    ):
        assert listed(paper, DEE, filters) == officers, filters
        assert listed(paper, SAM, filters) == reporters, filters
    assert listed(paper, BO, Filters()) == [minor]
    for text in (grave, paper.link(2, "embassy")):
        assert [one.line.reference for one in found(paper, DEE, text)] == [grave]
        assert found(paper, BO, text) == ()
