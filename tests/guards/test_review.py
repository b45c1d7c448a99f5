"""A case, searched whole: who acts, who reads, and that it is fair and comes to an end."""

from dataclasses import replace
from typing import Any

import pytest
from exhaustive import Explored, explore, show
from review_machine import (
    ASIDE,
    DAN,
    FEW,
    HAL,
    IVY,
    MANY,
    PAT,
    SPARE,
    ReviewMachine,
    World,
    is_end,
    start,
)

from models.review import Case, CaseMove, Hand, Holding, Part
from models.words import Employer
from policy import review
from policy.review import NotDone

STARTS = (
    start(),
    start(Employer.FCO_SERVICES),
    start(None, None),
)
FOUND = {Hand.INVESTIGATOR: (IVY,), Hand.DECIDER: (DAN,), Hand.APPEAL_HEARER: (PAT, HAL)}
"""Few, and one of them may have referred it."""


def search(
    people: dict[Hand, tuple[str, ...]],
    *aside: CaseMove,
    conflicts: bool = False,
    starts: tuple[World, ...] = STARTS,
) -> tuple[ReviewMachine, Explored[World]]:
    machine = ReviewMachine(people=people, aside=frozenset(aside), conflicts=conflicts)
    found = explore(starts, machine)
    show("a case", found)
    return machine, found


def test_a_case_is_fair_and_comes_to_an_end() -> None:
    machine, found = search(MANY, starts=STARTS[:2])
    _holds(found)
    assert machine.made == set(CaseMove) - ASIDE
    assert {NotDone.SAME_PERSON, NotDone.CONFLICTED, NotDone.NEEDS_MEETING} <= machine.refused


def test_so_is_one_against_a_person_unknown_whoever_it_turns_out_to_be() -> None:
    machine, found = search(FOUND, starts=STARTS[2:])
    _holds(found)
    assert NotDone.NO_SUBJECT in machine.refused


@pytest.mark.matrix
def test_so_is_each_whoever_works_it() -> None:
    _, found = search(MANY)
    _holds(found)


@pytest.mark.matrix
@pytest.mark.parametrize(
    "aside",
    [
        (CaseMove.CONSIDER, CaseMove.NAME_COMPANION),
        (CaseMove.SUSPEND, CaseMove.REVIEW_SUSPENSION),
        (CaseMove.KEEP, CaseMove.RELEASE),
        (CaseMove.ASK_GLASS, CaseMove.AGREE_GLASS, CaseMove.END_GLASS),
    ],
)
def test_nor_does_what_happens_beside_change_that(aside: tuple[CaseMove, ...]) -> None:
    machine, found = search(FEW, *aside)
    _holds(found)
    assert set(aside) <= machine.made


@pytest.mark.matrix
def test_it_goes_on_where_one_of_its_people_turns_out_to_have_to_do_with_it() -> None:
    _, found = search(SPARE, conflicts=True, starts=STARTS[:1])
    _holds(found)


def _holds(found: Explored[World]) -> None:
    assert not found.wrong, str(found)
    stuck = found.without_exit(is_end)
    assert not stuck, stuck[0]
    assert found.states > 100


def _names_anybody(case: Case, hand: Any, person: str, now: Any) -> Case:
    return replace(case, holdings=(*case.holdings, Holding(hand, person, now)))


def test_each_move_is_somebodys() -> None:
    assert set(review.RULES) == set(CaseMove)
    assert all(rule.by and rule.states for rule in review.RULES.values())


def test_a_person_with_two_hands_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review, "_name", _names_anybody)
    _, found = search(MANY)
    assert found.wrong == "one person had two hands of the case"


def test_a_decision_without_a_meeting_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(
        review.TAKEN, CaseMove.DECIDE, lambda case, request: replace(case, outcome=request.outcome)
    )
    _, found = search(MANY)
    assert found.wrong == "punished without a meeting"


def test_a_reader_who_has_to_do_with_it_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = review.parts_in

    def blind(case: Case, email: str, **how: Any) -> frozenset[Part]:
        return whole(case, email, **{**how, "is_free": True})

    monkeypatch.setattr(review, "parts_in", blind)
    _, found = search(SPARE, conflicts=True)
    assert "reads the case" in found.wrong or "acted" in found.wrong
