"""Public words, searched whole: who clears what, what an edit voids, and what may ever go out."""

import dataclasses
from functools import cache

import pytest
from exhaustive import Explored, explore, show
from words_machine import Version, WordsMachine, World, is_end

from models.publishing import AFTER_PUBLISHING
from models.snapshot import Snapshot
from models.statements import Clearance, Statement
from models.words import Choice, Circumstance, EffectState, Outcome, StatementState
from policy import clearing

RULES = {"any-of": (), "all-of": (Circumstance.LINE_79_TOPIC,)}
STARTS = (World(), World(versions=(Version("first", "officer"),)))
"""Words of a template, and words that an officer wrote."""


def search(
    rule: str, *, most: int = 2, starts: tuple[World, ...] = STARTS[:1]
) -> tuple[WordsMachine, Explored[World]]:
    machine = WordsMachine(*RULES[rule], most=most)
    found = explore(starts, machine)
    show(rule, found)
    return machine, found


searched = cache(search)
together = pytest.mark.xdist_group("words-searched")
"""Tests that look at the same search: one worker searches once."""


@together
def test_nothing_goes_out_uncleared_or_twice_and_no_state_is_a_trap() -> None:
    _holds(*searched("any-of"))


@pytest.mark.matrix
def test_nor_where_two_must_clear() -> None:
    _holds(*searched("all-of"))


@pytest.mark.matrix
@pytest.mark.parametrize("rule", RULES)
def test_nor_with_the_same_words_sent_again(rule: str) -> None:
    _holds(*search(rule, most=3, starts=STARTS))


def _holds(machine: WordsMachine, found: Explored[World]) -> None:
    assert not found.wrong, str(found)
    assert found.without_exit(is_end) == []
    assert found.states > 1000
    shapes = {(w.state, w.planned, w.asked): w for w in found.onward}
    assert all(machine.waits(world) for world in shapes.values())


def test_an_author_who_may_clear_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def poster_alone(seen: Snapshot, statement: Statement) -> frozenset[str]:
        return frozenset({str(seen.incident.poster_email)})

    monkeypatch.setattr(clearing, "never_clears", poster_alone)
    _, found = search("any-of")
    assert found.wrong == "the author cleared their own words"
    assert len(found.way) <= 6, str(found)


def test_a_yes_that_outlives_an_edit_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def of_any_words(seen: Snapshot, statement: Statement) -> tuple[Clearance, ...]:
        return tuple(one for one in seen.clearances if one.statement_id == statement.id)

    monkeypatch.setattr(clearing, "given", of_any_words)
    _, found = search("all-of")
    assert found.wrong == "words were published that nobody cleared as they are"
    assert len(found.way) <= 8, str(found)


def test_a_yes_to_words_that_were_shown_before_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    judge = clearing.judge

    def without_looking_at_the_digest(
        seen: Snapshot, about: Statement, answer: clearing.Answer, *rest: object
    ) -> object:
        wording = clearing.wording_of(seen, about)
        assert wording is not None
        return judge(seen, about, dataclasses.replace(answer, digest=wording.digest), *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(clearing, "judge", without_looking_at_the_digest)
    _, found = search("any-of")
    assert found.wrong == "words were published that nobody cleared as they are"


@together
def test_the_search_meets_every_word() -> None:
    machine, _ = searched("any-of")
    unmet = {
        StatementState: {StatementState.DRAFTED},  # no path of today leaves a statement there
        EffectState: {EffectState.PLANNED, EffectState.ABANDONED},  # a moment; posts alone
        Outcome: set(),
        clearing.NotTaken: {
            clearing.NotTaken.NO_WORDS,  # the search starts with words
            clearing.NotTaken.CLOSED,  # closing is another machine's: there nobody decides
        },
    }
    for words, but in unmet.items():
        assert {word for word in words if word not in machine.exercised} == but
    assert {Choice.THERE, Choice.NOT_THERE} <= machine.exercised
    assert set(AFTER_PUBLISHING) == set(Outcome)
