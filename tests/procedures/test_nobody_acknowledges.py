"""Nobody acknowledges: a reminder, the deputy, the duty officer, at the policy's minutes, once."""

import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from databases import NewDatabase
from department import ANA, BO, CY, DEE, EVE, PAT, PEOPLE, SAM, Department, open_department
from engine_process import EngineProcess
from lives import Quick, QuickClock
from practice_notify import MAIL_TEMPLATE, TEXT_TEMPLATE, PracticeNotify
from waiting import until

from flows.deciding.acknowledging import acknowledge, acknowledge_by_link
from flows.deciding.reclassifying import reclassify
from flows.hands import Hands, lend, owner_name
from flows.ledger import carry_out
from flows.reading_back import read_back
from flows.steps.telling import tell
from integrations.notices.registry import mail_carrier, text_carrier
from integrations.platforms.connections import Connections
from models.notices import Notice
from models.snapshot import Snapshot
from models.words import DecisionType, EffectState, Kind, Medium, NoticeState, Role

DTU = "dtu@dept.example"
PHONES = {BO: "+447700900001", DEE: "+447700900002", PAT: "+447700900003", EVE: "+447700900004"}
DEPUTIES = {BO: SAM, DEE: EVE, PAT: CY}
SPEED = 120.0
"""A minute of the policy is half a second of the test."""

QUICKER = pytest.mark.parametrize("speed", [240.0])
"""Half an hour is eight seconds."""

SLOWER = pytest.mark.parametrize("speed", [20.0])
"""Two minutes are six seconds: time to see what happens before they have passed."""

GRAVE, SEVERE, SMALL = Kind.FALSE_ALARM, Kind.OFF_POLICY, Kind.WRONG_ACCOUNT
"""Severity 1, 2 and 3."""


def with_more(people: str, more: dict[str, str], key: str) -> str:
    """The same people, each with one more line."""
    for email, value in more.items():
        line = f'email = "{email}"\n'
        people = people.replace(line, f"{line}{key} = {value}\n", 1)
    return people


def staff(
    deputies: dict[str, str] = DEPUTIES, away: tuple[str, ...] = (), people: str = PEOPLE
) -> str:
    """People with phones and deputies; some of them on leave."""
    people = with_more(people, {one: f'"{number}"' for one, number in PHONES.items()}, "phone")
    people = with_more(people, {one: f'"{email}"' for one, email in deputies.items()}, "deputy")
    return with_more(people, dict.fromkeys(away, '["2020-01-01/2029-12-31"]'), "away")


@pytest.fixture
def people() -> str:
    return staff()


@pytest.fixture
def notify() -> Iterator[PracticeNotify]:
    """What mails and texts are given to."""
    made = PracticeNotify().start()
    yield made
    made.stop()


@pytest.fixture
def staffed(tmp_path: Path, people: str, notify: PracticeNotify) -> Iterator[Department]:
    """A department that sends through Notify; no engine runs yet."""
    department = staffed_department(tmp_path, people, notify)
    yield department
    department.close()


def staffed_department(
    home: Path, people: str, notify: PracticeNotify, database_url: str | None = None
) -> Department:
    """These people, and Notify for mails and texts."""
    carrier = f"""
[notify]
key = "env:NOTIFY_KEY"
mail_template = "{MAIL_TEMPLATE}"
text_template = "{TEXT_TEMPLATE}"
base_url = "{notify.url}"
"""
    return open_department(
        home,
        database_url=database_url,
        people=people,
        more_accounts=carrier,
        more_secrets={"NOTIFY_KEY": notify.key},
        smtp=False,
    )


@pytest.fixture
def speed() -> float:
    return SPEED


@pytest.fixture
def hurried(staffed: Department, speed: float) -> Department:
    """The same with an engine at work, on quick time."""
    staffed.office.store.clock = QuickClock(Quick(speed))
    staffed.start_engine()
    return staffed


def told(
    seen: Snapshot, template: str, address: str | None = None, by: Medium = Medium.MAIL
) -> list[Notice]:
    """The notices of this template, to this address or any."""
    return [
        n
        for n in seen.notices
        if n.template == template and n.by == by and address in (None, n.to_address)
    ]


def minutes(seen: Snapshot, notice: Notice) -> float:
    """How long after the manager was told it was written."""
    first = min(n.queued_at for n in seen.notices)
    return (notice.queued_at - first) / timedelta(minutes=1)


def report(department: Department, kind: Kind) -> str:
    """Ana reports a post of her own."""
    facts = {"wrong": "it is real", "right": "it was a drill", "source_url": "https://dept.example"}
    return department.report(department.post("Look out"), kind, **(facts if kind is GRAVE else {}))


def all_left(seen: Snapshot) -> bool:
    """Whether the carrier has every notice, by its own word."""
    return all(n.state in (NoticeState.SENT, NoticeState.ACKNOWLEDGED) for n in seen.notices)


def arrived(notify: PracticeNotify, seen: Snapshot) -> Counter[str]:
    """How often each notice of the incident reached the carrier, by its own reference."""
    ours = {n.message_id for n in seen.notices}
    return Counter(one.reference for one in notify.messages if one.reference in ours)


SPRING = datetime(2027, 3, 28, 0, 45, tzinfo=UTC)
AUTUMN = datetime(2027, 10, 31, 0, 45, tzinfo=UTC)
"""A quarter of an hour before the clocks in London change, forwards and back."""


def quick_time(department: Department, begins: datetime, speed: float) -> Quick:
    """Quick time from this moment of the calendar on, for this process as well."""
    quick = Quick.starting(begins, speed)
    department.office.store.clock = QuickClock(quick)
    return quick


EVERYWHERE = ("tell-waiting:before-commit", "notice:after-call@3", "tell-waiting:after-commit")


@pytest.mark.parametrize(
    ("faults", "speed"),
    [
        pytest.param(EVERYWHERE[2:], 90.0, id="once", marks=pytest.mark.waits),
        pytest.param(EVERYWHERE, SPEED, id="everywhere", marks=pytest.mark.matrix),
    ],
)
def test_reminder_deputy_and_duty_officer_hear_once_each_whatever_crashes_when(
    staffed: Department, notify: PracticeNotify, faults: tuple[str, ...], speed: float
) -> None:
    """Severity 2, at ten, twenty and thirty minutes; Notify's answers get lost besides. Fifteen
    minutes on, summer time begins."""
    quick = quick_time(staffed, SPRING, speed)
    reference = report(staffed, SEVERE)
    notify.fail("cut-after", "", "500-after", "cut-before")
    for fault in faults:
        with EngineProcess(staffed, fault, quick=quick) as one:
            assert one.died(60), one.log.read_text()
    with EngineProcess(staffed, quick=quick):
        staffed.until(reference, lambda s: bool(told(s, "unanswered", DEE)), 60)
        seen = staffed.until(reference, all_left, 30)
        time.sleep(1)  # two more minutes, in which nobody hears anything more
    seen = staffed.seen(reference)
    (reminder,), (deputy,) = told(seen, "reminder", BO), told(seen, "stand_in", SAM)
    assert 10 <= minutes(seen, reminder) < 20
    assert 20 <= minutes(seen, deputy) < 30
    assert {30 <= minutes(seen, n) < 50 for n in told(seen, "unanswered")} == {True}
    assert deputy.to_role == Role.LINE_MANAGER
    assert arrived(notify, seen) == Counter(n.message_id for n in seen.notices)
    assert no_person_is_asked(seen)


SIDES = (
    "tell-waiting:before-commit",
    "tell-waiting:after-commit",
    "claim-effect:before-commit",
    "claim-effect:after-commit",
    "notice:before-call",
    "notice:after-call",
    "conclude-notice:before-commit",
    "conclude-notice:after-commit",
)
"""Each side of each commit and of the call by which somebody hears."""

RUNGS = (
    ("reminder", BO, SIDES),
    ("stand_in", SAM, (*SIDES[:2], *SIDES[4:], *SIDES[2:4])),
    ("unanswered", DEE, (*SIDES[:2], *SIDES[6:], *SIDES[2:6])),
)
"""Who hears at each of the three minutes, and in which order the engine dies there: what has left
by then is not killed any more, so each side comes early once."""


def _dies(department: Department, one: EngineProcess, done: Callable[[], bool]) -> bool:
    """Whether the fault kills it before there is nothing left to do."""
    while not one.died(0.3):
        if done():
            return False
    return True


def _killed_at_each(
    department: Department, quick: Quick, sides: tuple[str, ...], done: Callable[[], bool]
) -> Counter[str]:
    """One engine after the other, each killed at its side; at last one that ends the work."""
    died: Counter[str] = Counter()
    for side in sides:
        with EngineProcess(department, side, quick=quick) as one:
            died[side] += _dies(department, one, done)
    with EngineProcess(department, quick=quick):
        until(done, 90, "what is left is never done")
    return died


@pytest.mark.matrix
@pytest.mark.timeout(600)
@pytest.mark.parametrize("begins", [SPRING, AUTUMN], ids=["summer-time", "winter-time"])
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_each_hears_once_whatever_side_of_what_the_engine_is_killed_at(
    hastened: Department, notify: PracticeNotify, begins: datetime
) -> None:
    """At each of the three minutes the engine dies on every side of what it does there."""
    quick = quick_time(hastened, begins, 1.0)
    reference = report(hastened, SEVERE)
    with EngineProcess(hastened, quick=quick):
        hastened.until(reference, lambda s: len(s.notices) > 3 and all_left(s), 90)
    died: Counter[str] = Counter()
    for template, address, sides in RUNGS:
        left = _has_left(template, address)
        quick = quick_time(hastened, _next(hastened, reference) - timedelta(seconds=20), 5.0)
        died += _killed_at_each(
            hastened, quick, sides, lambda left=left: left(hastened.seen(reference))
        )
    assert set(died) == set(SIDES), died
    seen = hastened.seen(reference)
    for (template, address, _), after in zip(RUNGS, (10, 20, 30), strict=True):
        heard = told(seen, template, address)
        assert len({n.follows for n in heard}) == len(heard) >= 1, "once for each notice"
        assert all(after <= minutes(seen, n) < after + 9 for n in heard), (template, died)
    assert arrived(notify, seen) == Counter(n.message_id for n in seen.notices)
    assert no_person_is_asked(seen)


def _next(department: Department, reference: str) -> datetime:
    """When the next one hears."""
    rows = department.seen(reference).escalations
    return min(one.next_at for one in rows if one.next_at is not None)


def _has_left(template: str, address: str) -> Callable[[Snapshot], bool]:
    return lambda seen: bool(told(seen, template, address)) and all_left(seen)


HOLIDAY = datetime(2027, 3, 28, 20, 0, tzinfo=UTC)
"""The evening of the day on which summer time begins; the morning after is Easter Monday."""


@pytest.mark.matrix
@pytest.mark.timeout(300)
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_one_digest_has_every_line_once_whatever_side_the_engine_is_killed_at(
    hastened: Department, notify: PracticeNotify
) -> None:
    """Severity 4: two typos, one mail to the DTU in the morning."""
    quick = quick_time(hastened, HOLIDAY, 1.0)
    references = [report(hastened, Kind.TYPO) for _ in range(2)]
    with EngineProcess(hastened, quick=quick):
        for one in references:
            hastened.until(one, lambda s: any(n.template == "decide" for n in s.notices), 90)
            hastened.until(
                one, lambda s: all(n.digest_line or n.state == NoticeState.SENT for n in s.notices)
            )
    lines = [n for one in references for n in hastened.seen(one).notices if n.digest_line]
    (due,) = {n.due_at for n in lines if n.due_at is not None}
    quick = quick_time(hastened, due - timedelta(seconds=20), 5.0)

    def done() -> bool:
        rows = [n for one in references for n in hastened.seen(one).notices if n.digest_line]
        return len(rows) == 2 and all(n.state == NoticeState.SENT for n in rows)

    died = _killed_at_each(hastened, quick, SIDES, done)
    assert len(died) >= 4, died
    (mail,) = [one for one in notify.to(DTU) if all(name in one.text for name in references)]
    assert [mail.text.count(f"/i/{name}") for name in references] == [1, 1]
    others = [one for one in notify.to(DTU) if one.subject == mail.subject]
    assert others == [mail], "besides it they are only told what is overdue"


@pytest.fixture
def hastened(
    tmp_path: Path, people: str, notify: PracticeNotify, database: str, new_database: NewDatabase
) -> Iterator[Department]:
    """The same, on the database that the test names."""
    department = staffed_department(tmp_path, people, notify, new_database(database))
    yield department
    department.close()


@QUICKER
def test_a_clock_that_is_set_back_holds_nobody_up_and_tells_nobody_twice(
    hurried: Department,
) -> None:
    reference = report(hurried, SEVERE)
    hurried.until(reference, lambda s: bool(told(s, "reminder", BO)), 30)
    with time_machine.travel(datetime.now(UTC) - timedelta(hours=2)):
        hurried.until(reference, lambda s: bool(told(s, "stand_in", SAM)), 30)
    seen = hurried.until(reference, lambda s: bool(told(s, "unanswered", DEE)), 30)
    (reminder,), (deputy,) = told(seen, "reminder", BO), told(seen, "stand_in", SAM)
    assert 10 <= minutes(seen, reminder) < 20
    assert 20 <= minutes(seen, deputy) < 30


@SLOWER
def test_what_cannot_wait_pages_all_on_duty_at_once_and_their_deputies_after_two_minutes(
    hurried: Department, notify: PracticeNotify
) -> None:
    reference = report(hurried, GRAVE)
    hurried.until(
        reference, lambda s: bool(told(s, "stand_in", EVE) and told(s, "stand_in", CY)), 30
    )
    seen = hurried.until(reference, all_left)
    for officer, deputy in ((DEE, EVE), (PAT, CY)):
        (page,), (text,) = told(seen, "role", officer), told(seen, "role", officer, Medium.TEXT)
        (notice,) = told(seen, "stand_in", deputy)
        assert max(minutes(seen, page), minutes(seen, text)) < 2
        assert 2 <= minutes(seen, notice) < 5
        assert len(notify.to(PHONES[officer])) == 1
    assert hurried.said(reference).count("paged") == 1


def test_a_text_wakes_and_tells_nothing_but_where_to_look_and_whom_to_ring(
    hurried: Department, notify: PracticeNotify
) -> None:
    reference = report(hurried, SEVERE)
    hurried.until(reference, lambda s: bool(told(s, "line_manager", BO, Medium.TEXT)))
    hurried.until(reference, lambda _: bool(notify.to(PHONES[BO])))
    (text,) = notify.to(PHONES[BO])
    link = re.search(r"http://127.0.0.1:8000/ack/(\S+)", text.text)
    assert link, text.text
    left = text.text.replace(link[0], "").lower()
    assert reference.lower() in left
    assert "+44 20 7946 0000" in left
    for word in (*(kind.value for kind in Kind), "severity", "mistake", "ana", "dept", "post"):
        assert word not in left
    acknowledge_by_link(hurried.office, link[1])
    seen = hurried.until(reference, lambda s: bool(told(s, "reminder", DTU)), 30)
    assert not told(seen, "reminder", BO), "a word that it was read stops what would follow"


@SLOWER
def test_an_acknowledgement_stops_it_for_that_team_alone(hurried: Department) -> None:
    reference = report(hurried, GRAVE)
    hurried.until(
        reference, lambda s: any(n.state == NoticeState.SENT for n in told(s, "role", DEE))
    )
    acknowledge(hurried.office, hurried.person(DEE), reference)
    hurried.until(reference, lambda s: bool(told(s, "stand_in", CY)), 30)
    seen = hurried.until(reference, lambda s: bool(told(s, "stand_in", SAM)), 30)
    assert not told(seen, "stand_in", EVE)


def test_what_turns_out_graver_is_told_anew(hurried: Department, notify: PracticeNotify) -> None:
    """A word that a small mistake was read is no word that a grave one was."""
    reference = report(hurried, SMALL)
    hurried.until(
        reference, lambda s: any(n.state == NoticeState.SENT for n in told(s, "line_manager", BO))
    )
    acknowledge(hurried.office, hurried.person(BO), reference)
    assert notify.to(PHONES[BO]) == []
    time.sleep(0.1)
    reclassify(
        hurried.office, hurried.person(DEE), reference, kinds=(Kind.PARTIAL,), circumstances=()
    )
    hurried.until(reference, lambda s: bool(told(s, "line_manager", BO, Medium.TEXT)))
    hurried.until(reference, lambda s: bool(told(s, "reminder", BO)), 30)


@pytest.mark.parametrize("people", [staff(away=(BO,))])
def test_where_the_manager_is_on_leave_the_next_one_up_is_told(hurried: Department) -> None:
    reference = report(hurried, SEVERE)
    seen = hurried.until(reference, lambda s: bool(told(s, "line_manager")))
    assert [n.to_address for n in told(seen, "line_manager")] == [PAT]


@pytest.mark.parametrize(
    "people", [staff(people=PEOPLE.replace(f'line_manager = "{BO}"', f'line_manager = "{CY}"', 1))]
)
def test_where_the_manager_owns_the_post_the_next_one_up_is_told(hurried: Department) -> None:
    """Cy manages Ana here and owns the account; Bo manages Cy."""
    reference = report(hurried, SEVERE)
    seen = hurried.until(reference, lambda s: bool(told(s, "line_manager")))
    assert [n.to_address for n in told(seen, "line_manager")] == [BO]


@pytest.mark.parametrize("people", [staff({BO: ANA})])
def test_a_deputy_whose_own_post_it_is_never_stands_in(hurried: Department) -> None:
    reference = report(hurried, GRAVE)
    seen = hurried.until(reference, lambda s: bool(told(s, "reminder", BO)), 30)
    assert not told(seen, "stand_in", ANA)
    assert "escalated-in-vain" in hurried.said(reference)


def no_person_is_asked(seen: Snapshot) -> bool:
    """Whether nobody need say whether a message arrived."""
    return not any(one.type == DecisionType.SETTLE for one in seen.decisions)


@pytest.mark.parametrize("fault", ["late", "cut-before"])
def test_what_notify_does_not_show_yet_is_sent_again_only_once_that_is_settled(
    staffed: Department, notify: PracticeNotify, fault: str
) -> None:
    """The connection breaks; the message is taken a little later, or never."""
    settings = staffed.office.settings
    hands = Hands(
        staffed.office, owner_name(), Connections(), mail_carrier(settings), text_carrier(settings)
    )
    lend(hands)
    notify.fail(fault)
    reference = report(staffed, SEVERE)
    tell.plainly(reference)
    effect = next(e for e in staffed.seen(reference).effects if e.state == EffectState.UNKNOWN)
    assert read_back(hands, effect.id) == EffectState.UNKNOWN, "not believed yet"
    notify.release()
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=40)):
        settled = read_back(hands, effect.id)
        assert settled == (EffectState.CONFIRMED if fault == "late" else EffectState.RETRY)
        assert carry_out(effect.id) == EffectState.CONFIRMED
    assert set(arrived(notify, staffed.seen(reference)).values()) == {1}
    assert len(notify.messages) == len(staffed.seen(reference).notices)


@pytest.mark.matrix
def test_what_notify_took_before_it_went_down_waits_for_it_and_for_nobody_else(
    hurried: Department, notify: PracticeNotify
) -> None:
    notify.fail("down-after")
    reference = report(hurried, SEVERE)
    hurried.until(reference, lambda _: notify.down)
    began = hurried.office.store.clock.now()
    hurried.until(
        reference, lambda _: hurried.office.store.clock.now() > began + timedelta(minutes=30), 30
    )
    assert no_person_is_asked(hurried.seen(reference))
    notify.down = False
    hurried.until(reference, lambda s: bool(told(s, "unanswered", DEE)) and all_left(s), 60)
    seen = hurried.seen(reference)
    assert set(arrived(notify, seen).values()) == {1}
    assert no_person_is_asked(seen)
