"""What may go out at once, ahead of the words that are due: at_once.csv, read purely.

A holding line says only that we are checking; the removal note is the one that is always there.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated

from models.words import Kind, StatementKind
from policy.reader import Column, PolicyError, number, one_of, read, several
from policy.tables import HERE

FILE = "at_once.csv"


class AtOnce(StrEnum):
    """Whether it may: with nobody's yes, with one person's, or not at all."""

    PRE_CLEARED = "pre-cleared"
    CLEARANCE = "clearance"
    NO = "no"


STRICTEST_FIRST = (AtOnce.NO, AtOnce.CLEARANCE, AtOnce.PRE_CLEARED)


@dataclass(frozen=True)
class AtOnceRow:
    """What a kind of mistake allows."""

    kind: Annotated[Kind, Column("if kind", one_of(Kind))]
    holding_line: Annotated[AtOnce, Column("then holding line", one_of(AtOnce))]
    removal_note: Annotated[AtOnce, Column("then removal note", one_of(AtOnce))]
    note: Annotated[str, Column("note", lambda cell: cell)]
    source: Annotated[tuple[int, ...], Column("source", several(number, " "))]

    def allows(self, line: StatementKind) -> AtOnce:
        """Of this line; no other words go out ahead."""
        lines = {
            StatementKind.CHECKING: self.holding_line,
            StatementKind.REMOVAL_NOTE: self.removal_note,
        }
        return lines.get(line, AtOnce.NO)


def allowed_at_once(line: StatementKind, kinds: Collection[Kind]) -> AtOnce:
    """The strictest word of all kinds together."""
    said = [row.allows(line) for row in load_at_once() if row.kind in kinds]
    return min(said, key=STRICTEST_FIRST.index, default=AtOnce.NO)


@cache
def load_at_once() -> tuple[AtOnceRow, ...]:
    """The table of this installation, read once. Raises PolicyError."""
    return read_at_once(HERE)


def read_at_once(folder: Path) -> tuple[AtOnceRow, ...]:
    """The table of a folder. Raises PolicyError where it cannot be used."""
    rows = read(folder / FILE, AtOnceRow)
    kinds = [row.kind for row in rows]
    if twice := sorted({one for one in kinds if kinds.count(one) > 1}):
        raise PolicyError(f"{FILE} has two rows for: {', '.join(twice)}. Keep one of them.")
    if missing := [kind for kind in Kind if kind not in kinds]:
        raise PolicyError(f"{FILE} has no row for: {', '.join(missing)}. Add one for each.")
    return rows
