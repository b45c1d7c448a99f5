"""What an archive of an incident shows at each level: disclosure.csv, the data protection
officer's table.

No cell can open what is in no archive at all: phone numbers, cases, and anything sealed with them.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated

from policy.access import Act
from policy.reader import Column, PolicyError, one_of, read
from policy.tables import HERE

FILE = "disclosure.csv"


class Level(StrEnum):
    """For whom an archive is made."""

    FOI = "foi"
    COMMITTEE = "committee"
    TRIBUNAL = "tribunal"


class Part(StrEnum):
    """What may be shown of an incident, or not."""

    PEOPLE_IN_OFFICE = "people-in-office"
    OTHER_STAFF = "other-staff"
    POST = "post"
    SECRET_POST = "secret-post"
    CLASSIFIED_POST = "classified-post"
    MEDIA = "media"
    POST_ELSEWHERE = "post-elsewhere"
    WRITTEN = "written"
    NOTES = "notes"
    DRAFTS = "drafts"
    SECURITY = "security"
    MESSAGES = "messages"
    ATTEMPTS = "attempts"
    RECORD = "record"


class Shown(StrEnum):
    """Whether a part is shown; of people, as what."""

    NO = "no"
    YES = "yes"
    ROLE = "role"
    NAME = "name"
    ADDRESS = "address"


PEOPLE = frozenset({Part.PEOPLE_IN_OFFICE, Part.OTHER_STAFF})
WIDTH = (Shown.NO, Shown.ROLE, Shown.NAME, Shown.ADDRESS, Shown.YES)

MAY_EXPORT: dict[Level, Act] = {
    Level.FOI: Act.EXPORT_FOI,
    Level.COMMITTEE: Act.EXPORT_COMMITTEE,
    Level.TRIBUNAL: Act.EXPORT_TRIBUNAL,
}


def _text(cell: str) -> str:
    return cell


@dataclass(frozen=True)
class Row:
    """One part at each level."""

    part: Annotated[Part, Column("if part", one_of(Part))]
    foi: Annotated[Shown, Column("foi", one_of(Shown))]
    committee: Annotated[Shown, Column("committee", one_of(Shown))]
    tribunal: Annotated[Shown, Column("tribunal", one_of(Shown))]
    note: Annotated[str, Column("note", _text)]

    @property
    def cells(self) -> tuple[Shown, Shown, Shown]:
        """From the narrowest level to the widest."""
        return self.foi, self.committee, self.tribunal


@dataclass(frozen=True)
class Disclosure:
    """One level of the table."""

    level: Level
    parts: dict[Part, Shown]

    def shows(self, part: Part) -> bool:
        """Whether this part of an incident is in the archive."""
        return self.parts[part] is Shown.YES

    def people(self, part: Part) -> Shown:
        """As what these people are shown."""
        return self.parts[part]


def disclosure(level: Level) -> Disclosure:
    """What an archive of this level shows, by the table of this installation."""
    rows = load_disclosure()
    return Disclosure(level, {row.part: row.cells[list(Level).index(level)] for row in rows})


@cache
def load_disclosure() -> tuple[Row, ...]:
    """The table, read once. Raises PolicyError."""
    return read_disclosure(HERE)


def read_disclosure(folder: Path) -> tuple[Row, ...]:
    """The table of a folder. Raises PolicyError where it cannot be used."""
    rows = read(folder / FILE, Row)
    if sorted(row.part for row in rows) != sorted(Part):
        raise PolicyError(f"{FILE} must have one row for each of: {', '.join(Part)}.")
    for row in rows:
        _check(row)
    return rows


def _check(row: Row) -> None:
    of_people = {Shown.ROLE, Shown.NAME, Shown.ADDRESS}
    allowed = of_people if row.part in PEOPLE else {Shown.NO, Shown.YES}
    if strange := [cell for cell in row.cells if cell not in allowed]:
        raise PolicyError(f"{FILE}: '{row.part}' cannot be '{strange[0]}'.")
    if list(row.cells) != sorted(row.cells, key=WIDTH.index):
        raise PolicyError(f"{FILE}: '{row.part}' shows less at a wider level.")
    if row.part is Part.CLASSIFIED_POST and Shown.YES in row.cells:
        raise PolicyError(f"{FILE}: '{row.part}' is in no archive.")
    if row.part in PEOPLE and row.foi is not Shown.ROLE:
        raise PolicyError(f"{FILE}: nobody is named at the level foi.")
