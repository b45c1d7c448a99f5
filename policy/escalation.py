"""Who hears next when nobody acknowledges, by what medium and when: escalation.csv, read purely.

Severity 4 has no rows: it is a line of the digest, and nobody is chased for it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated

from models.people import Person
from models.words import Medium, Role
from policy.people import Register
from policy.reader import Column, PolicyError, number, one_of, read, several
from policy.tables import HERE
from policy.working_time import OfficeTime, is_away, working_time

FILE = "escalation.csv"
MOST_DEPUTIES = 5
"""How far one deputy's deputy is followed, where each is on leave."""


class Tell(StrEnum):
    """Who hears: whoever was told, again; those who stand in for them; the DTU's own."""

    THEM = "them"
    EVERYONE_ON_DUTY = "everyone-on-duty"
    DEPUTIES = "deputies"
    DUTY_OFFICER = "duty-officer"


class Counted(StrEnum):
    """Which minutes count: all, or those in which whoever was told is at work."""

    ALWAYS = "always"
    WORKING_HOURS = "working-hours"


@dataclass(frozen=True)
class Rung:
    """One row: so many minutes after the notice, unless somebody has acknowledged by then."""

    severity: Annotated[int, Column("if severity", number)]
    minutes: Annotated[int, Column("if minutes passed", number)]
    counted: Annotated[Counted, Column("if counted", one_of(Counted))]
    tell: Annotated[Tell, Column("then tell", one_of(Tell))]
    by: Annotated[tuple[Medium, ...], Column("then by", several(one_of(Medium)))]
    note: Annotated[str, Column("note", lambda cell: cell)]
    source: Annotated[tuple[int, ...], Column("source", several(number, " "))]

    @property
    def name(self) -> str:
        """The row, as the record names it."""
        return f"{FILE}:{self.severity}+{self.minutes}+{self.tell}"


def ladder(severity: int) -> tuple[Rung, ...]:
    """The rungs of this severity, in the order of their minutes."""
    return tuple(rung for rung in load_ladders() if rung.severity == severity)


@cache
def load_ladders() -> tuple[Rung, ...]:
    """The table of this installation, read once. Raises PolicyError."""
    return read_ladders(HERE)


def read_ladders(folder: Path) -> tuple[Rung, ...]:
    """The table of a folder. Raises PolicyError where it cannot be used."""
    rungs = read(folder / FILE, Rung)
    places = [(rung.severity, rung.minutes) for rung in rungs]
    if places != sorted(places):
        raise PolicyError(f"{FILE}: sort the rows by severity, then by minutes.")
    for rung in rungs:
        if rung.severity not in (1, 2, 3, 4) or not rung.by:
            raise PolicyError(f"{FILE}: {rung.name} needs a severity from 1 to 4, and a medium.")
    names = [rung.name for rung in rungs]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise PolicyError(f"{FILE} has two rows for: {', '.join(twice)}. Keep one of them.")
    return rungs


def texts_beside_mail(severity: int) -> bool:
    """Whether whoever is sent a mail is sent a text as well, at once."""
    return any(
        rung.minutes == 0 and rung.tell is Tell.THEM and Medium.TEXT in rung.by
        for rung in ladder(severity)
    )


LATE = timedelta(minutes=1)
"""A row that is carried out so much too late moves those after it: an engine that was stopped for
a night does not bring to the deputy and to the duty officer at once what nobody was reminded of."""


@dataclass(frozen=True)
class Clock:
    """What the minutes of one notice are counted by. ``told`` is None for a shared mailbox.

    ``unreached``: the carrier has said that what they were sent never got there.
    """

    began: datetime
    told: Person | None
    office: OfficeTime
    unreached: bool = False

    def moment(self, rung: Rung) -> datetime:
        """When the rung's minutes have passed, in UTC."""
        if rung.tell is Tell.DEPUTIES and self._is_in_vain():
            return self.began
        return self.after(self.began, rung, rung.minutes)

    def after(self, began: datetime, rung: Rung, minutes: int) -> datetime:
        """When so many minutes have passed since then, by those that count for the rung."""
        passed = timedelta(minutes=minutes)
        if rung.counted is Counted.ALWAYS:
            return began + passed
        return working_time(self.told, self.office, leave=False).after(began, passed)

    def _is_in_vain(self) -> bool:
        """Whether it is known already that they will not answer."""
        told = self.told
        return self.unreached or (told is not None and is_away(told, self.began, self.office))


def due(severity: int, clock: Clock, reached: int | None, now: datetime) -> tuple[Rung, ...]:
    """The rungs to carry out now: those of one minute, be more of them due. ``reached`` is the
    minute of the last that was carried out."""
    found = [rung for rung in _above(severity, reached) if clock.moment(rung) <= now]
    return tuple(rung for rung in found if rung.minutes == found[0].minutes)


def next_at(severity: int, clock: Clock, reached: int | None) -> datetime | None:
    """When the next one hears; None where the ladder has ended."""
    return min((clock.moment(rung) for rung in _above(severity, reached)), default=None)


def next_after(severity: int, clock: Clock, reached: int, now: datetime) -> datetime | None:
    """The same, where the rung of ``reached`` was carried out now: if that was late, then only
    after the minutes that lie between the two."""
    then = [
        max(clock.moment(rung), clock.after(now, rung, rung.minutes - reached))
        if _is_late(severity, clock, reached, now)
        else clock.moment(rung)
        for rung in _above(severity, reached)
    ]
    return min(then, default=None)


def _is_late(severity: int, clock: Clock, reached: int, now: datetime) -> bool:
    carried_out = (clock.moment(rung) for rung in ladder(severity) if rung.minutes <= reached)
    return now - max(carried_out, default=clock.began) > LATE


def _above(severity: int, reached: int | None) -> tuple[Rung, ...]:
    return tuple(rung for rung in ladder(severity) if reached is None or rung.minutes > reached)


def team_of(role: Role) -> Role:
    """Whose word counts for whose: the DTU's mailbox and its duty officers are one."""
    return Role.DTU if role is Role.DTU_DUTY else role


def stand_in_for(
    person: Person, register: Register, now: datetime, without: frozenset[str] = frozenset()
) -> Person | None:
    """Their deputy; where that one is on leave or may not hear, the deputy's deputy, and so on.

    Where all are on leave, the nearest who may hear.
    """
    found: list[Person] = []
    seen = {person.email}
    one: Person | None = person
    while one and one.deputy and one.deputy not in seen and len(seen) <= MOST_DEPUTIES:
        seen.add(one.deputy)
        one = register.person(one.deputy)
        if one and one.email not in without:
            found.append(one)
    return next(
        (one for one in found if not is_away(one, now, register.office)),
        found[0] if found else None,
    )
