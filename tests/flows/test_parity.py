"""Parity: every account that carried the error carries the words, or somebody has let it go."""

import pytest
from paper import DEE, Paper
from sqlmodel import col, update

from flows.deciding.closing import close
from flows.deciding.skipping import skip
from flows.deciding.speaking_elsewhere import speak_elsewhere
from flows.deciding.waiving import waive
from flows.refusals import UnfinishedError
from flows.shapes import IncidentShape
from flows.view import view, viewer
from models.incident import Incident
from models.parity import Carries
from models.standing import StepState, standing
from models.statements import Statement
from models.words import DecisionType, PostState, StatementState, Step, Wait

UNSAID = (StepState.WAITING, StepState.WORKING)


def two_copies(paper: Paper) -> str:
    """The same error on two accounts, gone from both; the words wait on each."""
    reference = paper.worded(paper.link(1), paper.link(2, handle="embassy"))
    paper.set_posts(reference, PostState.GONE)
    return reference


def shown(paper: Paper, reference: str) -> IncidentShape:
    with paper.office.store.read() as tx:
        return view(viewer(tx, paper.office, paper.person(DEE), reference))


def carries(paper: Paper, reference: str) -> dict[str, Carries]:
    return {one.account: one.carries for one in shown(paper, reference).words_on}


def say(paper: Paper, reference: str, handle: str) -> None:
    """The words of one account are out."""
    seen = paper.seen(reference)
    with paper.office.store.write("say") as tx:
        for one in seen.statements:
            if seen.accounts[one.account_id].handle == handle:
                row = tx.get_one(Statement, one.id)
                row.state = StatementState.PUBLISHED
                tx.add(row)


def id_on(paper: Paper, reference: str, handle: str) -> str:
    seen = paper.seen(reference)
    return next(s.id for s in seen.statements if seen.accounts[s.account_id].handle == handle)


def publishing(paper: Paper, reference: str) -> StepState:
    steps = standing(paper.seen(reference)).steps
    return next(one.state for one in steps if one.step == Step.PUBLISH)


def test_a_copy_without_words_is_shown_and_keeps_the_incident_open(paper: Paper) -> None:
    reference = two_copies(paper)
    say(paper, reference, "dept")
    assert carries(paper, reference) == {"dept": Carries.SAID, "embassy": Carries.MISSING}
    assert shown(paper, reference).waiting_for == Wait.CLEARANCE
    with pytest.raises(UnfinishedError):
        close(paper.office, paper.person(DEE), reference)
    say(paper, reference, "embassy")
    assert set(carries(paper, reference).values()) == {Carries.SAID}
    assert publishing(paper, reference) == StepState.DONE


def test_one_copy_is_let_go_by_name_and_the_other_is_not(paper: Paper) -> None:
    reference = two_copies(paper)
    waive(
        paper.office, paper.person(DEE), reference, reason="Its readers were told in the room.",
        statement=id_on(paper, reference, "embassy"),
    )  # fmt: skip
    assert carries(paper, reference) == {"dept": Carries.MISSING, "embassy": Carries.WAIVED}
    assert publishing(paper, reference) in UNSAID
    (let_go,) = [one for one in shown(paper, reference).words_on if one.waived_by]
    assert (let_go.waived_by, let_go.reason) == (DEE, "Its readers were told in the room.")
    say(paper, reference, "dept")
    assert publishing(paper, reference) == StepState.DONE


def test_words_that_another_account_says_count_once_they_are_out(paper: Paper) -> None:
    reference = paper.worded(paper.link(1))
    paper.set_posts(reference, PostState.GONE)
    speak_elsewhere(
        paper.office, paper.person(DEE), reference, account="x/embassy", reason="Still taken over."
    )
    (one,) = shown(paper, reference).words_on
    assert (one.account, one.carries, one.said_on) == ("dept", Carries.MISSING, "embassy")
    assert publishing(paper, reference) in UNSAID
    say(paper, reference, "embassy")
    (one,) = shown(paper, reference).words_on
    assert (one.carries, one.said_on) == (Carries.SAID_ELSEWHERE, "embassy")
    assert publishing(paper, reference) == StepState.DONE


def test_letting_the_other_accounts_words_go_too_is_letting_the_copy_go(paper: Paper) -> None:
    reference = paper.worded(paper.link(1))
    dee = paper.person(DEE)
    speak_elsewhere(paper.office, dee, reference, account="x/embassy", reason="Still taken over.")
    waive(
        paper.office, dee, reference, reason="Nobody saw it.",
        statement=id_on(paper, reference, "embassy"),
    )  # fmt: skip
    assert carries(paper, reference) == {"dept": Carries.WAIVED}


@pytest.mark.parametrize("let_go", [False, True])
def test_words_of_an_earlier_plan_do_not_stand_for_those_of_the_new_one(
    paper: Paper, let_go: bool
) -> None:
    """Between the new plan and its words nothing may be closed."""
    reference = two_copies(paper)
    if let_go:
        for handle in ("dept", "embassy"):
            waive(
                paper.office, paper.person(DEE), reference, reason="It was only a slip.",
                statement=id_on(paper, reference, handle),
            )  # fmt: skip
        assert publishing(paper, reference) == StepState.DONE
    else:
        paper.set_statement(reference, StatementState.WITHDRAWN)
    with paper.office.store.write("another-kind") as tx:
        mine = update(Incident).where(col(Incident.reference) == reference)
        tx.exec(mine.values(generation=2))
    assert set(carries(paper, reference).values()) == {Carries.MISSING}
    assert publishing(paper, reference) in UNSAID


def test_whoever_skips_publishing_lets_every_copy_go_by_name(paper: Paper) -> None:
    reference = two_copies(paper)
    skip(paper.office, paper.person(DEE), reference, step=Step.PUBLISH, reason="Nobody saw it.")
    assert set(carries(paper, reference).values()) == {Carries.WAIVED}
    assert {one.waived_by for one in shown(paper, reference).words_on} == {DEE}
    assert [d.type for d in paper.seen(reference).decisions] == [DecisionType.SKIP]
