"""When a task for a person's hand is brought back, by the table reminders.csv, read purely."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated

from policy.reader import Column, PolicyError, number, one_of, read, several
from policy.tables import HERE

FILE = "reminders.csv"
MORE = "more"
SOONEST = timedelta(minutes=1)


class CountedFrom(StrEnum):
    """What the minutes are counted from: the asking, or the reminder before."""

    ASKING = "asking"
    LAST = "last"


def _which(cell: str) -> int | None:
    return None if cell == MORE else number(cell)


@dataclass(frozen=True)
class ReminderRow:
    """One reminder. ``which`` is its number, None for each one after those that have a row."""

    which: Annotated[int | None, Column("if reminder", _which)]
    minutes: Annotated[int, Column("then minutes after", number)]
    counted_from: Annotated[CountedFrom, Column("then counted from", one_of(CountedFrom))]
    note: Annotated[str, Column("note", lambda cell: cell)]
    source: Annotated[tuple[int, ...], Column("source", several(number, " "))]


@cache
def load_reminders() -> tuple[ReminderRow, ...]:
    """The table of this installation, read once. Raises PolicyError."""
    return read_reminders(HERE)


def read_reminders(folder: Path) -> tuple[ReminderRow, ...]:
    """The table of a folder. Raises PolicyError where it cannot be used."""
    rows = read(folder / FILE, ReminderRow)
    if [row.which for row in rows] != [*range(1, len(rows)), None]:
        raise PolicyError(f"{FILE}: number the rows 1, 2 and so on, and end with one for {MORE}.")
    if any(row.minutes < 1 for row in rows):
        raise PolicyError(f"{FILE}: a reminder comes at least one minute later.")
    return rows


def next_reminder(asked_at: datetime, reminders: int, now: datetime) -> datetime:
    """When the task is brought back next, after so many reminders. Never in the past: what an
    engine that slept has missed is not sent all at once."""
    rows = load_reminders()
    row = rows[min(reminders, len(rows) - 1)]
    after = timedelta(minutes=row.minutes)
    if row.counted_from is CountedFrom.LAST:
        return now + after
    return max(asked_at + after, now + SOONEST)
