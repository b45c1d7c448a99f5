"""A report of our own words: whom it names, what it ties together, and what it never changes."""

from datetime import timedelta

import pytest
from paper import ANA, BO, CY, DEE, SAM, Paper

from flows.own_words import may_be_ours
from flows.timeline import timeline
from flows.view import viewer
from models.audit import chain_of_incident
from models.incident import Post
from models.words import Kind, PosterKnown, StatementState


def published(paper: Paper, number: int, by: str = ANA) -> tuple[str, str]:
    """An incident whose words are out, and the words' link."""
    reference = paper.worded(paper.link(number), by=by, author=CY)
    with paper.office.store.write("published") as tx:
        statement = paper.seen(reference).statements[0]
        statement.state = StatementState.PUBLISHED
        statement.remote_id = str(number + 100)
        tx.add(statement)
    return reference, paper.link(number + 100)


def actors(paper: Paper, reference: str, to: str) -> set[str]:
    """Whom the timeline names to this person."""
    with paper.office.store.read() as tx:
        by = viewer(tx, paper.office, paper.person(to), reference)
        return {entry.actor for entry in timeline(tx, by).entries}


@pytest.mark.parametrize("older", [False, True], ids=["now", "by an older version"])
def test_who_reported_our_words_is_not_named_to_those_of_the_first_incident(
    paper: Paper, older: bool
) -> None:
    first, link = published(paper, 1)
    second = paper.report(link, by=SAM)
    if older:
        incident = paper.incident(first)
        with paper.office.store.write("older") as tx:
            tx.record(
                chain_of_incident(incident.id), SAM, "words-reported", incident=second,
                statement=paper.seen(first).statements[0].id,
            )  # fmt: skip
    for reader in (ANA, CY, DEE):
        assert SAM not in actors(paper, first, reader)
    assert SAM in actors(paper, second, DEE)


def test_a_report_that_joins_an_incident_changes_neither_its_poster_nor_what_it_came_of(
    paper: Paper,
) -> None:
    """Sam names a post that an open incident has, and words that another one published."""
    first, link = published(paper, 1)
    open_one = paper.report(paper.link(2), by=ANA)
    assert paper.report(paper.link(2), link, by=SAM) == open_one
    incident = paper.incident(open_one)
    assert (incident.poster_known, incident.poster_email) == (PosterKnown.REPORTER, ANA)
    assert incident.came_of is None
    assert CY in incident.never_clear, "he wrote the words"
    assert "came-of" in paper.said(open_one)
    assert "words-reported" in paper.said(first)


def test_two_incidents_never_come_of_each_other(paper: Paper) -> None:
    first, link = published(paper, 1)
    second = paper.report(link, by=SAM)
    assert paper.incident(second).came_of == first
    with paper.office.store.write("words of the second") as tx:
        statement = paper.seen(first).statements[0]
        fresh = statement.model_copy(
            update={"id": "f" * 32, "incident_id": paper.incident(second).id, "remote_id": "900"}
        )
        tx.insert_once(fresh)
    paper.report(paper.link(1), paper.link(900), by=BO, kinds=(Kind.FACTUAL,))
    assert paper.incident(first).came_of is None


@pytest.mark.parametrize(
    ("state", "minutes", "ours"),
    [
        (StatementState.UNKNOWN, 1, True),
        (StatementState.UNKNOWN, -1, False),
        (StatementState.UNKNOWN, None, False),
        (StatementState.WAITING, 1, False),
    ],
)
def test_while_nobody_knows_whether_our_words_are_out_a_younger_post_may_be_them(
    paper: Paper, state: StatementState, minutes: int | None, ours: bool
) -> None:
    """Then a person is asked before it is deleted: it is not known by its id."""
    first = paper.worded(paper.link(1))
    paper.set_statement(first, state)
    drafted = paper.seen(first).statements[0].drafted_at
    second = paper.report(paper.link(2), by=SAM)
    with paper.office.store.write("posted") as tx:
        post = tx.get_one(Post, paper.post(second).id)
        post.posted_at = None if minutes is None else drafted + timedelta(minutes=minutes)
        assert may_be_ours(tx, post) == ours
