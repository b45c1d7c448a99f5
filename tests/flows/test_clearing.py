"""Clearing: exact words, by people who had no part in them, and the first answer stands."""

import threading

import pytest
from paper import ANA, BO, CY, DEE, EVE, PAT, SAM, Paper

from flows.deciding.clearing import clear
from flows.deciding.writing import write_words
from flows.refusals import (
    AlreadyDecidedError,
    BadRequestError,
    DigestDiffersError,
    NotAllowedError,
    NotFoundError,
    NotNowError,
)
from models.words import EffectState, Kind, StatementState


def _clear(
    paper: Paper,
    reference: str,
    by: str,
    *,
    digest: str | None = None,
    approve: bool = True,
    reason: str | None = None,
) -> StatementState:
    return clear(
        paper.office,
        paper.person(by),
        reference,
        statement=None,
        digest=digest or paper.digest(reference),
        approve=approve,
        reason=reason,
    )


def test_a_duty_officer_clears_the_words(paper: Paper) -> None:
    reference = paper.worded()
    assert _clear(paper, reference, DEE) == StatementState.CLEARED
    assert paper.said(reference)[-1] == "cleared"
    (clearance,) = paper.seen(reference).clearances
    assert clearance.digest == paper.digest(reference)


def test_the_poster_never_clears(paper: Paper) -> None:
    reference = paper.worded(poster="me")
    with pytest.raises(NotAllowedError):
        _clear(paper, reference, ANA)


def test_the_author_never_clears(paper: Paper) -> None:
    reference = paper.worded(author=DEE)
    with pytest.raises(NotAllowedError, match="You may not clear these words"):
        _clear(paper, reference, DEE)
    assert _clear(paper, reference, EVE) == StatementState.CLEARED


def test_whoever_cleared_the_post_never_clears_the_words(paper: Paper) -> None:
    reference = paper.worded(cleared_by=EVE)
    with pytest.raises(NotAllowedError):
        _clear(paper, reference, EVE)


def test_a_stranger_finds_nothing(paper: Paper) -> None:
    reference = paper.worded()
    with pytest.raises(NotFoundError):
        _clear(paper, reference, SAM)


def test_who_may_see_but_not_clear_is_told_so(paper: Paper) -> None:
    reference = paper.worded(kinds=(Kind.OFF_POLICY,), poster=ANA, by=SAM)
    with pytest.raises(NotAllowedError):
        _clear(paper, reference, SAM)


def test_another_digest_is_refused(paper: Paper) -> None:
    reference = paper.worded()
    with pytest.raises(DigestDiffersError):
        _clear(paper, reference, DEE, digest="0" * 64)
    assert paper.seen(reference).clearances == ()


def test_an_edit_leaves_the_yes_behind(paper: Paper) -> None:
    reference = paper.worded(kinds=(Kind.FACTUAL,))
    shown = paper.digest(reference)
    _clear(paper, reference, DEE)
    write_words(
        paper.office, paper.person(CY), reference, text="We are sorry. Please disregard it."
    )
    (statement,) = paper.seen(reference).statements
    assert statement.state == StatementState.WAITING
    assert "clearance-voided" in paper.said(reference)
    with pytest.raises(DigestDiffersError):
        _clear(paper, reference, EVE, digest=shown)
    assert _clear(paper, reference, EVE) == StatementState.CLEARED


def test_the_second_answer_is_told_of_the_first(paper: Paper) -> None:
    reference = paper.worded()
    _clear(paper, reference, DEE)
    with pytest.raises(AlreadyDecidedError, match=r"^dee@dept.example cleared these words at "):
        _clear(paper, reference, EVE)


def test_two_at_once_give_one_clearance(either: Paper) -> None:
    reference = either.worded()
    barrier, raised = threading.Barrier(2), list[BaseException]()

    def run(email: str) -> None:
        person, digest = either.person(email), either.digest(reference)
        barrier.wait()
        try:
            clear(either.office, person, reference, statement=None, digest=digest, approve=True)
        except AlreadyDecidedError as error:
            raised.append(error)

    threads = [threading.Thread(target=run, args=(email,)) for email in (DEE, EVE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(raised) == 1
    assert len(either.seen(reference).clearances) == 1


def test_a_no_needs_a_reason_and_takes_the_words_back(paper: Paper) -> None:
    reference = paper.worded()
    with pytest.raises(BadRequestError):
        _clear(paper, reference, DEE, approve=False)
    state = _clear(paper, reference, DEE, approve=False, reason="The date is wrong too.")
    assert state == StatementState.WITHDRAWN
    assert paper.said(reference)[-1] == "clearance-refused"


def test_where_several_must_agree_one_is_not_enough(paper: Paper) -> None:
    reference = paper.worded(kinds=(Kind.OFF_POLICY,))
    groups = paper.incident(reference).plan
    assert groups is not None
    assert groups["clearance"]["mode"] == "all-of"
    first = _clear(paper, reference, PAT)
    assert first == StatementState.WAITING
    assert _clear(paper, reference, DEE) == StatementState.CLEARED


def test_words_that_were_there_before_cannot_come_back(paper: Paper) -> None:
    reference = paper.worded()
    people = paper.person(CY)
    write_words(paper.office, people, reference, text="We are sorry. Please disregard it.")
    with pytest.raises(NotNowError, match="there before"):
        write_words(paper.office, people, reference, text="We are sorry. Please disregard it.")


def test_words_under_way_cannot_be_changed(paper: Paper) -> None:
    reference = paper.worded()
    _clear(paper, reference, DEE)
    paper.publish(reference, EffectState.INFLIGHT)
    with pytest.raises(NotNowError, match="being published"):
        write_words(
            paper.office,
            paper.person(CY),
            reference,
            text="We are sorry. Please disregard it.",
        )


def test_words_not_yet_sent_are_taken_back_by_an_edit(paper: Paper) -> None:
    reference = paper.worded()
    _clear(paper, reference, DEE)
    paper.publish(reference, EffectState.AUTHORISED)
    write_words(
        paper.office, paper.person(CY), reference, text="We are sorry. Please disregard it."
    )
    (effect,) = paper.seen(reference).effects
    assert effect.state == EffectState.WITHDRAWN


def test_published_words_cannot_be_changed(paper: Paper) -> None:
    reference = paper.worded()
    paper.set_statement(reference, StatementState.PUBLISHED)
    with pytest.raises(NotNowError, match="are published"):
        write_words(
            paper.office,
            paper.person(CY),
            reference,
            text="We are sorry. Please disregard it.",
        )


def test_whoever_writes_the_words_does_not_clear_them(paper: Paper) -> None:
    reference = paper.worded()
    write_words(
        paper.office, paper.person(DEE), reference, text="We are sorry. Please disregard it."
    )
    with pytest.raises(NotAllowedError):
        _clear(paper, reference, DEE)


def test_a_person_writes_for_an_account_that_has_no_words_yet(paper: Paper) -> None:
    reference = paper.planned()
    digest = write_words(paper.office, paper.person(CY), reference, text="We are sorry.")
    (statement,) = paper.seen(reference).statements
    assert statement.state == StatementState.WAITING
    assert paper.digest(reference) == digest


def test_the_line_manager_who_was_not_told_finds_nothing(paper: Paper) -> None:
    reference = paper.worded()
    with pytest.raises(NotFoundError):
        _clear(paper, reference, BO)
