"""Whether a post may be taken down, for every plan and everything that people can have said."""

from dataclasses import replace
from itertools import product

import pytest

from flows.acts.delete_post import ENDED
from flows.permission import Said, Verdict, verdict
from flows.steps.verification import is_gone
from models.standing import DECISION_WAITS, POST_ENDS, POST_WAITS
from models.words import (
    UNCONFIRMED_DELETE_KINDS,
    Choice,
    DecisionType,
    DeleteWord,
    Kind,
    PostState,
    Presence,
    StatementKind,
)
from policy.decide import decide

YES_NO = (False, True)
DELETES = (Verdict.DELETE, Verdict.DELETE_UNCONFIRMED)
CONFIRMED = (None, Choice.YES, Choice.NO)
KEPT = (None, Choice.DELETE, Choice.KEEP, Choice.EDIT)
UNASKED = {
    DecisionType.RECLASSIFY, DecisionType.SKIP, DecisionType.WAIVE, DecisionType.HOLD,
    DecisionType.REFER, DecisionType.ELSEWHERE, DecisionType.UNDO, DecisionType.ESTABLISH,
    DecisionType.SPEAK, DecisionType.HOLDING_LINE,
}  # fmt: skip
"""Decisions that nobody is asked for: they are taken, and nothing waits for them here."""


@pytest.mark.parametrize("kind", Kind)
def test_nothing_is_deleted_without_permission(kind: Kind) -> None:
    base = decide([kind], [])
    tried = 0
    for word, first, secure in product(DeleteWord, YES_NO, YES_NO):
        plan = replace(base, delete=word, correct_first=first, secure_first=secure)
        flags = product(*[YES_NO] * 6, CONFIRMED, KEPT)
        for entitled, left, corrected, secured, registered, skipped, confirmed, kept in flags:
            said = Said(entitled, left, confirmed, kept, corrected, secured, registered, skipped)
            may = verdict(plan, said)
            tried += 1
            if may not in DELETES:
                continue
            assert word in (DeleteWord.NOW, DeleteWord.ASK)
            assert registered
            assert not skipped
            assert confirmed != Choice.NO
            assert kept not in (Choice.KEEP, Choice.EDIT), "a kept post is never deleted"
            if word == DeleteWord.ASK:
                assert kept == Choice.DELETE
            elif may == Verdict.DELETE:
                assert entitled or confirmed == Choice.YES
                assert corrected or not first or plan.statement == StatementKind.NONE
                assert secured or not secure
            else:
                assert left, "one unconfirmed deletion a reporter"
                assert kind in UNCONFIRMED_DELETE_KINDS
    assert tried == len(DeleteWord) * 4 * 64 * len(CONFIRMED) * len(KEPT)


@pytest.mark.parametrize("kind", Kind)
def test_our_own_words_are_deleted_only_where_they_do_harm_or_a_person_says_so(kind: Kind) -> None:
    base = decide([kind], [])
    for word, entitled, confirmed, kept in product(DeleteWord, YES_NO, CONFIRMED, KEPT):
        said = Said(entitled, True, confirmed, kept, corrected=True, secured=True, own_words=True)
        if verdict(replace(base, delete=word), said) in DELETES:
            assert kept == Choice.DELETE or kind in UNCONFIRMED_DELETE_KINDS


def test_gone_is_seen_and_never_said_alone() -> None:
    for own, public, said in product(Presence, Presence, YES_NO):
        gone = is_gone(own, public, said=said)
        if gone:
            assert Presence.PRESENT not in (own, public)
            assert Presence.GONE in (own, public)
        if own == Presence.UNKNOWN and not said:
            assert not gone


def test_what_has_ended_is_not_deleted_again() -> None:
    assert set(ENDED) == set(POST_ENDS)
    assert PostState.KEPT in ENDED


def test_every_state_of_a_post_waits_for_something_or_is_an_end() -> None:
    left = set(PostState) - set(POST_WAITS) - set(POST_ENDS)
    assert left == {PostState.LIVE}  # waits for the engine, unless it was asked about


def test_every_question_waits_for_somebody() -> None:
    assert set(DecisionType) - set(DECISION_WAITS) == UNASKED
