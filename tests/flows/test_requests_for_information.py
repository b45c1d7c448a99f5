"""Requests for information: noted by a named person, with a clock, and kept for good."""

from datetime import date, timedelta
from typing import Any

import pytest
from paper import ANA, CY, DEE, ROY, Paper
from sqlalchemy.exc import DatabaseError
from sqlmodel import col, delete

from flows.deciding.noting_requests import answer_request, note_request
from flows.refusals import AlreadyDecidedError, BadRequestError, NotAllowedError, NotNowError
from flows.shapes import IncidentShape
from flows.view import view, viewer
from models.information_requests import InformationRequest, must_be_kept
from policy.clocks import answer_due_on

MONDAY = date(2026, 11, 2)


@pytest.fixture
def reference(paper: Paper) -> str:
    return paper.planned()


def shown(paper: Paper, reference: str, by: str = DEE) -> IncidentShape:
    with paper.office.store.read() as tx:
        return view(viewer(tx, paper.office, paper.person(by), reference))


def note(paper: Paper, reference: str, by: str = DEE, received: date = MONDAY, **more: str) -> str:
    return note_request(
        paper.office, paper.person(by), reference, received=received, **more
    ).id  # fmt: skip


def kept(paper: Paper, reference: str) -> bool:
    with paper.office.store.read() as tx:
        long_ago = tx.now() - timedelta(days=1)
        return must_be_kept(tx, paper.incident(reference).id, long_ago)


def test_who_asked_when_and_until_when_is_shown(paper: Paper, reference: str) -> None:
    assert not kept(paper, reference)
    note(paper, reference, text="FOI 2026/114")
    (one,) = shown(paper, reference).information_requests
    assert (one.received_on, one.due_on) == (MONDAY, answer_due_on(MONDAY))
    assert (one.noted_by, one.text, one.answered_at) == (DEE, "FOI 2026/114", None)
    assert kept(paper, reference)
    (to_others,) = shown(paper, reference, by=CY).information_requests
    assert to_others.text is None


def test_the_dtu_and_an_auditor_note_it_and_nobody_else(paper: Paper, reference: str) -> None:
    note(paper, reference, by=ROY)
    for one in (ANA, CY):
        with pytest.raises(NotAllowedError):
            note(paper, reference, by=one)


def test_a_day_that_cannot_be_is_refused(paper: Paper, reference: str) -> None:
    opened = paper.incident(reference).opened_at.date()
    for day in (opened + timedelta(days=2), opened - timedelta(days=400)):
        with pytest.raises(BadRequestError):
            note(paper, reference, received=day)


def test_an_answer_stops_the_clock_and_nothing_may_be_destroyed_all_the_same(
    paper: Paper, reference: str
) -> None:
    with pytest.raises(NotNowError):
        answer_request(paper.office, paper.person(DEE), reference)
    first, second = note(paper, reference), note(paper, reference)
    with pytest.raises(BadRequestError, match="Several"):
        answer_request(paper.office, paper.person(DEE), reference)
    answer_request(paper.office, paper.person(ROY), reference, target=first)
    with pytest.raises(AlreadyDecidedError):
        answer_request(paper.office, paper.person(DEE), reference, target=first)
    answer_request(paper.office, paper.person(DEE), reference)
    assert {one.id for one in shown(paper, reference).information_requests} == {first, second}
    assert all(one.answered_by for one in shown(paper, reference).information_requests)
    assert kept(paper, reference)
    assert paper.said(reference)[-4:] == ["foi-noted", "foi-noted", "foi-answered", "foi-answered"]


def test_the_database_refuses_to_remove_it(either: Paper) -> None:
    reference = either.planned()
    id_ = note(either, reference)
    gone: Any = delete(InformationRequest).where(col(InformationRequest.id) == id_)
    with pytest.raises(DatabaseError), either.office.store.write("remove") as tx:
        tx.exec(gone)
    assert kept(either, reference)
