"""What is tried again is told: the act, the account, the reason, the time; and told once."""

from datetime import UTC, datetime, timedelta

import pytest
from department import ANA, BO, CY, DEE, Department
from sqlmodel import col, select

from amends import engine as engines
from flows import repeats, standing_now
from flows.deciding.holding import hold
from flows.shapes import EntryShape, IncidentShape, RetryShape
from flows.timeline import timeline
from flows.view import view, viewer
from models.effects import Effect
from models.retries import RetryCode, RetryOf
from models.words import (
    Circumstance,
    EffectKind,
    EffectState,
    Kind,
    NoticeState,
    PostState,
    Wait,
)


def seen_by(department: Department, reference: str, email: str = DEE) -> IncidentShape:
    """The incident as this person may see it."""
    with department.office.store.read() as tx:
        return view(viewer(tx, department.office, department.person(email), reference))


def told_to(department: Department, reference: str, email: str = DEE) -> list[EntryShape]:
    """The whole timeline as this person may read it."""
    entries, after = [], 0
    while True:
        with department.office.store.read() as tx:
            by = viewer(tx, department.office, department.person(email), reference)
            page = timeline(tx, by, after, 3)
        entries += page.entries
        if page.next is None:
            return entries
        after = page.next


def only_retry(department: Department, reference: str, of: RetryOf) -> RetryShape:
    """The one retry of this kind, once it is there."""
    department.until(
        reference, lambda _: any(r.what == of for r in seen_by(department, reference).retries)
    )
    (retry,) = [one for one in seen_by(department, reference).retries if one.what == of]
    return retry


def clock(when: datetime | None) -> str:
    """The time as sentences have it, without its seconds."""
    assert when is not None
    return f"{when.astimezone(UTC):%H:%M}"


def test_a_platform_that_asks_us_to_wait_is_waited_for_in_words(department: Department) -> None:
    department.sandbox.fail("delete", "429", reset_in=900)
    reference = department.report_wrong_fact(department.post("The fund opens on 3 May."))
    retry = only_retry(department, reference, RetryOf.DELETE)
    (post,) = department.seen(reference).posts
    assert (retry.target, retry.platform, retry.account) == (post.id, "x", "dept")
    assert (retry.code, retry.state, retry.tries) == (RetryCode.RATE_LIMIT, EffectState.RETRY, 1)
    assert retry.sentence == (
        "X has asked us to wait. The next try to delete the post of @dept is at "
        f"{clock(retry.next_at)} UTC; 1 try so far."
    )
    (effect,) = [e for e in department.seen(reference).effects if e.kind == EffectKind.DELETE]
    assert retry.next_at == effect.due_at
    department.until(reference, lambda s: s.incident.wake_at == effect.due_at)
    wait = next(w for w in seen_by(department, reference).waits if w.target == retry.target)
    assert wait.waiting_for == Wait.PLATFORM
    (entry,) = [e for e in told_to(department, reference) if e.what == "delete-retry"]
    assert entry.sentence == (
        f"X has asked us to wait. The post of @dept was not deleted. Next try: "
        f"{clock(retry.next_at)} UTC."
    )


@pytest.fixture
def rounds(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The references of the rounds that engines make, while what they owe falls due at once."""
    made: list[str] = []
    respond = engines.respond_at_once

    def counted(reference: str) -> None:
        made.append(reference)
        respond(reference)

    monkeypatch.setattr(engines, "respond_at_once", counted)
    monkeypatch.setattr(standing_now, "SOON", timedelta(milliseconds=20))
    return made


def test_a_capture_that_must_wait_sleeps_until_its_time_and_wakes_for_a_person(
    rounds: list[str], department: Department
) -> None:
    department.sandbox.fail("get", "429", reset_in=900)
    reference = department.report_wrong_fact(department.post("The fund opens on 3 May."))
    retry = only_retry(department, reference, RetryOf.CAPTURE)
    assert retry.sentence == (
        "X has asked us to wait. The next try to keep a copy of the post of @dept is at "
        f"{clock(retry.next_at)} UTC; 1 try so far."
    )
    seen = department.until(reference, lambda s: _sleeps(s.incident.wake_at))
    department.until_waiting(reference, Wait.CLEARANCE)
    (post,) = seen.posts
    assert seen.incident.wake_at == post.try_at == retry.next_at
    department.until(reference, lambda _: engine_is_idle(department))
    before = rounds.count(reference)

    _another_incident_runs_to_its_end(department)
    assert rounds.count(reference) == before
    assert department.seen(reference).posts[0].tries == 1

    department.clear(reference, CY)
    department.until(reference, lambda _: rounds.count(reference) > before)
    seen = department.until(reference, lambda s: _sleeps(s.incident.wake_at))
    assert seen.posts[0].tries == 1


def _sleeps(wake_at: datetime | None) -> bool:
    return wake_at is not None and wake_at > datetime.now(UTC) + timedelta(minutes=5)


def engine_is_idle(department: Department) -> bool:
    """Whether nothing runs now."""
    assert department.engine is not None
    return not department.engine._running


def _another_incident_runs_to_its_end(department: Department) -> None:
    """Long enough for a hundred polls at the pace that the fixture sets."""
    other = department.report_wrong_fact(department.post("The bridge is open.", "embassy"))
    department.until(other, lambda s: s.posts[0].state == PostState.GONE)
    department.until_waiting(other, Wait.CLEARANCE)
    department.clear(other)
    department.until_waiting(other, Wait.ADVICE)
    department.finish(other)


def test_a_platform_that_cannot_be_reached_is_named(department: Department) -> None:
    link = department.post("The fund opens on 3 May.")
    department.sandbox.stop()
    reference = department.report_wrong_fact(link)
    retry = only_retry(department, reference, RetryOf.CAPTURE)
    assert retry.code == RetryCode.UNREACHABLE
    assert retry.sentence.startswith("X could not be reached. The next try to keep a copy")
    department.sandbox.start()
    department.until(reference, lambda s: s.posts[0].state == PostState.GONE)
    assert seen_by(department, reference).retries == []


def test_what_nobody_can_know_is_said_so(department: Department) -> None:
    department.sandbox.fail("delete", "500-before")
    department.sandbox.fail("get", "503-html", after=1, times=None)
    reference = department.report_wrong_fact(department.post("The fund opens on 3 May."))
    retry = only_retry(department, reference, RetryOf.DELETE)
    assert (retry.code, retry.state) == (RetryCode.SERVER_ERROR, EffectState.UNKNOWN)
    assert "It is not known whether the post of @dept was deleted." in retry.sentence


def test_a_post_that_is_still_shown_is_looked_at_again(department: Department) -> None:
    department.sandbox.fail("delete", "lying-200", times=None)
    reference = department.report_wrong_fact(department.post("The fund opens on 3 May."))
    retry = only_retry(department, reference, RetryOf.LOOK)
    assert retry.code == RetryCode.NOT_SEEN_GONE
    assert retry.sentence.startswith("X has not shown the post of @dept to be gone. The next look")


def test_a_hold_names_who_holds_and_until_when(department: Department) -> None:
    reference = department.report_wrong_fact(department.post("The fund opens on 3 May."))
    department.until_waiting(reference, Wait.CLEARANCE)
    hold(department.office, department.person(DEE), reference, minutes=30, reason="Somebody is in.")
    department.clear(reference)
    retry = only_retry(department, reference, RetryOf.PUBLISH)
    assert (retry.code, retry.tries) == (RetryCode.HELD, 0)
    assert retry.sentence == (
        f"Outgoing words of @dept are held by {DEE} until {clock(retry.next_at)} UTC. "
        "Then the words go out."
    )


def test_a_hold_that_ends_lets_the_words_go_when_it_said(department: Department) -> None:
    reference = department.report_wrong_fact(department.post("The fund opens on 3 May."))
    department.until_waiting(reference, Wait.CLEARANCE)
    hold(department.office, department.person(DEE), reference, minutes=1, reason="Somebody is in.")
    until = next(iter(department.seen(reference).accounts.values())).held_until
    department.clear(reference)
    only_retry(department, reference, RetryOf.PUBLISH)
    seen = department.until(reference, lambda s: s.incident.wake_at is not None)
    (effect,) = [e for e in seen.effects if e.kind == EffectKind.PUBLISH]
    assert until is not None
    assert effect.due_at is not None
    assert effect.due_at <= until


def test_mail_that_waits_names_its_reader_and_nothing_of_a_referral(
    department: Department,
) -> None:
    department.mail.stop()
    reference = department.report(
        department.post("Vote for my party"), Kind.PARTIAL, by=DEE, poster=ANA,
        circumstances=(Circumstance.ELECTION_PERIOD,),
    )  # fmt: skip
    department.until(reference, lambda _: _sealed_waits(department))
    shown = department.until(reference, lambda _: bool(seen_by(department, reference).retries))
    found = [r for r in seen_by(department, reference).retries if r.what == RetryOf.NOTICE]
    assert {r.code for r in found} == {RetryCode.UNREACHABLE}
    assert any("the notice to the Digital Transformation Unit is" in r.sentence for r in found)
    unsealed = {notice.id for notice in shown.notices}
    assert {r.target for r in found} <= unsealed
    assert not any(r.to_role == "hr" for r in found)
    department.mail.restart()


def _sealed_waits(department: Department) -> bool:
    with department.office.store.read() as tx:
        sealed = select(Effect).where(col(Effect.sealed), col(Effect.state) == EffectState.RETRY)
        return tx.exec(sealed).first() is not None


def test_who_hears_only_that_security_leads_is_told_of_no_retry(department: Department) -> None:
    department.sandbox.fail("delete", "429", reset_in=900)
    reference = department.report(department.post("The plan is secret"), Kind.CLASSIFIED)
    only_retry(department, reference, RetryOf.DELETE)
    department.until(
        reference,
        lambda s: any(n.to_address == BO for n in s.notices if n.state == NoticeState.SENT),
    )
    assert seen_by(department, reference, BO).retries == []


def _retry_rows(department: Department, reference: str) -> list[str]:
    return [word for word in department.said(reference) if word == "delete-retry"]


def test_the_same_reason_is_told_once_and_the_audit_keeps_every_try(
    department: Department,
) -> None:
    department.sandbox.fail("delete", "429", reset_in=0, times=4)
    reference = department.report_wrong_fact(department.post("The fund opens on 3 May."))
    department.until(reference, lambda s: s.posts[0].state == PostState.GONE)
    assert len(_retry_rows(department, reference)) == 4
    assert department.said(reference).count("delete-sent") == 5
    told = [entry.what for entry in told_to(department, reference)]
    assert told.count("delete-retry") == 1
    assert told.count("delete-sent") == 1
    assert told.count("seen-gone") == 1
    assert told.count("advice-asked") == 1  # what comes after hidden rows is reached by paging


def test_another_reason_is_told_at_once(department: Department) -> None:
    department.sandbox.fail("delete", "429", reset_in=0, times=2)
    department.sandbox.fail("delete", "500-before")
    reference = department.report_wrong_fact(department.post("The fund opens on 3 May."))
    department.until(reference, lambda s: s.posts[0].state == PostState.GONE)
    told = [e.sentence for e in told_to(department, reference) if e.what.startswith("delete-")]
    assert sum("has asked us to wait" in sentence for sentence in told) == 1
    assert sum("had a fault of its own" in sentence for sentence in told) == 1


def test_the_same_reason_is_told_again_after_a_while(
    department: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repeats, "SAID_AGAIN_AFTER", timedelta(0))
    department.sandbox.fail("delete", "429", reset_in=0, times=3)
    reference = department.report_wrong_fact(department.post("The fund opens on 3 May."))
    department.until(reference, lambda s: s.posts[0].state == PostState.GONE)
    told = [entry.what for entry in told_to(department, reference)]
    assert told.count("delete-retry") == 3


def test_no_sentence_of_a_retry_holds_what_was_posted(department: Department) -> None:
    department.sandbox.fail("delete", "429", reset_in=900)
    reference = department.report_wrong_fact(department.post("CANARY opens on 3 May."))
    only_retry(department, reference, RetryOf.DELETE)
    for entry in told_to(department, reference):
        assert "CANARY" not in entry.sentence
    for retry in seen_by(department, reference).retries:
        assert "CANARY" not in retry.sentence
