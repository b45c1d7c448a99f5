"""Clocks that the law sets, whoever is asleep: until when the regulator, or who asked, hears."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import count, islice
from zoneinfo import ZoneInfo

from models.bank_holidays import is_bank_holiday
from models.snapshot import Snapshot
from models.words import Choice, DecisionType
from policy.plan import Plan
from policy.times import Timed, working_days
from policy.words import Fact

BREACH = timedelta(hours=72)
"""UK GDPR, article 33: to the Information Commissioner, from the moment that we are aware."""

LAW = ZoneInfo("Europe/London")
KINGDOM = ("GB-ENG", "GB-NIR", "GB-SCT", "GB-WLS")
MORNING = time(9)
LAST_MINUTE = time(23, 59)
DAY = timedelta(days=1)


def breach_due_at(plan: Plan | None, aware_at: datetime) -> datetime | None:
    """Until when the data protection officer may report a breach; None where no clock runs.

    Aware is who reported it to us: the earliest moment, so that a kind that is added later never
    gains time.
    """
    return aware_at + BREACH if plan is not None and plan.breach_clock else None


def answer_due_on(received: date) -> date:
    """The last day for the answer to a request for information: the twentieth working day after
    the day of receipt (Freedom of Information Act 2000, section 10(1))."""
    return _working_day(received, working_days(Timed.FOI_DUE)[0])


def answer_due_at(due: date) -> datetime:
    """The end of that day, in UTC."""
    return datetime.combine(due, LAST_MINUTE, LAW).astimezone(UTC)


def remind_next_at(received: date, now: datetime) -> datetime:
    """The next morning on which people hear of a request that is not answered: those of the table,
    then, from the last day on, each working day."""
    today = now.astimezone(LAW).date()
    before = [_working_day(received, days) for days in working_days(Timed.FOI_REMINDER)]
    since = max(answer_due_on(received), today) - DAY
    days = (*before, *islice(_working_days_after(since), 2))
    return next(at for day in days if (at := _morning(day)) > now)


def is_working_day(day: date) -> bool:
    """Neither a weekend nor a bank holiday in any part of the kingdom (section 10(6)). Christmas
    Day and Good Friday are in the calendars."""
    return day.weekday() < 5 and not any(is_bank_holiday(part, day) for part in KINGDOM)


def _working_day(since: date, number: int) -> date:
    return next(islice(_working_days_after(since), number - 1, None))


def _working_days_after(since: date) -> Iterator[date]:
    days = (since + n * DAY for n in count(1))
    return (day for day in days if is_working_day(day))


def _morning(day: date) -> datetime:
    return datetime.combine(day, MORNING, LAW).astimezone(UTC)


def investigation_since(seen: Snapshot) -> datetime | None:
    """Since when an investigation has been on record as opened; None where the last word on it is
    that there is none. It outlasts the incident: its clock runs once that is closed, too."""
    said = [
        one
        for one in seen.decisions
        if one.type == DecisionType.ESTABLISH and one.target == Fact.INVESTIGATION_OPENED
    ]
    since: datetime | None = None
    for one in sorted(said, key=lambda one: one.generation):
        since = (since or one.decided_at) if one.choice == Choice.YES else None
    return since
