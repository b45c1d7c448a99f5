"""What became of a message: Notify says it, and what never got there is a person's task at once."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from department import BO, DEE, PEOPLE, SAM, Department, open_department
from lives import Quick, QuickClock
from practice_notify import MAIL_TEMPLATE, TEXT_TEMPLATE, PracticeNotify

from flows.deciding.settling import settle
from flows.deliveries import LOOKED_FOR, next_look
from flows.view import view, viewer
from models.notices import Notice
from models.snapshot import Snapshot
from models.words import DecisionType, Delivery, Kind, Medium, NoticeState

PHONE = "+447700900001"
DEPUTY = f'email = "{BO}"\nphone = "{PHONE}"\ndeputy = "{SAM}"\n'
STAFF = PEOPLE.replace(f'email = "{BO}"\n', DEPUTY, 1)
SEVERE = Kind.OFF_POLICY
"""Severity 2: a text beside each mail; the deputy hears after twenty minutes."""


@pytest.fixture
def notify() -> Iterator[PracticeNotify]:
    made = PracticeNotify().start()
    yield made
    made.stop()


@pytest.fixture
def told(tmp_path: Path, notify: PracticeNotify) -> Iterator[Department]:
    """A department that sends through Notify, where a minute takes three seconds."""
    department = open_department(
        tmp_path,
        people=STAFF,
        more_accounts=(
            f'[notify]\nkey = "env:NOTIFY_KEY"\nbase_url = "{notify.url}"\n'
            f'mail_template = "{MAIL_TEMPLATE}"\ntext_template = "{TEXT_TEMPLATE}"\n'
        ),
        more_secrets={"NOTIFY_KEY": notify.key},
        smtp=False,
    )
    department.office.store.clock = QuickClock(Quick(20.0))
    yield department
    department.close()


def to_bo(seen: Snapshot, by: Medium) -> Notice:
    """Bo's first notice."""
    mine = (n for n in seen.notices if (n.to_address, n.by, n.follows) == (BO, by, None))
    return next(mine)


def _is(seen: Snapshot, delivery: Delivery) -> bool:
    """Whether this is what became of Bo's text."""
    texts = [n for n in seen.notices if (n.to_address, n.by) == (BO, Medium.TEXT)]
    return [n.delivery for n in texts] == [delivery]


def minutes(seen: Snapshot, notice: Notice) -> float:
    return (notice.queued_at - seen.notices[0].queued_at) / timedelta(minutes=1)


@pytest.mark.parametrize(
    ("status", "delivery"),
    [("permanent-failure", Delivery.NEVER), ("temporary-failure", Delivery.NOT_NOW)],
)
def test_a_text_that_never_got_there_goes_to_the_deputy_at_once_and_to_a_person_to_ring(
    told: Department, notify: PracticeNotify, status: str, delivery: Delivery
) -> None:
    notify.fates[PHONE] = status
    told.start_engine()
    reference = told.report(told.post("Look out"), SEVERE)
    seen = told.until(reference, lambda s: any(n.template == "stand_in" for n in s.notices), 20)
    deputy = next(n for n in seen.notices if n.template == "stand_in" and n.by == Medium.MAIL)
    assert deputy.to_address == SAM
    assert minutes(seen, deputy) < 15, "long before the twenty minutes that it would wait"
    text = to_bo(seen, Medium.TEXT)
    assert (text.state, text.delivery) == (NoticeState.FAILED, delivery)
    assert to_bo(seen, Medium.MAIL).state == NoticeState.SENT
    assert "notice-undelivered" in told.said(reference)

    with told.office.store.read() as tx:
        shown = view(viewer(tx, told.office, told.person(DEE), reference))
        others = view(viewer(tx, told.office, told.person(BO), reference))
    ring = next(one.ring for one in shown.notices if one.id == text.id)
    assert ring is not None
    assert (ring.name, ring.phone) == (told.person(BO).name, PHONE)
    assert all(one.ring is None for one in others.notices), "for the DTU alone"

    (question,) = [d for d in seen.open_decisions() if d.type == DecisionType.SETTLE]
    assert question.target == text.id
    settle(told.office, told.person(DEE), reference, there=True, target=text.id)
    told.until(reference, lambda s: to_bo(s, Medium.TEXT).state == NoticeState.SENT, 20)
    assert "told-otherwise" in told.said(reference)


def test_what_was_delivered_is_said_once_and_asked_no_more(
    told: Department, notify: PracticeNotify
) -> None:
    told.start_engine()
    notify.fates[PHONE] = "sending"
    reference = told.report(told.post("Look out"), SEVERE)
    told.until(reference, lambda s: _is(s, Delivery.UNDER_WAY), 20)
    notify.say(PHONE, "delivered")
    seen = told.until(reference, lambda s: _is(s, Delivery.DELIVERED), 20)
    assert to_bo(seen, Medium.TEXT).look_at is None
    assert to_bo(seen, Medium.TEXT).state == NoticeState.SENT
    told.until(reference, lambda s: all(n.delivery for n in s.notices if n.sent_at), 20)
    sent = [n for n in told.seen(reference).notices if n.delivery == Delivery.DELIVERED]
    assert told.said(reference).count("notice-delivered") == len(sent)


def test_a_carrier_is_asked_ever_more_seldom_until_it_has_given_up_too() -> None:
    sent = datetime(2026, 11, 23, 9, tzinfo=UTC)
    looks, now = [], sent + timedelta(seconds=20)
    while now is not None:
        looks.append(now)
        now = next_look(sent, now)
    apart = [later - earlier for earlier, later in itertools.pairwise(looks)]
    assert apart == sorted(apart)
    assert apart[-1] == timedelta(hours=1)
    assert sent + LOOKED_FOR < looks[-1] <= sent + LOOKED_FOR + timedelta(hours=1)
    assert len(looks) < 90
