"""How long a case is kept once it is over: retention.csv, the data protection officer's table."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Annotated

from models.review import ENDS, Case, CaseState
from policy.reader import Column, PolicyError, number, one_of, read
from policy.tables import HERE

FILE = "retention.csv"
AFTER_RELEASE = timedelta(days=30)
"""How long a case is kept at least that was kept because of something and is so no more: one person
of HR says that, and what is destroyed comes back for nobody."""


def _text(cell: str) -> str:
    return cell


@dataclass(frozen=True)
class Keeping:
    """How many days a case is kept that ended so."""

    state: Annotated[CaseState, Column("if state", one_of(CaseState))]
    days: Annotated[int, Column("then keep days", number)]
    note: Annotated[str, Column("note", _text)]


def destroy_at(case: Case) -> datetime | None:
    """When the key of this case is destroyed; None while it is not over, or is to be kept."""
    if case.kept_because is not None:
        return None
    days = next((one.days for one in load_retention() if one.state is case.state), None)
    if days is None:
        return None
    over = case.since + timedelta(days=days)
    return max(over, case.released_at + AFTER_RELEASE) if case.released_at else over


@cache
def load_retention() -> tuple[Keeping, ...]:
    """The table of this installation, read once. Raises PolicyError."""
    return read_retention(HERE)


def read_retention(folder: Path) -> tuple[Keeping, ...]:
    """The table of a folder. Raises PolicyError where it cannot be used."""
    rows = read(folder / FILE, Keeping)
    if sorted(row.state for row in rows) != sorted(ENDS):
        raise PolicyError(f"{FILE} must have one row for each of: {', '.join(sorted(ENDS))}.")
    return rows
