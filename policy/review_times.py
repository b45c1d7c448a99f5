"""How long each state of a case may last, and who is reminded: review.csv, read purely."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Annotated

from models.review import ENDS, Case, CaseState, Part
from policy.reader import Column, PolicyError, number, one_of, read
from policy.retention import destroy_at
from policy.tables import HERE
from policy.working_time import OfficeTime, working_time

FILE = "review.csv"
SUSPENDED = "suspended"


def _text(cell: str) -> str:
    return cell


@dataclass(frozen=True)
class Time:
    """The time of one state. Days are working days of the office; ``before`` is when the first
    reminder goes, ``every`` how often after the deadline, both in working days too."""

    state: Annotated[str, Column("if state", _text)]
    who: Annotated[Part, Column("then who", one_of(Part))]
    days: Annotated[int, Column("then working days", number)]
    before: Annotated[int, Column("then remind before", number)]
    every: Annotated[int, Column("then remind every", number)]
    note: Annotated[str, Column("note", _text)]


def time_of(state: CaseState) -> Time | None:
    """The time of this state; none where the case is over."""
    return next((one for one in load_times() if one.state == state), None)


def time_of_suspension() -> Time:
    """How long a suspension may last before it is looked at again."""
    return next(one for one in load_times() if one.state == SUSPENDED)


def with_deadline(case: Case, office: OfficeTime) -> Case:
    """The case with the deadline of the state that it came into, and no reminder sent yet."""
    time = time_of(case.state)
    due = _mornings(case.since, time.days + 1, office) if time else None
    return replace(case, due_at=due, reminded=0)


def longest_suspension(since: datetime, office: OfficeTime) -> datetime:
    """Until when a suspension may last before it is looked at again."""
    return _mornings(since, time_of_suspension().days + 1, office)


def next_look(case: Case, office: OfficeTime) -> datetime | None:
    """When somebody is reminded next, of the state or of a suspension, or the case is destroyed."""
    state = time_of(case.state)
    moments = [
        remind_at(time, due, reminded, office)
        for time, due, reminded in (
            (state, case.due_at, case.reminded),
            (time_of_suspension(), case.suspended_until, case.suspension_reminded),
        )
        if time and due
    ]
    gone = destroy_at(case)
    return min([*moments, *([gone] if gone else [])], default=None)


def remind_at(time: Time, due: datetime, reminded: int, office: OfficeTime) -> datetime:
    """When the next reminder goes, after so many: before the deadline, at it, and then on."""
    number = reminded if time.before else reminded + 1
    if number == 0:
        return due - timedelta(days=time.before)
    return _mornings(due, (number - 1) * max(time.every, 1), office)


def _mornings(since: datetime, days: int, office: OfficeTime) -> datetime:
    at, office_hours = since, working_time(None, office)
    for _ in range(days):
        at = office_hours.next_morning(at)
    return at


@cache
def load_times() -> tuple[Time, ...]:
    """The table of this installation, read once. Raises PolicyError."""
    return read_times(HERE)


def read_times(folder: Path) -> tuple[Time, ...]:
    """The table of a folder. Raises PolicyError where it cannot be used."""
    times = read(folder / FILE, Time)
    wanted = [*(state.value for state in CaseState if state not in ENDS), SUSPENDED]
    if sorted(one.state for one in times) != sorted(wanted):
        raise PolicyError(f"{FILE} must have one row for each of: {', '.join(wanted)}.")
    return times
