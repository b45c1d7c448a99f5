"""When somebody works: their hours in their time zone, without bank holidays and leave."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count, takewhile
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from models.bank_holidays import is_bank_holiday
from models.hours import Span, Week, read_days, read_hours
from models.people import Person

MOST_DAYS = 60
"""How far ahead a working moment is looked for; whoever works in none of them is not waited for."""

DAY = timedelta(days=1)


@dataclass(frozen=True)
class OfficeTime:
    """What holds for whoever has no hours of their own. ``holidays`` is a calendar's name."""

    timezone: str = "Europe/London"
    hours: str = "09:00-17:00"
    holidays: str = "GB-ENG"


USUAL = OfficeTime()


@dataclass(frozen=True)
class WorkingTime:
    """One person's, or the office's. ``away`` are first and last days of leave."""

    zone: ZoneInfo
    week: Week
    calendar: str
    away: tuple[tuple[date, date], ...] = ()

    def is_away(self, at: datetime) -> bool:
        """Whether they are on leave, by the date where they are."""
        day = at.astimezone(self.zone).date()
        return any(first <= day <= last for first, last in self.away)

    def is_at_work(self, at: datetime) -> bool:
        """Whether it is in their hours."""
        return any(begins <= at < until for begins, until in self._spans(at, at))

    def after(self, began: datetime, working: timedelta) -> datetime:
        """When so much of their working time will have passed, in UTC (pure).

        Where they do not work for sixty days on end nobody waits for that: then it is ``began``
        and so much.
        """
        left, counted = working, began
        for begins, until in self._spans(began, began + MOST_DAYS * DAY):
            begins = max(begins, counted)  # spans may overlap: no minute is counted twice
            if begins + left <= until:
                return begins + left
            left -= max(until - begins, timedelta(0))
            counted = max(counted, until)
        return began + working

    def next_morning(self, now: datetime) -> datetime:
        """The beginning of the next working day after today's, in UTC."""
        today = now.astimezone(self.zone).date()
        tomorrow = _instant(today + DAY, time.min, self.zone)
        return next(
            (begins for begins, _ in self._spans(tomorrow, now + MOST_DAYS * DAY)
             if begins >= tomorrow),
            now + DAY,
        )  # fmt: skip

    def _spans(self, since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The working spans that touch this stretch, in UTC, the earliest first."""
        first = since.astimezone(self.zone).date() - DAY  # a night shift began yesterday
        days = (first + n * DAY for n in count())
        last = until.astimezone(self.zone).date()
        for day in takewhile(lambda day: day <= last, days):
            for span in self._works_on(day):
                begins, ends = self._instants(day, span)
                if ends > since:
                    yield begins, ends

    def _works_on(self, day: date) -> tuple[Span, ...]:
        on_leave = any(first <= day <= last for first, last in self.away)
        spans = self.week.of(day)
        return () if not spans or on_leave or is_bank_holiday(self.calendar, day) else spans

    def _instants(self, day: date, span: Span) -> tuple[datetime, datetime]:
        ends_on = day if span.until > span.begins else day + DAY
        return _instant(day, span.begins, self.zone), _instant(ends_on, span.until, self.zone)


def working_time(person: Person | None, office: OfficeTime, *, leave: bool = True) -> WorkingTime:
    """The person's own, completed by the office's; the office's where there is no person.

    ``leave`` false leaves it out: what their hours would be if they were there.
    """
    if person is None:
        return WorkingTime(_zone(office.timezone), read_hours(office.hours), office.holidays)
    return WorkingTime(
        _zone(person.timezone, office.timezone),
        read_hours(person.hours or office.hours),
        person.holidays or office.holidays,
        tuple(read_days(one) for one in person.away) if leave else (),
    )


def is_away(person: Person, at: datetime, office: OfficeTime = USUAL) -> bool:
    """Whether this person is on leave, by the date where they are."""
    if not person.away:
        return False
    day = at.astimezone(_zone(person.timezone, office.timezone)).date()
    return any(first <= day <= last for first, last in map(read_days, person.away))


def is_zone(name: str) -> bool:
    """Whether this machine knows a time zone of this name."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _zone(*names: str) -> ZoneInfo:
    """The first that this machine knows: nobody is left untold for a name that it does not, be it
    in an old row or since a time zone was taken out of the machine's own list."""
    return ZoneInfo(next((name for name in names if is_zone(name)), "UTC"))


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The moment by the wall clock there. A time that the clock skips is what it shows after; of
    one that it shows twice, the first."""
    return datetime.combine(day, at, zone).astimezone(UTC)
