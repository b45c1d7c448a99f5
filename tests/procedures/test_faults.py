"""A platform that fails in every way: never twice, never silently unknown, never falsely gone."""

import pytest
from department import DEE, Department

from flows.deciding.attesting import attest
from flows.deciding.settling import settle
from flows.steps import verification
from models.words import NoticeState, PostState, StatementState, Wait

RETRIED_OR_READ_BACK = [
    "reset-before",
    "reset-after",
    "late",
    "half-closed",
    "malformed",
    "500-before",
    "500-after",
    "503-html",
    "not-found-404",
]


@pytest.mark.parametrize("fault", RETRIED_OR_READ_BACK)
def test_a_delete_that_fails_once_ends_with_the_post_gone(
    department: Department, fault: str
) -> None:
    department.sandbox.fail("delete", fault)
    reference = department.report_wrong_fact(department.post("The fund opens on 3 May."))
    department.until(reference, lambda s: s.posts[0].state == PostState.GONE, 40)
    assert department.sandbox.live_posts("dept") == []


@pytest.mark.parametrize("fault", ["unauthorised-401", "forbidden-403", "suspended-403"])
def test_a_refused_delete_is_a_persons_at_once(department: Department, fault: str) -> None:
    department.sandbox.fail("delete", fault)
    reference = department.report_wrong_fact(department.post("The fund opens on 3 May."))
    department.until_waiting(reference, Wait.BY_HAND)
    (post,) = department.seen(reference).posts
    assert post.state == PostState.BY_HAND

    department.sandbox.timeline.delete(department.sandbox.live_posts("dept")[0])
    attest(department.office, department.person(DEE), reference)
    seen = department.until(reference, lambda s: s.posts[0].state == PostState.GONE)
    assert seen.posts[0].seen_gone_by == ["own", "public"]


def test_a_persons_word_that_it_is_gone_is_checked(department: Department) -> None:
    department.sandbox.fail("delete", "forbidden-403")
    reference = department.report_wrong_fact(department.post("The fund opens on 3 May."))
    department.until_waiting(reference, Wait.BY_HAND)
    attest(department.office, department.person(DEE), reference)
    department.until(reference, lambda _: "still-present" in department.said(reference))
    department.until_waiting(reference, Wait.BY_HAND)
    assert department.seen(reference).posts[0].state == PostState.BY_HAND


def test_too_many_requests_waits_for_the_reset_and_holds_nothing(department: Department) -> None:
    department.sandbox.fail("delete", "429", reset_in=2)
    reference = department.report_wrong_fact(department.post("The fund opens on 3 May."))
    department.until(reference, lambda _: "delete-retry" in department.said(reference))
    other = department.report_wrong_fact(department.post("The bridge is open."))
    department.until(other, lambda s: s.posts[0].state == PostState.GONE)
    department.until(reference, lambda s: s.posts[0].state == PostState.GONE)


def test_a_platform_that_lies_is_never_believed(
    department: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import timedelta

    monkeypatch.setattr(verification, "A_PERSONS_AFTER", timedelta(seconds=3))
    department.sandbox.fail("delete", "lying-200", times=None)
    reference = department.report_wrong_fact(department.post("The fund opens on 3 May."))
    department.until_waiting(reference, Wait.PERSON, 30)
    (post,) = department.seen(reference).posts
    assert post.state == PostState.NEEDS_HUMAN
    assert "seen-gone" not in department.said(reference)
    assert "still-present" in department.said(reference)
    assert any("please read" in m["Subject"] for m in department.mail.to(DEE))

    department.sandbox.heal()
    settle(department.office, department.person(DEE), reference, there=True)
    department.until(reference, lambda s: s.posts[0].state == PostState.GONE)


def test_still_there_a_minute_after_an_accepted_delete_is_a_persons() -> None:
    from datetime import UTC, datetime, timedelta

    assert timedelta(seconds=60) == verification.A_PERSONS_AFTER
    start = datetime.now(UTC)
    looks, since = [], timedelta(0)
    while since < verification.A_PERSONS_AFTER:
        looks.append(start + since)
        since += verification._pause(since)
    assert since == verification.A_PERSONS_AFTER  # one look falls just when it becomes a person's


PUBLISH_HAPPENED = ["reset-after", "half-closed", "malformed", "500-after"]


@pytest.mark.parametrize("fault", PUBLISH_HAPPENED)
def test_a_correction_that_went_up_unseen_is_found_and_not_sent_again(
    department: Department, fault: str
) -> None:
    department.sandbox.fail("create", fault)
    reference = department.report_wrong_fact(department.post("The fund opens on 3 May."))
    department.until_waiting(reference, Wait.CLEARANCE)
    department.clear(reference)
    seen = department.until_waiting(reference, Wait.ADVICE, 40)
    assert seen.statements[0].state == StatementState.PUBLISHED
    assert len(department.sandbox.live_posts("dept")) == 1
    assert seen.statements[0].url == department.sandbox.live_posts("dept")[0].url


def test_a_correction_that_nobody_can_find_is_a_persons(
    department: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import timedelta

    from flows import reading_back

    monkeypatch.setattr(reading_back, "SETTLE_TIME", timedelta(seconds=1))
    department.sandbox.fail("create", "reset-before")
    reference = department.report_wrong_fact(department.post("The fund opens on 3 May."))
    department.until_waiting(reference, Wait.CLEARANCE)
    department.clear(reference)
    seen = department.until_waiting(reference, Wait.PERSON, 40)
    assert seen.statements[0].state == StatementState.NEEDS_HUMAN
    assert department.sandbox.live_posts("dept") == []

    settle(department.office, department.person(DEE), reference, there=False)
    department.until_waiting(reference, Wait.ADVICE)
    assert len(department.sandbox.live_posts("dept")) == 1


def test_a_platform_that_says_published_and_shows_nothing_is_not_believed(
    department: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import timedelta

    from flows import reading_back

    monkeypatch.setattr(reading_back, "SETTLE_TIME", timedelta(seconds=1))
    department.sandbox.fail("create", "lying-200")
    reference = department.report_wrong_fact(department.post("The fund opens on 3 May."))
    department.until_waiting(reference, Wait.CLEARANCE)
    department.clear(reference)
    seen = department.until_waiting(reference, Wait.PERSON, 40)
    assert seen.statements[0].state == StatementState.NEEDS_HUMAN


def test_a_dead_platform_is_waited_for_and_a_dead_mail_server_too(quiet: Department) -> None:
    link = quiet.post("The fund opens on 3 May.")
    quiet.sandbox.stop()
    quiet.mail.stop()
    reference = quiet.report_wrong_fact(link)
    quiet.start_engine()
    quiet.until(reference, lambda _: "capture-failed" in quiet.said(reference))
    quiet.until(
        reference, lambda s: all(n.state == NoticeState.QUEUED for n in s.notices) and s.notices
    )
    quiet.sandbox.start()
    quiet.mail.restart()
    quiet.until(reference, lambda s: s.posts[0].state == PostState.GONE, 60)
    quiet.until(reference, lambda s: all(n.state == NoticeState.SENT for n in s.notices), 60)
    assert len(quiet.mail.to("dtu@dept.example")) == 1


def test_a_post_that_was_gone_already_is_seen_gone(department: Department) -> None:
    link = department.post("The fund opens on 3 May.")
    department.sandbox.timeline.delete(department.sandbox.live_posts("dept")[0])
    reference = department.report_wrong_fact(link)
    department.until(reference, lambda s: s.posts[0].state == PostState.GONE)
    assert department.sandbox.calls("delete") == []
