"""Times as people read them: in UTC, no longer than they need to be."""

from datetime import UTC, datetime, timedelta

CLOSE = timedelta(minutes=2)
"""Nearer than this the seconds tell something."""


def clock(when: datetime, beside: datetime) -> str:
    """``10:42 UTC``, with seconds or the day where the reader's time, ``beside``, needs them."""
    when, beside = when.astimezone(UTC), beside.astimezone(UTC)
    hours = "%H:%M:%S" if abs(when - beside) < CLOSE else "%H:%M"
    day = "" if when.date() == beside.date() else f" on {when:%-d %B}"
    return f"{when.strftime(hours)} UTC{day}"
