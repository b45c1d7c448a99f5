"""Times as people read them: in UTC, no longer than they need to be."""

from datetime import UTC, date, datetime, timedelta

CLOSE = timedelta(minutes=2)
"""Nearer than this the seconds tell something."""

TENTHS_BELOW = 9.95


def clock(when: datetime, beside: datetime) -> str:
    """``10:42 UTC``, with seconds or the day where the reader's time, ``beside``, needs them."""
    when, beside = when.astimezone(UTC), beside.astimezone(UTC)
    hours = "%H:%M:%S" if abs(when - beside) < CLOSE else "%H:%M"
    day = "" if when.date() == beside.date() else f" on {when:%-d %B}"
    return f"{when.strftime(hours)} UTC{day}"


def moment(when: datetime) -> str:
    """``23 November 2026, 10:42 UTC``: for a page that may be read on another day."""
    return f"{when.astimezone(UTC):%-d %B %Y, %H:%M} UTC"


def second(when: datetime) -> str:
    """The same with its seconds, for what follows quickly one after the other."""
    return f"{when.astimezone(UTC):%-d %B %Y, %H:%M:%S} UTC"


def day(when: date) -> str:
    """``23 November 2026``."""
    return f"{when:%-d %B %Y}"


def took(seconds: float) -> str:
    """A time that something took: below ten seconds with its tenths."""
    return f"{seconds:.1f} s" if seconds < TENTHS_BELOW else duration(seconds)


def duration(seconds: float) -> str:
    """``4 min 10 s``, ``3 h 5 min``, ``2 days 3 h``: the two largest units that say something."""
    whole = int(seconds)
    units = ((whole // 86400, "days"), (whole // 3600 % 24, "h"), (whole // 60 % 60, "min"))
    said = [f"{n} {'day' if unit == 'days' and n == 1 else unit}" for n, unit in units if n]
    said += [f"{whole % 60} s"] if whole % 60 or not said else []
    return " ".join(said[:2])
