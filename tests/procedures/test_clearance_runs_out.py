"""A yes does not hold for ever: words that could not go out in time are asked for again."""

from department import DEE, EVE, Department
from jumping import JumpingClock

from models.snapshot import Snapshot
from models.words import EffectState, NoticeState, StatementState, Wait

WRONG = "The fund opens on 3 May."
AGAIN = "words wait for you again"


def put_off(department: Department) -> tuple[str, JumpingClock]:
    """Cleared words that the platform does not take for now; the reference, and the clock."""
    clock = JumpingClock()
    department.office.store.clock = clock
    department.start_engine()
    reference = department.report_wrong_fact(department.post(WRONG))
    department.until_waiting(reference, Wait.CLEARANCE)
    department.sandbox.fail("create", "429", times=50, reset_in=200_000)
    department.clear(reference, by=DEE)
    department.until(reference, lambda s: any(e.code == "rate-limit" for e in s.effects))
    return reference, clock


def waits(seen: Snapshot) -> bool:
    """Whether the words wait for clearance."""
    return seen.statements[0].state == StatementState.WAITING


def test_words_whose_clearance_has_run_out_are_not_sent_and_asked_for_again(
    quiet: Department,
) -> None:
    reference, clock = put_off(quiet)
    quiet.sandbox.heal()
    clock.skip(hours=23)
    quiet.until(reference, lambda s: s.statements[0].state == StatementState.CLEARED)

    clock.skip(hours=2)

    quiet.until(reference, waits)
    assert quiet.sandbox.live_posts("dept") == []
    assert quiet.said(reference).count("clearance-expired") == 1
    quiet.until(
        reference,
        lambda s: all(
            n.state == NoticeState.SENT for n in s.notices if n.template == "clear_again"
        ),
    )
    for address in (DEE, EVE, "dtu@dept.example"):
        assert [m for m in quiet.mail.to(address) if AGAIN in m["Subject"]], address


def test_a_second_yes_to_the_same_words_sends_them_once(quiet: Department) -> None:
    reference, clock = put_off(quiet)
    clock.skip(hours=25)
    before = quiet.until(reference, waits)
    quiet.sandbox.heal()

    quiet.clear(reference, by=DEE)  # the same person may say it again, of the same bytes

    seen = quiet.until(reference, lambda s: s.statements[0].state == StatementState.PUBLISHED)
    assert [one.expired_at is None for one in seen.clearances] == [False, True]
    assert len({one.digest for one in seen.clearances}) == 1
    assert before.statements[0].wording_id == seen.statements[0].wording_id
    publishing = [e.state for e in seen.effects if e.target == seen.statements[0].id]
    assert publishing == [EffectState.WITHDRAWN, EffectState.CONFIRMED]
    (said,) = quiet.sandbox.live_posts("dept")
    assert said.text == quiet.text_of(seen.statements[0])
