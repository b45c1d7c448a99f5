"""Corrections: nothing empty, nothing that corrects nothing, and the clearer sees what changes."""

import pytest
from paper import ANA, CY, DEE, ROY, Paper

from flows.deciding.stating_facts import give_facts
from flows.refusals import BadRequestError
from flows.view import view, viewer
from models.statements import Statement
from models.words import Kind, StatementKind


def _facts(paper: Paper, reference: str, **facts: str) -> None:
    give_facts(paper.office, paper.person(CY), reference, **facts)


def _changes(paper: Paper, reference: str, by: str) -> list[tuple[str, str]]:
    with paper.office.store.read() as tx:
        seen = view(viewer(tx, paper.office, paper.person(by), reference))
    return [(one.how.value, one.text) for one in seen.statements[0].difference]


def _as_correction(paper: Paper, reference: str) -> None:
    with paper.office.store.write("correct") as tx:
        statement = tx.get_one(Statement, paper.seen(reference).statements[0].id)
        statement.kind = StatementKind.CORRECTION
        tx.add(statement)


def test_facts_that_correct_nothing_are_refused(paper: Paper) -> None:
    reference = paper.planned()
    for wrong, right in (("3 May", "3 may."), ("3 May", "…"), ("“”", "5 June")):
        with pytest.raises(BadRequestError):
            _facts(paper, reference, wrong=wrong, right=right)
    assert paper.incident(reference).facts_sealed is None


def test_a_source_is_a_whole_link(paper: Paper) -> None:
    reference = paper.planned()
    for source in ("dept.example/fund", "http://dept.example/x", "https://me@dept.example", "n/a"):
        with pytest.raises(BadRequestError, match="begins with https"):
            _facts(paper, reference, wrong="3 May", right="5 June", source_url=source)
    _facts(paper, reference, wrong="3 May", right="5 June", source_url="https://dept.example/fund")


def test_a_report_whose_right_is_its_wrong_is_refused_whole(paper: Paper) -> None:
    with pytest.raises(BadRequestError, match="is the same as what was wrong"):
        paper.report(wrong="3 May", right="3  MAY")
    assert paper.incidents() == []
    assert paper.report(kinds=(Kind.TYPO,), wrong="3 May", right="3  MAY")


def test_the_clearer_sees_what_the_correction_changes(paper: Paper) -> None:
    reference = paper.worded(wrong="It opens on 3 May", right="It opens on 5 June")
    _as_correction(paper, reference)
    assert _changes(paper, reference, DEE) == [
        ("same", "It opens on"),
        ("out", "3 May"),
        ("in", "5 June"),
    ]
    assert _changes(paper, reference, ANA)


def test_who_may_not_read_the_facts_sees_no_change(paper: Paper) -> None:
    reference = paper.worded(wrong="It opens on 3 May", right="It opens on 5 June")
    _as_correction(paper, reference)
    assert _changes(paper, reference, ROY) == []
