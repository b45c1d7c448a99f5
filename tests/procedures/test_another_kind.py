"""Another kind while the first plan is under way: what is not yet sent is not sent (design §3)."""

from datetime import timedelta

import pytest
from department import DEE, Department
from sqlmodel import select

from flows import reading_back
from flows.deciding.reclassifying import reclassify
from flows.deciding.settling import settle
from flows.steps import verification
from models.effects import Effect
from models.words import EffectKind, EffectState, Kind, PostState, StatementState, Wait


def test_words_of_the_first_kind_are_not_sent_again_after_another_is_set(
    department: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_back, "SETTLE_TIME", timedelta(seconds=1))
    department.sandbox.fail("create", "reset-before")
    reference = department.report_wrong_fact(department.post("The fund opens on 3 May."))
    department.until_waiting(reference, Wait.CLEARANCE)
    department.clear(reference)
    department.until_waiting(reference, Wait.PERSON, 40)

    reclassify(
        department.office, department.person(DEE), reference, kinds=(Kind.LEGAL,), circumstances=()
    )
    department.until(reference, lambda s: s.incident.plan is not None)
    settle(department.office, department.person(DEE), reference, there=False)

    department.until(reference, lambda _: "publish-withdrawn" in department.said(reference))
    assert department.seen(reference).statements[0].state == StatementState.WITHDRAWN
    assert department.sandbox.live_posts("dept") == []
    assert len(department.sandbox.calls("create")) == 1


def test_posts_that_wait_their_turn_stay_up_once_it_is_no_mistake(quiet: Department) -> None:
    quiet.sandbox.latency = 0.3
    links = tuple(quiet.post(f"The fund opens on {day} May.") for day in range(1, 21))
    reference = quiet.report_wrong_fact(links)
    quiet.start_engine()
    quiet.until(reference, lambda s: any(p.deleted_at for p in s.posts), 40)
    reclassify(
        quiet.office, quiet.person(DEE), reference, kinds=(Kind.NOT_A_MISTAKE,), circumstances=()
    )
    deleted = len(quiet.sandbox.calls("delete"))
    quiet.until(reference, lambda s: s.incident.plan is not None, 40)
    quiet.until(
        reference, lambda s: all(p.state in (PostState.LIVE, PostState.GONE) for p in s.posts), 40
    )
    assert len(quiet.sandbox.calls("delete")) <= deleted + 3  # those on their way


def test_a_post_tried_again_by_a_person_is_deleted_under_another_kind_too(
    department: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verification, "A_PERSONS_AFTER", timedelta(seconds=2))
    department.sandbox.fail("delete", "lying-200", times=None)
    reference = department.report_wrong_fact(department.post("The fund opens on 3 May."))
    department.until_waiting(reference, Wait.PERSON, 30)
    department.sandbox.heal()
    department.sandbox.fail("delete", "429", reset_in=600)
    settle(department.office, department.person(DEE), reference, there=True)
    department.until(reference, lambda _: "delete-retry" in department.said(reference))

    reclassify(
        department.office, department.person(DEE), reference, kinds=(Kind.CLASSIFIED,),
        circumstances=(),
    )  # fmt: skip

    department.until(reference, lambda s: s.posts[0].state == PostState.GONE)
    with department.office.store.read() as tx:
        deletes = [e for e in tx.exec(select(Effect)) if e.kind == EffectKind.DELETE]
    assert [e.state for e in sorted(deletes, key=lambda e: e.generation)] == [
        EffectState.CONFIRMED,
        EffectState.WITHDRAWN,
        EffectState.CONFIRMED,
    ]
