"""A holding line: out at once on every copy while facts are checked, and nagging until replaced."""

import pytest
from department import ANA, DEE, EVE, PAT, Department
from jumping import JumpingClock

from flows.deciding.closing import close
from flows.deciding.skipping import skip
from flows.deciding.speaking_at_once import speak_at_once
from flows.deciding.waiving import waive
from flows.deciding.writing import write_words
from flows.refusals import NotAllowedError, NotNowError, UnfinishedError
from flows.view import view, viewer
from models.holding_lines import is_ahead
from models.snapshot import Snapshot
from models.statements import Statement
from models.words import DecisionType, Kind, StatementKind, StatementState, Step, Wait

WRONG = "The fund opens on 3 May."
CHECKING = (
    "We are checking an earlier post on this account. Please wait for our next post before you "
    "rely on it or share it."
)
OUT = StatementState.PUBLISHED


def lines(seen: Snapshot) -> list[Statement]:
    return [one for one in seen.statements if is_ahead(one)]


def hold(department: Department, reference: str, by: str = DEE, **more: str) -> None:
    speak_at_once(department.office, department.person(by), reference, **more)


def nagged(department: Department, reference: str) -> list[str]:
    """The notices about the holding line, and of its being overdue."""
    names = ("holding_line", "overdue")
    return [n.template for n in department.seen(reference).notices if n.template in names]


def reported(department: Department) -> str:
    """A wrong fact on two accounts whose right facts nobody has given yet."""
    copies = (department.post(WRONG), department.post(WRONG, handle="embassy"))
    reference = department.report(copies, Kind.FACTUAL)
    department.until_waiting(reference, Wait.FACTS)
    return reference


def up(department: Department, handle: str) -> list[str]:
    return [post.text for post in department.sandbox.live_posts(handle)]


def test_it_goes_out_at_once_on_every_copy_and_says_only_that_we_are_checking(
    department: Department,
) -> None:
    reference = reported(department)
    hold(department, reference, reason="Nobody knows the date yet.")
    seen = department.until(reference, lambda s: {one.state for one in lines(s)} == {OUT})
    assert len(lines(seen)) == 2
    assert up(department, "dept") == up(department, "embassy") == [CHECKING]
    assert not seen.wordings[str(lines(seen)[0].wording_id)].claims
    assert department.stands(reference).waiting_for == Wait.FACTS
    with pytest.raises(NotNowError, match="nothing to hold"):
        hold(department, reference)
    with pytest.raises(NotNowError, match="holding line is out"):
        skip(
            department.office, department.person(DEE), reference, step=Step.PUBLISH, reason="Done."
        )


def test_the_dtu_is_told_and_reminded_until_the_words_that_are_due_are_out(
    quiet: Department,
) -> None:
    clock = JumpingClock()
    quiet.office.store.clock = clock
    quiet.start_engine()
    reference = quiet.report(quiet.post(WRONG), Kind.FACTUAL)
    quiet.until_waiting(reference, Wait.FACTS)
    hold(quiet, reference)
    quiet.until(reference, lambda s: {one.state for one in lines(s)} == {OUT})
    quiet.until(reference, lambda _: "holding_line" in nagged(quiet, reference))
    for times in (1, 2, 3):
        before = quiet.said(reference).count("reminded")
        overdue = quiet.said(reference).count("overdue")
        clock.skip(hours=4, minutes=1)
        quiet.until(
            reference,
            lambda _, b=before, o=overdue: (
                quiet.said(reference).count("reminded") > b
                or quiet.said(reference).count("overdue") > o
            ),
        )
        assert times
    write_words(
        quiet.office, quiet.person(PAT), reference,
        text="We are sorry. Please disregard our earlier post. The fund opens on 5 June.",
    )  # fmt: skip
    quiet.clear(reference, by=EVE, claims=())
    seen = quiet.until(
        reference, lambda s: not any(q.type == DecisionType.REPLACE for q in s.open_decisions())
    )
    assert "holding-line-over" in quiet.said(reference)
    assert len(up(quiet, "dept")) == 2, "the line is kept: to delete it is for a person"
    with quiet.office.store.read() as tx:
        shown = view(viewer(tx, quiet.office, quiet.person(DEE), reference)).statements
    line, words = shown if shown[0].expires_at else reversed(shown)
    assert line.replaced_by == words.id
    assert [one.state for one in seen.statements] == [OUT] * 2


def test_a_named_person_lets_it_stand_and_only_then_can_the_incident_be_closed(
    department: Department,
) -> None:
    reference = department.report(department.post(WRONG), Kind.FACTUAL)
    department.until_waiting(reference, Wait.FACTS)
    hold(department, reference)
    seen = department.until(reference, lambda s: {one.state for one in lines(s)} == {OUT})
    (line,) = lines(seen)
    dee = department.person(DEE)
    waive(department.office, dee, reference, statement=line.id, reason="It was right after all.")
    department.until(
        reference, lambda s: not any(q.type == DecisionType.REPLACE for q in s.open_decisions())
    )
    assert up(department, "dept") == [CHECKING]
    with pytest.raises(UnfinishedError):
        close(department.office, dee, reference)


def test_it_does_not_go_out_after_the_words_that_are_due(quiet: Department) -> None:
    reference = quiet.report_wrong_fact(quiet.post(WRONG))
    quiet.start_engine()
    quiet.until_waiting(reference, Wait.CLEARANCE)
    quiet.stop_engine()
    hold(quiet, reference)
    quiet.clear(reference)
    quiet.start_engine()
    quiet.until_waiting(reference, Wait.ADVICE)
    (text,) = up(quiet, "dept")
    assert "5 June" in text
    assert lines(quiet.seen(reference))[0].state == StatementState.WITHDRAWN


def test_one_that_could_not_go_out_in_time_does_not_go_out(quiet: Department) -> None:
    clock = JumpingClock()
    quiet.office.store.clock = clock
    quiet.start_engine()
    reference = quiet.report(quiet.post(WRONG), Kind.FACTUAL)
    quiet.until_waiting(reference, Wait.FACTS)
    quiet.sandbox.fail("create", "429", times=50, reset_in=100_000)
    hold(quiet, reference)
    quiet.until(reference, lambda s: any(e.code == "rate-limit" for e in s.effects))
    clock.skip(hours=5)
    quiet.until(reference, lambda s: lines(s)[0].state == StatementState.WITHDRAWN)
    assert up(quiet, "dept") == []


def test_somebodys_own_line_makes_no_claim_and_waits_for_one_other_person(
    department: Department,
) -> None:
    reference = department.report(department.post(WRONG), Kind.OFF_POLICY, by=DEE, poster=ANA)
    department.until_waiting(reference, Wait.CLEARANCE)
    with pytest.raises(NotNowError, match="only that we are checking"):
        hold(department, reference, by=EVE, text="This was posted by mistake. We are checking.")
    hold(department, reference, by=EVE, text="We are checking what an earlier post of ours said.")
    (line,) = lines(department.seen(reference))
    assert line.state == StatementState.WAITING
    with pytest.raises(NotAllowedError):
        hold(department, reference, by=ANA)


@pytest.mark.parametrize("kind", [Kind.CLASSIFIED, Kind.LEGAL, Kind.PREMATURE])
def test_nothing_goes_out_ahead_where_silence_is_the_answer(quiet: Department, kind: Kind) -> None:
    reference = quiet.report(quiet.post(WRONG), kind)
    quiet.start_engine()
    quiet.until(reference, lambda s: s.incident.plan is not None)
    with pytest.raises(NotNowError, match="Nothing may go out ahead"):
        hold(quiet, reference)


def test_the_removal_note_of_the_kind_goes_out_while_the_apology_waits(
    department: Department,
) -> None:
    reference = department.report_wrong_fact(department.post(WRONG))
    department.until_waiting(reference, Wait.CLEARANCE)
    hold(department, reference, line=StatementKind.REMOVAL_NOTE)
    department.until(reference, lambda s: {one.state for one in lines(s)} == {OUT})
    (text,) = up(department, "dept")
    assert text.startswith("Please do not rely on an earlier post on this account.")
    assert "5 June" not in text
    department.clear(reference)
    department.until_waiting(reference, Wait.ADVICE)
    assert len(up(department, "dept")) == 2
