"""Working hours and leave as amends.toml writes them, read into values."""

import re
from dataclasses import dataclass
from datetime import date, time, timedelta

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
USUAL_DAYS = frozenset(range(5))
HOURS_ADVICE = "Write hours like 09:00-17:30, or Sun-Thu 08:00-12:00 13:00-16:00"
AWAY_ADVICE = "Write away as days, like 2026-12-24 or 2026-12-21/2027-01-04"

_DAYS = re.compile(r"([a-z]{3})(?:-([a-z]{3}))?")
_SPAN = re.compile(r"([0-9]{1,2}):([0-9]{2})-([0-9]{1,2}):([0-9]{2})")


class BadHoursError(ValueError):
    """Hours or leave that cannot be read. The text says what to write instead."""


@dataclass(frozen=True)
class Span:
    """From one time of the day to another; where ``until`` is not later, it is the next day's."""

    begins: time
    until: time


@dataclass(frozen=True)
class Week:
    """The spans of each working day. Monday is 0; nobody works on a day without a span."""

    days: frozenset[int]
    spans: tuple[Span, ...]

    def of(self, day: date) -> tuple[Span, ...]:
        """The spans that begin on this day, the earliest first."""
        return self.spans if day.weekday() in self.days else ()


def read_hours(text: str) -> Week:
    """Read ``[DAY[-DAY]] HH:MM-HH:MM…``, Monday to Friday where no day is named.

    Raises BadHoursError.
    """
    words = text.replace(",", " ").lower().split()
    named = [_days(word) for word in words if not word[:1].isdigit()]
    spans = [_span(word) for word in words if word[:1].isdigit()]
    if not spans:
        raise BadHoursError(HOURS_ADVICE)
    days = frozenset().union(*named) if named else USUAL_DAYS
    return Week(days, tuple(sorted(spans, key=lambda span: span.begins)))


def _days(word: str) -> frozenset[int]:
    found = _DAYS.fullmatch(word)
    if found is None or not {name for name in found.groups() if name} <= set(DAYS):
        raise BadHoursError(HOURS_ADVICE)
    first = DAYS.index(found[1])
    last = DAYS.index(found[2] or found[1])
    return frozenset((first + n) % 7 for n in range((last - first) % 7 + 1))


def _span(word: str) -> Span:
    found = _SPAN.fullmatch(word)
    if found is None:
        raise BadHoursError(HOURS_ADVICE)
    begins, until = _time(found[1], found[2]), _time(found[3], found[4])
    if begins == until and begins != time(0):
        raise BadHoursError(HOURS_ADVICE)
    return Span(begins, until)


def _time(hour: str, minute: str) -> time:
    if (int(hour), int(minute)) == (24, 0):
        return time(0)
    try:
        return time(int(hour), int(minute))
    except ValueError:
        raise BadHoursError(HOURS_ADVICE) from None


def read_days(text: str) -> tuple[date, date]:
    """Read ``DAY`` or ``DAY/DAY``, both included. Raises BadHoursError."""
    first, _, last = text.partition("/")
    try:
        begins, ends = (
            date.fromisoformat(first.strip()),
            date.fromisoformat((last or first).strip()),
        )
    except ValueError:
        raise BadHoursError(AWAY_ADVICE) from None
    if ends < begins or ends - begins > timedelta(days=3660):
        raise BadHoursError(AWAY_ADVICE)
    return begins, ends
