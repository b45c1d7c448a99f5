"""What does not get better is tried ever more seldom, and a person is asked (design §6)."""

from datetime import timedelta
from itertools import pairwise

import pytest
from department import CY, DEE, Department
from lives import Quick, QuickClock
from sqlmodel import select

from flows import reading_back
from flows.acts import delete_post
from flows.deciding.attesting import attest
from flows.steps import evidence, verification
from models.effects import Effect
from models.words import DecisionType, NoticeState, PostState, Presence, Wait

SPEED = 2.0


def pauses(department: Department, verb: str) -> list[float]:
    """The seconds between one call of this kind and the next; a busy machine makes them longer."""
    times = [call.at for call in department.sandbox.calls(verb)]
    return [(later - sooner).total_seconds() for sooner, later in pairwise(times)]


def hasten(department: Department) -> None:
    """Let time run faster for the engine than for the platform."""
    department.office.store.clock = QuickClock(Quick(SPEED))


def test_a_deletion_that_fails_each_time_is_tried_ever_more_seldom(
    department: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    hasten(department)
    monkeypatch.setattr(delete_post, "A_PERSONS_ATTEMPT", 3)
    department.sandbox.fail("delete", "500-before", times=None)
    reference = department.report_wrong_fact(department.post("The fund opens on 3 May."))
    department.until(reference, lambda _: len(department.sandbox.calls("delete")) == 4, 30)
    _, second, third = pauses(department, "delete")
    assert second >= 0.9 / SPEED
    assert third >= 2.9 / SPEED
    department.until_waiting(reference, Wait.BY_HAND)

    department.sandbox.heal()
    seen = department.until(reference, lambda s: s.posts[0].state == PostState.GONE, 30)
    assert not any(q.type == DecisionType.ATTEST for q in seen.open_decisions())


def test_a_copy_that_cannot_be_had_is_tried_ever_more_seldom(
    department: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    hasten(department)
    monkeypatch.setattr(evidence, "A_PERSONS_FAILURE", 3)
    link = department.post("The fund opens on 3 May.")
    department.sandbox.fail("get", "503-html", times=None)
    reference = department.report_wrong_fact(link)
    department.until(reference, lambda _: len(department.sandbox.calls("get")) == 3, 30)
    first, second = pauses(department, "get")
    assert first >= 1.9 / SPEED
    assert second >= 3.9 / SPEED
    department.until_waiting(reference, Wait.BY_HAND)

    department.sandbox.heal()
    seen = department.until(reference, lambda s: s.posts[0].state == PostState.GONE, 30)
    assert seen.captures
    assert not any(q.type == DecisionType.ATTEST for q in seen.open_decisions())


def test_who_deletes_it_by_hand_is_believed_while_the_platform_cannot_be_had(
    department: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "A_PERSONS_FAILURE", 1)
    link = department.post("The fund opens on 3 May.")
    department.sandbox.fail("*", "503-html", times=None)
    reference = department.report_wrong_fact(link)
    department.until_waiting(reference, Wait.BY_HAND)
    attest(department.office, department.person(CY), reference)
    department.until(reference, lambda s: s.posts[0].state == PostState.ATTESTED)


def test_a_word_that_it_was_gone_does_not_hold_once_it_is_back(
    department: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    department.sandbox.fail("delete", "forbidden-403")
    reference = department.report_wrong_fact(department.post("The fund opens on 3 May."))
    department.until_waiting(reference, Wait.BY_HAND)
    (post,) = department.sandbox.live_posts("dept")
    department.sandbox.timeline.delete(post)
    monkeypatch.setattr(verification, "RECHECKS", (timedelta(seconds=1), timedelta(hours=24)))
    attest(department.office, department.person(DEE), reference)
    department.until(reference, lambda s: s.posts[0].state == PostState.GONE)

    post.deleted_at = None
    seen = department.until(reference, lambda _: "came-back" in department.said(reference))
    department.sandbox.fail("*", "503-html", times=None)
    seen = department.until_waiting(reference, Wait.PERSON)
    assert seen.posts[0].state == PostState.NEEDS_HUMAN
    assert any(q.type == DecisionType.SETTLE for q in seen.open_decisions())


def test_nobody_can_look_for_days_after_it_was_gone_and_what_was_seen_stands(
    quiet: Department,
) -> None:
    reference = quiet.report_wrong_fact(quiet.post("The fund opens on 3 May."))
    with quiet.office.store.write("test") as tx:
        post = quiet.seen(reference).posts[0]
        now = tx.now()
        post.state, post.verified_at = PostState.GONE, now - timedelta(days=3)
        verification._recheck_without_answer(tx, post, Presence.UNKNOWN, Presence.UNKNOWN, now)
    assert post.state == PostState.GONE
    assert post.look_at is None


def test_a_step_that_fails_is_noted_once_in_ten_minutes(
    department: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = []

    def breaks(*_: object) -> None:
        failures.append(1)
        raise RuntimeError

    monkeypatch.setattr(evidence, "_preserve_one", breaks)
    reference = department.report_wrong_fact(department.post("The fund opens on 3 May."))
    department.until(reference, lambda _: len(failures) >= 4, 30)
    assert department.said(reference).count("step-failed") == 1


def sealed_effects(department: Department) -> list[str]:
    """How the effects of referrals stand, which no snapshot shows."""
    with department.office.store.read() as tx:
        return [one.state.value for one in tx.exec(select(Effect)) if one.sealed]


def test_a_notice_to_hr_that_may_not_have_arrived_is_told_nobody_else(
    department: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    from integrations.errors import OutcomeUnknown
    from models.words import Kind

    assert department.engine
    carrier = department.engine.hands.carrier
    send = carrier.send

    def unsure(mail: object) -> None:
        if getattr(mail, "to") == "hr@dept.example":  # noqa: B009
            raise OutcomeUnknown("no-answer-after-data")
        send(mail)  # type: ignore[arg-type]

    monkeypatch.setattr(carrier, "send", unsure)
    reference = department.report(department.post("Vote for my party"), Kind.PARTIAL)
    department.until_waiting(reference, Wait.ADVICE)
    seen = department.until(reference, lambda _: sealed_effects(department) == ["needs_human"])
    assert not any(d.type == DecisionType.SETTLE for d in seen.decisions)
    assert all(n.state in (NoticeState.SENT, NoticeState.ACKNOWLEDGED) for n in seen.notices)
    assert not any("needs-human" in word for word in department.said(reference))
    assert not any(n.template == "needs_human" for n in seen.notices)


def test_a_second_doubt_about_one_post_is_put_to_a_person_again(
    quiet: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    from models.words import EffectKind

    reference = quiet.report_wrong_fact(quiet.post("The fund opens on 3 May."))
    post, incident = quiet.seen(reference).posts[0], quiet.seen(reference).incident
    for fence in (120, 3, 3):
        with quiet.office.store.write("test") as tx:
            effect = Effect(
                incident_id=incident.id, kind=EffectKind.DELETE, target=post.id, fence=fence,
                idempotency_key="", payload_sealed=b"", digest="", planned_at=tx.now(),
            )  # fmt: skip
            reading_back.ask_settlement(tx, effect)
        (question,) = quiet.seen(reference).open_decisions()
        assert question.due_at is not None
        with quiet.office.store.write("test") as tx:
            question.choice = "there"  # type: ignore[assignment]
            tx.merge(question)
