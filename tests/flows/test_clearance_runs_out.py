"""A yes that has run out: it neither completes another's, nor lets anything leave."""

import pytest
from jumping import JumpingClock
from paper import CY, DEE, EVE, PAT, Paper

from flows.acts.publish_words import PublishWords
from flows.deciding.clearing import clear
from flows.expiring import expire_clearances
from flows.refusals import NotNowError
from flows.view import view, viewer
from models.effects import Effect
from models.office import use
from models.words import EffectState, Kind, StatementState


@pytest.fixture
def clock(paper: Paper) -> JumpingClock:
    """The installation's, to be set forward."""
    paper.office.store.clock = JumpingClock()
    return paper.office.store.clock


def say_yes(paper: Paper, reference: str, by: str) -> StatementState:
    return clear(
        paper.office, paper.person(by), reference, statement=None,
        digest=paper.digest(reference), approve=True,
    )  # fmt: skip


def test_one_of_two_that_has_run_out_is_asked_for_again(paper: Paper, clock: JumpingClock) -> None:
    reference = paper.worded(kinds=(Kind.OFF_POLICY,))
    assert say_yes(paper, reference, PAT) == StatementState.WAITING
    clock.skip(hours=13)
    with pytest.raises(NotNowError):  # before anybody has asked again, and after
        say_yes(paper, reference, DEE)

    expire_clearances(paper.office, reference)
    expire_clearances(paper.office, reference)

    assert paper.said(reference).count("clearance-expired") == 1
    assert say_yes(paper, reference, DEE) in (StatementState.WAITING, StatementState.CLEARED)
    standing = [one for one in paper.seen(reference).clearances if one.expired_at is None]
    assert [one.person_id for one in standing] == [paper.person(DEE).id]


def test_the_ledger_lets_nothing_leave_on_a_yes_that_has_run_out(
    paper: Paper, clock: JumpingClock
) -> None:
    reference = paper.worded()
    say_yes(paper, reference, DEE)
    use(paper.office)
    id_ = paper.publish(reference, EffectState.AUTHORISED)
    with paper.office.store.read() as tx:
        effect = tx.get_one(Effect, id_)
        assert PublishWords().forbidden(tx, effect, None, tx.now()) is None
        clock.skip(hours=25)
        assert PublishWords().forbidden(tx, effect, None, tx.now()) == "held"


def test_what_is_on_its_way_is_not_called_back(paper: Paper, clock: JumpingClock) -> None:
    reference = paper.worded()
    say_yes(paper, reference, DEE)
    paper.publish(reference, EffectState.UNKNOWN)
    clock.skip(hours=25)
    expire_clearances(paper.office, reference)
    assert "clearance-expired" not in paper.said(reference)


def test_who_looks_sees_until_when_the_clearance_holds(paper: Paper, clock: JumpingClock) -> None:
    reference = paper.worded()
    say_yes(paper, reference, EVE)
    with paper.office.store.read() as tx:
        (shown,) = view(viewer(tx, paper.office, paper.person(CY), reference)).statements
    (yes,) = paper.seen(reference).clearances
    assert shown.cleared_until is not None
    assert (shown.cleared_until - yes.given_at).total_seconds() == 24 * 3600
