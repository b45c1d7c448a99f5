"""A bad night: what goes wrong twice, or changes while it is dealt with, still reaches its end."""

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from department import ANA, CY, DEE, EVE, Department

from amends import engine
from flows.deciding.attesting import attest
from flows.deciding.confirming import confirm
from flows.deciding.keeping import put_right
from flows.deciding.reclassifying import reclassify
from flows.deciding.settling import settle
from flows.deciding.writing import write_words
from flows.hands import Hands
from flows.side_by_side import side_by_side
from flows.steps import evidence, verification
from flows.view import view, viewer
from integrations.platforms import registry
from integrations.platforms.bounded_connection import Bounds
from integrations.platforms.x import X
from models.retries import RetryCode, RetryOf
from models.words import CaptureDepth, DecisionType, Kind, PostState, StatementState, Wait

BUSY = (None, Wait.ENGINE, Wait.PLATFORM)


@pytest.fixture
def quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look again after two seconds instead of a minute."""
    looks = (timedelta(seconds=2), timedelta(seconds=4), timedelta(hours=1), timedelta(hours=24))
    monkeypatch.setattr(verification, "RECHECKS", looks)


@pytest.fixture
def three_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait three seconds for an answer instead of twenty."""
    bounds = Bounds(connect=3.0, read=3.0, whole=4.0)
    monkeypatch.setitem(registry.REGISTRY, "x", partial(X, bounds=bounds))


def gone(department: Department, reference: str) -> None:
    """Every post of the incident is seen gone."""
    department.until(reference, lambda s: all(p.state == PostState.GONE for p in s.posts))


def test_another_kind_asks_anew_about_a_post_that_was_to_be_put_right(
    department: Department,
) -> None:
    reference = department.report(department.post("The fnud opens."), Kind.TYPO)
    department.until(reference, lambda s: s.posts[0].state == PostState.ASKED)
    put_right(department.office, department.person(CY), reference, text="The fund opens.")
    reclassify(department.office, department.person(DEE), reference, kinds=[Kind.OFFENSIVE])
    department.until(
        reference,
        lambda s: (
            s.posts[0].state == PostState.ASKED
            and any(q.type == DecisionType.KEEP for q in s.open_decisions())
        ),
        seconds=6.0,
    )


def test_a_link_with_a_wrong_name_does_not_keep_the_right_one_from_being_acted_on(
    department: Department,
) -> None:
    link = department.post("The fund opens on 3 May.")
    wrong = link.replace("/dept/", "/old_name/")
    reference = department.report_wrong_fact(wrong)
    department.until(reference, lambda s: s.incident.waiting_for is not None and s.decisions != ())
    assert department.report_wrong_fact(link) == reference
    department.until(
        reference, lambda s: [p.state for p in s.posts] == [PostState.GONE], seconds=6.0
    )


def test_what_a_person_decided_about_a_post_elsewhere_outweighs_a_link(
    department: Department,
) -> None:
    link = department.post("The fund opens on 3 May.")
    reference = department.report_wrong_fact(link.replace("/dept/", "/old_name/"))
    department.until(reference, lambda s: s.decisions != ())
    confirm(
        department.office, department.person(DEE), reference,
        yes=False, reason="Not ours, and no line is met.",
    )  # fmt: skip
    assert department.report_wrong_fact(link) == reference
    department.until_waiting(reference, Wait.ADVICE)
    assert department.seen(reference).posts[0].state == PostState.KEPT
    assert department.sandbox.calls() == []


def test_a_thread_does_not_ask_on_where_the_platform_has_said_wait(
    department: Department,
) -> None:
    links = tuple(department.post(f"Part {number} of nonsense.") for number in range(6))
    department.sandbox.fail("get", "429", times=50, reset_in=600)
    reference = department.report_wrong_fact(links)
    department.until(reference, lambda s: all(p.try_at for p in s.posts))
    assert len(department.sandbox.calls("get")) == 1


def test_a_thread_does_not_delete_on_where_the_platform_has_said_wait(
    department: Department,
) -> None:
    links = tuple(department.post(f"Part {number} of nonsense.") for number in range(6))
    department.sandbox.fail("delete", "429", times=50, reset_in=600)
    reference = department.report_wrong_fact(links)
    department.until(reference, lambda s: len([e for e in s.effects if e.due_at]) == 6)
    assert len(department.sandbox.calls("delete")) == 1
    with department.office.store.read() as tx:
        shown = view(viewer(tx, department.office, department.person(DEE), reference))
    deletes = [one for one in shown.retries if one.what == RetryOf.DELETE]
    assert len({one.target for one in deletes}) == 6
    assert {one.code for one in deletes} == {RetryCode.RATE_LIMIT}
    assert all(one.next_at for one in deletes)


@pytest.mark.usefixtures("three_seconds")
def test_a_thread_on_a_platform_that_hangs_does_not_hold_up_the_incident(
    department: Department,
) -> None:
    links = tuple(department.post(f"Part {number} of nonsense.") for number in range(6))
    department.sandbox.fail("delete", "hang-after", times=50, seconds=25.0)
    reference = department.report_wrong_fact(links)
    department.until(
        reference,
        lambda s: len(s.statements) == 1 and any(p.state == PostState.LIVE for p in s.posts),
        seconds=15.0,
    )
    department.sandbox.heal()
    gone(department, reference)


@pytest.mark.matrix
@pytest.mark.usefixtures("three_seconds")
def test_looks_at_a_platform_that_hangs_do_not_hold_up_the_incident(
    department: Department,
) -> None:
    links = tuple(department.post(f"Part {number} of nonsense.") for number in range(6))
    department.sandbox.fail("get", "hang", times=50, after=6, seconds=25.0)
    reference = department.report_wrong_fact(links)
    department.until_waiting(reference, Wait.CLEARANCE, 25)
    department.sandbox.heal()
    gone(department, reference)


def test_people_hear_what_is_theirs_to_do_whatever_recovery_meets(
    quiet: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_hands: Hands, _incident_id: str) -> None:
        raise ValueError("unforeseen")

    monkeypatch.setattr(engine, "recover_incident", broken)
    quiet.start_engine()
    reference = quiet.report(quiet.post("The fnud opens."), Kind.TYPO)
    quiet.until(reference, lambda _: bool(quiet.mail.to(DEE)))
    quiet.until_waiting(reference, Wait.DECISION)


def test_what_is_urgent_waits_for_no_thread_that_reads_back() -> None:
    free = threading.Event()
    lines = threading.Thread(target=side_by_side, args=([free.wait] * 70,))
    lines.start()
    done = threading.Event()
    try:
        urgent = threading.Thread(
            target=side_by_side, args=([done.set, done.wait],), kwargs={"urgent": True}
        )
        urgent.start()
        assert done.wait(timeout=5)
    finally:
        free.set()
        lines.join()
    urgent.join()


def test_copies_that_all_come_back_are_each_held_by_the_incident_again(
    department: Department, quick_looks: None
) -> None:
    links = department.post("Off to the pub"), department.post("Off to the pub", "embassy")
    posts = [department.sandbox.live_posts(handle)[0] for handle in ("dept", "embassy")]
    reference = department.report(links, Kind.WRONG_ACCOUNT)
    department.until_waiting(reference, Wait.ADVICE)
    department.finish(reference)
    for post in posts:
        post.deleted_at = None  # the platform restores them
    seen = department.until(
        reference, lambda s: all(p.state == PostState.NEEDS_HUMAN for p in s.posts)
    )
    assert [post.open for post in seen.posts] == [True, True]
    assert department.report(links[1], Kind.WRONG_ACCOUNT) == reference


def test_nobody_is_asked_what_to_do_about_a_refusal_once_the_post_is_gone(
    department: Department,
) -> None:
    link = department.post("The fund opens on 3 May.")
    (post,) = department.sandbox.live_posts("dept")
    department.sandbox.fail("delete", "rules-403", times=None)
    reference = department.report_wrong_fact(link)
    department.until(reference, lambda s: s.posts[0].state == PostState.BY_HAND)
    attest(department.office, department.person(ANA), reference, gone=False)
    department.until_waiting(reference, Wait.DECISION)
    post.deleted_at = datetime.now(UTC)  # somebody else did it
    settle(
        department.office, department.person(EVE), reference,
        there=False, target=department.seen(reference).posts[0].id,
    )  # fmt: skip
    gone(department, reference)
    seen = department.seen(reference)
    assert [q.type for q in seen.open_decisions() if q.target == seen.posts[0].id] == []


def test_platforms_that_hang_cost_no_other_incident_its_copy(
    department: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What must not wait is deleted without a copy after ten seconds: of its own, not of others."""
    monkeypatch.setattr(evidence, "SECRET_PATIENCE_SECONDS", 3.0)
    links = [department.post(f"The address is {number} Elm Row.") for number in range(10)]
    department.sandbox.fail("get", "hang", times=9, seconds=12.0)
    references = [department.report(link, Kind.PERSONAL_DATA) for link in links]
    kept = [
        next(iter(department.until(one, lambda s: bool(s.captures), 30).captures.values()))
        for one in references
    ]
    assert Counter(one.depth for one in kept)[CaptureDepth.FULL] == 1
    for one in references:
        department.until(one, lambda s: s.incident.waiting_for not in BUSY, 40)


def test_new_words_for_a_persons_hand_are_not_asked_for_before_they_are_cleared(
    department: Department,
) -> None:
    department.sandbox.fail("create", "unauthorised-401", times=None)
    reference = department.report_wrong_fact(department.post("The fund opens on 3 May."))
    department.until_waiting(reference, Wait.CLEARANCE)
    department.clear(reference)
    department.until(reference, lambda s: s.statements[0].state == StatementState.NEEDS_HUMAN)
    statement = department.seen(reference).statements[0].id
    department.until(reference, lambda _: len(publishing(department)) == 1)
    write_words(
        department.office, department.person(CY), reference,
        text="The fund opens on 5 June, not 3 May.", statement=statement,
    )  # fmt: skip
    seen = department.seen(reference)
    assert [q.target for q in seen.open_decisions() if q.type == DecisionType.SETTLE] == []
    department.until_waiting(reference, Wait.CLEARANCE)
    department.clear(reference, by=DEE, claims=())
    department.until(reference, lambda s: s.statements[0].state == StatementState.NEEDS_HUMAN)
    department.until(reference, lambda _: len(publishing(department)) == 2)


def test_words_that_became_untrue_are_taken_from_a_persons_hand(
    department: Department, quick_looks: None
) -> None:
    link = department.post("Off to the pub")
    (post,) = department.sandbox.live_posts("dept")
    department.sandbox.fail("create", "unauthorised-401", times=None)
    reference = department.report_wrong_fact(link)
    department.until_waiting(reference, Wait.CLEARANCE)
    department.clear(reference)
    seen = department.until(
        reference, lambda s: s.statements[0].state == StatementState.NEEDS_HUMAN
    )
    assert any("has-been-removed" in one.claims for one in seen.wordings.values())
    post.deleted_at = None  # the platform restores it
    department.until(reference, lambda s: s.posts[0].state == PostState.NEEDS_HUMAN)
    seen = department.until(
        reference, lambda s: s.statements[0].state == StatementState.WITHDRAWN, seconds=8
    )
    assert seen.statements[0].id not in {
        q.target for q in seen.open_decisions() if q.type == DecisionType.SETTLE
    }


def publishing(department: Department) -> list[str]:
    """The mails to a publisher that ask them to publish by hand."""
    subjects = [str(mail["Subject"]) for mail in department.mail.to(ANA)]
    return [one for one in subjects if "please publish" in one]
