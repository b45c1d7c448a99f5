"""Which law allows what is sensitive in a case to be used: conditions.csv, the DPO's table."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

from models.review import Condition
from policy.reader import Column, PolicyError, UnknownWord, one_of, read
from policy.tables import HERE

FILE = "conditions.csv"


def _text(cell: str) -> str:
    return cell


def _yes_no(cell: str) -> bool:
    if cell not in ("yes", "no"):
        raise UnknownWord(cell, ["yes", "no"])
    return cell == "yes"


@dataclass(frozen=True)
class ConditionRow:
    """One condition for special-category data. ``usual`` is the one that stands where nobody says
    another; ``needs_document`` whether the law asks for an appropriate policy document."""

    condition: Annotated[Condition, Column("condition", one_of(Condition))]
    usual: Annotated[bool, Column("usual", _yes_no)]
    label: Annotated[str, Column("label", _text)]
    law: Annotated[str, Column("law", _text)]
    needs_document: Annotated[bool, Column("needs document", _yes_no)]
    note: Annotated[str, Column("note", _text)]


def condition_row(condition: Condition) -> ConditionRow:
    """The row of this condition."""
    return next(row for row in load_conditions() if row.condition is condition)


def usual_condition() -> Condition:
    """The one that is recorded where nobody says another."""
    return next(row.condition for row in load_conditions() if row.usual)


@cache
def load_conditions() -> tuple[ConditionRow, ...]:
    """The table of this installation, read once. Raises PolicyError."""
    return read_conditions(HERE)


def read_conditions(folder: Path) -> tuple[ConditionRow, ...]:
    """The table of a folder. Raises PolicyError where it cannot be used."""
    rows = read(folder / FILE, ConditionRow)
    if sorted(row.condition for row in rows) != sorted(Condition):
        raise PolicyError(f"{FILE} must have one row for each of: {', '.join(Condition)}.")
    if sum(row.usual for row in rows) != 1:
        raise PolicyError(f"{FILE}: exactly one condition is the usual one.")
    return rows
