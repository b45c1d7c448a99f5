"""Whatever an incident waits for, somebody is asked; what was queued leaves, closed or not."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from department import ANA, DEE, Department

from flows.deciding.advising import advise
from flows.deciding.closing import close
from flows.deciding.confirming import confirm
from flows.deciding.keeping import keep
from flows.deciding.reclassifying import reclassify
from flows.deciding.skipping import skip
from flows.deciding.waiving import waive
from flows.refusals import NotAllowedError, NotNowError
from flows.steps import telling
from integrations.errors import TryAgainLater
from models.snapshot import Snapshot
from models.words import Circumstance, Kind, NoticeState, PostState, Step, Wait


def test_a_correction_that_is_let_go_lets_the_deletion_follow(department: Department) -> None:
    reference = department.report(
        department.post("Call 998 now."), Kind.FACTUAL,
        circumstances=(Circumstance.EMERGENCY_FACT,), wrong="call 998", right="call 999",
        source_url="https://dept.example/999",
    )  # fmt: skip
    department.until_waiting(reference, Wait.CLEARANCE)
    assert department.seen(reference).posts[0].state == PostState.LIVE
    waive(department.office, department.person(DEE), reference, reason="The ministry has said it.")
    department.until(reference, lambda s: s.posts[0].state == PostState.GONE)


def _asks_about_security(seen: Snapshot) -> bool:
    return any(question.target == "secure" for question in seen.open_decisions())


def test_an_account_that_is_not_yet_secure_is_asked_about_again(department: Department) -> None:
    reference = department.report(
        department.post("We were here"), Kind.INTRUDER, by=DEE,
        circumstances=(Circumstance.INTRUDER_STILL_IN,),
    )  # fmt: skip
    department.until(reference, _asks_about_security)
    office, dee = department.office, department.person(DEE)
    confirm(office, dee, reference, yes=False, target="secure", reason="They are still in.")
    department.until(reference, _asks_about_security)
    confirm(office, dee, reference, yes=True, target="secure")
    department.until(reference, lambda s: s.posts[0].state == PostState.GONE)
    department.until(reference, lambda s: s.incident.shown == s.incident.stirred)
    assert not _asks_about_security(department.seen(reference))


def test_the_poster_who_is_asked_for_facts_gives_no_advice(department: Department) -> None:
    reference = department.report(department.post("The fund opens on 3 May."), Kind.FACTUAL)
    department.until_waiting(reference, Wait.FACTS)
    with pytest.raises(NotAllowedError):
        advise(department.office, department.person(ANA), reference, text="All is well.")


def test_a_line_of_the_digest_leaves_though_its_incident_is_closed(
    department: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "next_working_morning", lambda now, _: now + timedelta(seconds=6))
    reference = department.report(
        department.post("Teh fund is open"), Kind.TYPO, circumstances=(Circumstance.NOTICED,)
    )
    department.until_waiting(reference, Wait.DECISION)
    office, dee = department.office, department.person(DEE)
    keep(office, dee, reference, stays=True, reason="It is small.")
    for step in (Step.WORD, Step.CLEAR, Step.PUBLISH):
        skip(office, dee, reference, step=step, reason="It is small.")
    advise(office, dee, reference, text="Nothing more.")
    department.until(reference, lambda _: not department.stands(reference).undone)
    close(office, dee, reference)
    assert department.mail.to("dtu@dept.example") == []
    seen = department.until(
        reference, lambda s: all(n.state == NoticeState.SENT for n in s.notices if n.digest_line)
    )
    assert len(department.mail.to("dtu@dept.example")) == 1
    assert seen.incident.closed_at
    department.until(reference, lambda s: s.incident.wake_at is None)


def test_the_letter_to_hr_leaves_though_the_incident_was_closed_meanwhile(
    department: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert department.engine
    carrier = department.engine.hands.carrier
    send, until = carrier.send, time.monotonic() + 9

    def grey(mail: object) -> None:
        if getattr(mail, "to", "") == "hr@dept.example" and time.monotonic() < until:
            raise TryAgainLater("smtp-451", datetime.now(UTC) + timedelta(seconds=3))
        send(mail)  # type: ignore[arg-type]

    monkeypatch.setattr(carrier, "send", grey)
    reference = department.report(department.post("Vote for my party"), Kind.PARTIAL)
    department.until_waiting(reference, Wait.ADVICE)
    department.finish(reference)
    assert department.mail.to("hr@dept.example") == []
    department.until(reference, lambda _: bool(department.mail.to("hr@dept.example")))


def test_words_are_not_published_once_publishing_is_skipped(department: Department) -> None:
    reference = department.report_wrong_fact(department.post("The fund opens on 3 May."))
    department.until_waiting(reference, Wait.CLEARANCE)
    department.sandbox.fail("create", "429", reset_in=2)
    department.clear(reference)
    department.until(reference, lambda _: "publish-retry" in department.said(reference))
    skip(department.office, department.person(DEE), reference, step=Step.PUBLISH, reason="Too late")
    time.sleep(4)  # past the time that the platform named: nothing happens, so nothing tells of it
    assert department.sandbox.live_posts("dept") == []


def test_nothing_is_closed_while_another_plan_is_made(department: Department) -> None:
    reference = department.report_wrong_fact(department.post("The fund opens on 3 May."))
    department.until_waiting(reference, Wait.CLEARANCE)
    department.clear(reference)
    department.until_waiting(reference, Wait.ADVICE)
    office, dee = department.office, department.person(DEE)
    advise(office, dee, reference, text="Nothing more.")
    department.until_waiting(reference, Wait.CLOSING)
    department.stop_engine()
    reclassify(office, dee, reference, kinds=(Kind.PARTIAL,), circumstances=())
    with pytest.raises(NotNowError):
        close(office, dee, reference)
