"""How long each class of records is kept: retention.csv, the data protection officer's table."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from models.review import Case, CaseState
from policy.reader import Column, PolicyError, number, one_of, read
from policy.tables import HERE

FILE = "retention.csv"
AFTER_RELEASE = timedelta(days=30)
"""How long what was kept because of something, and is so no more, is kept at least: one person
says that, and what is destroyed comes back for nobody."""

NIGHT = time(2)
"""When a purge falls due, by the organisation's clock."""


class Record(StrEnum):
    """A class of records with a time of its own. The audit has none: it is kept."""

    CASE_NOT_REFERRED = "case-not-referred"
    CASE_HANDED_OVER = "case-handed-over"
    CASE_CLOSED = "case-closed"
    EVIDENCE = "evidence"
    EVIDENCE_WITHHELD = "evidence-withheld"
    MESSAGE = "message"
    INCIDENT = "incident"
    INFORMATION_REQUEST = "information-request"
    SESSION = "session"
    SIGN_IN_LINK = "sign-in-link"
    REPEAT_KEY = "repeat-key"
    DRAFT = "draft"


OF_CASES = {
    CaseState.NOT_REFERRED: Record.CASE_NOT_REFERRED,
    CaseState.HANDED_OVER: Record.CASE_HANDED_OVER,
    CaseState.CLOSED: Record.CASE_CLOSED,
}
GO_WITH_IT = (Record.EVIDENCE, Record.EVIDENCE_WITHHELD, Record.MESSAGE)
"""Parts of an incident: none is kept for longer than the whole."""


def _text(cell: str) -> str:
    return cell


@dataclass(frozen=True)
class Keeping:
    """How many days a record of this class is kept, from the moment that the note names."""

    record: Annotated[Record, Column("if record", one_of(Record))]
    days: Annotated[int, Column("then keep days", number)]
    note: Annotated[str, Column("note", _text)]


def destroy_at(case: Case) -> datetime | None:
    """When the key of this case is destroyed; None while it is not over, or is to be kept."""
    if case.kept_because is not None or case.state not in OF_CASES:
        return None
    over = case.since + kept_for(OF_CASES[case.state])
    return max(over, case.released_at + AFTER_RELEASE) if case.released_at else over


def kept_for(record: Record) -> timedelta:
    """How long it is kept. Raises PolicyError."""
    return timedelta(days=next(one.days for one in load_retention() if one.record is record))


def last_night(now: datetime, timezone: str) -> datetime:
    """The moment at which the last purge fell due."""
    here = now.astimezone(ZoneInfo(timezone))
    tonight = datetime.combine(here.date(), NIGHT, here.tzinfo)
    return tonight if tonight <= here else tonight - timedelta(days=1)


@cache
def load_retention() -> tuple[Keeping, ...]:
    """The table of this installation, read once. Raises PolicyError."""
    return read_retention(HERE)


def read_retention(folder: Path) -> tuple[Keeping, ...]:
    """The table of a folder. Raises PolicyError where it cannot be used."""
    rows = read(folder / FILE, Keeping)
    if sorted(row.record for row in rows) != sorted(Record):
        raise PolicyError(f"{FILE} must have one row for each of: {', '.join(sorted(Record))}.")
    days = {row.record: row.days for row in rows}
    if longer := [one for one in GO_WITH_IT if days[one] > days[Record.INCIDENT]]:
        raise PolicyError(f"{FILE} keeps {longer[0]} for longer than the incident it is part of.")
    return rows
