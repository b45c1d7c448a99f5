"""The effect ledger, searched whole: each state, outcome, finding and age, two workers, deaths."""

from functools import cache

import pytest
from exhaustive import Explored, explore, show
from ledger_machine import (
    ALL,
    DELETION,
    FOR_EVER_KEY,
    HOUR_KEY,
    KEYLESS,
    MAIL,
    LedgerMachine,
    Platform,
    Rules,
    World,
    is_end,
)

from flows.acts.base import Again, Finding
from flows.reading_back import MOST_ATTEMPTS, READ_BACK_LIMIT, SETTLE_TIME, _after_look
from models.moves import AFTER_OUTCOME, MOVES, ForbiddenMoveError, move
from models.words import Choice, EffectState, Outcome

TWICE = (KEYLESS, HOUR_KEY)
"""Other sides that would do it twice, were they asked twice."""


def search(platform: Platform, rules: Rules | None = None, most: int = 2) -> Explored[World]:
    machine = LedgerMachine(platform, rules, most)
    found = explore(machine.starts(), machine)
    if rules is None:
        MET.update(machine.exercised)
    return found


searched = cache(search)
together = pytest.mark.xdist_group("ledger-searched")
"""Tests that look at the same searches: one worker searches once."""
MET: set[object] = set()


@together
@pytest.mark.parametrize("platform", ALL, ids=lambda one: one.name)
def test_no_act_takes_effect_twice_and_none_is_left_without_an_end(platform: Platform) -> None:
    _is_safe(platform, searched(platform))


@pytest.mark.matrix
@pytest.mark.parametrize("platform", ALL, ids=lambda one: one.name)
def test_nor_with_more_attempts(platform: Platform) -> None:
    _is_safe(platform, search(platform, most=5))


def _is_safe(platform: Platform, found: Explored[World]) -> None:
    show(platform.name, found)
    assert not found.wrong, str(found)
    assert found.without_exit(is_end) == []
    assert found.states > 10_000


@together
def test_only_at_a_mistaken_persons_word_is_it_there_twice() -> None:
    for platform in ALL:
        worlds = searched(platform).onward
        assert all(world.made <= 1 for world in worlds if world.owed == 1)
    assert max(world.made for world in searched(MAIL).onward) == 2
    for platform in (HOUR_KEY, DELETION, FOR_EVER_KEY):
        assert max(world.made for world in searched(platform).onward) == 1  # we look besides


def test_sending_again_without_looking_is_found() -> None:
    def flagged_afterwards(outcome: Outcome) -> EffectState:
        return EffectState.RETRY if outcome == Outcome.UNKNOWN else AFTER_OUTCOME[outcome]

    for platform in (*TWICE, MAIL):
        found = search(platform, Rules(after_outcome=flagged_afterwards))
        show(f"{platform.name}, flag after the call", found)
        assert found.wrong
        assert len(found.way) <= 8


def test_an_outcome_written_without_its_fence_is_found() -> None:
    for platform in (HOUR_KEY, MAIL):
        found = search(platform, Rules(fenced=False), most=3)
        show(f"{platform.name}, no fence", found)
        assert found.wrong
        assert any("concludes" in said for said in found.way)


def test_a_call_begun_after_its_time_is_found() -> None:
    for platform in TWICE:
        found = search(platform, Rules(late_calls=True))
        show(f"{platform.name}, calls after its lease", found)
        assert found.wrong


def test_quiet_counted_from_before_the_call_is_found() -> None:
    """A call may begin long after its claim: what it made late is later by as much."""
    found = search(HOUR_KEY, Rules(age_from_claim=True))
    show("age from the claim", found)
    assert found.wrong


def test_quiet_counted_to_after_the_look_is_found() -> None:
    """A worker may pause between its look and its writing: what it saw is no younger for that."""
    found = search(HOUR_KEY, Rules(age_at_settling=True))
    show("age at settling", found)
    assert found.wrong


@together
def test_the_search_meets_every_word_of_the_ledger() -> None:
    for platform in ALL:
        searched(platform)
    for words in (EffectState, Outcome, Finding, Again):
        assert [word for word in words if word not in MET] == []
    assert {Choice.THERE, Choice.NOT_THERE} <= MET


def test_every_outcome_leads_where_an_effect_in_flight_may_go() -> None:
    assert set(AFTER_OUTCOME) == set(Outcome)
    for outcome in Outcome:
        move(EffectState.INFLIGHT, AFTER_OUTCOME[outcome])
    assert AFTER_OUTCOME[Outcome.UNKNOWN] == EffectState.UNKNOWN


def test_a_move_that_is_not_in_the_table_is_refused() -> None:
    refused = 0
    for now in EffectState:
        for to in EffectState:
            if to in MOVES[now]:
                assert move(now, to) == to
                continue
            with pytest.raises(ForbiddenMoveError):
                move(now, to)
            refused += 1
    assert refused == len(EffectState) ** 2 - sum(map(len, MOVES.values()))


@pytest.mark.parametrize("again", Again)
@pytest.mark.parametrize("finding", Finding)
def test_only_what_is_seen_is_confirmed_and_only_what_is_not_there_is_sent_again(
    finding: Finding, again: Again
) -> None:
    ages = [SETTLE_TIME * 0, SETTLE_TIME / 2, SETTLE_TIME, READ_BACK_LIMIT, READ_BACK_LIMIT * 2]
    for age in ages:
        for tried in range(MOST_ATTEMPTS + 2):
            to = _after_look(finding, again, age, tried)
            assert (to == EffectState.CONFIRMED) == (finding == Finding.THERE)
            if to == EffectState.RETRY:
                assert finding == Finding.ABSENT
                assert again == Again.AT_ONCE or (again == Again.ONCE_SETTLED
                                                  and age >= SETTLE_TIME)  # fmt: skip
                assert tried < MOST_ATTEMPTS
            if age >= READ_BACK_LIMIT:
                assert to != EffectState.UNKNOWN  # nobody waits for ever
