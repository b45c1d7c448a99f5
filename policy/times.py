"""How long a yes, a holding line and a request for information have: times.csv, read purely."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated

from policy.reader import Column, PolicyError, maybe, number, one_of, read, several
from policy.tables import HERE

FILE = "times.csv"
SEVERITIES = (1, 2, 3, 4)


class Timed(StrEnum):
    """What has a time."""

    CLEARANCE_EXPIRES = "clearance-expires"
    HOLDING_LINE_EXPIRES = "holding-line-expires"
    HOLDING_LINE_REMINDER = "holding-line-reminder"
    FOI_DUE = "foi-due"
    FOI_REMINDER = "foi-reminder"


class Unit(StrEnum):
    """What the time is counted in."""

    MINUTES = "minutes"
    WORKING_DAYS = "working-days"


COUNTED_IN_DAYS = frozenset({Timed.FOI_DUE, Timed.FOI_REMINDER})


@dataclass(frozen=True)
class TimeRow:
    """One row; without a severity it is for every one."""

    what: Annotated[Timed, Column("if what", one_of(Timed))]
    severity: Annotated[int | None, Column("if severity", maybe(number))]
    after: Annotated[int, Column("then after", number)]
    unit: Annotated[Unit, Column("then unit", one_of(Unit))]
    note: Annotated[str, Column("note", lambda cell: cell)]
    source: Annotated[tuple[int, ...], Column("source", several(number, " "))]

    def is_for(self, what: Timed, severity: int) -> bool:
        """Whether the row decides."""
        return self.what is what and self.severity in (None, severity)


def lasts(what: Timed, severity: int) -> timedelta:
    """How long it has, for a mistake of this severity."""
    row = next(row for row in load_times() if row.is_for(what, severity))
    return timedelta(minutes=row.after)


def working_days(what: Timed) -> tuple[int, ...]:
    """After how many working days; several where it comes more than once."""
    return tuple(row.after for row in load_times() if row.what is what)


@cache
def load_times() -> tuple[TimeRow, ...]:
    """The table of this installation, read once. Raises PolicyError."""
    return read_times(HERE)


def read_times(folder: Path) -> tuple[TimeRow, ...]:
    """The table of a folder. Raises PolicyError where it cannot be used."""
    rows = read(folder / FILE, TimeRow)
    for what in Timed:
        wanted = Unit.WORKING_DAYS if what in COUNTED_IN_DAYS else Unit.MINUTES
        mine = [row for row in rows if row.what is what]
        if any(row.unit is not wanted for row in mine):
            raise PolicyError(f"{FILE}: {what} is counted in {wanted}.")
        if any(not row.after for row in mine):
            raise PolicyError(f"{FILE}: {what} needs a time of 1 or more.")
        missing = [one for one in SEVERITIES if not any(row.is_for(what, one) for row in mine)]
        if missing:
            raise PolicyError(f"{FILE} has no row for {what} at severity {missing[0]}.")
    return rows
