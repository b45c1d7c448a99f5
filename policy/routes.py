"""Which way possible misconduct goes, by who employs the person: routes.csv, read purely."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated

from models.words import Employer
from policy.reader import Column, PolicyError, number, one_of, read, several
from policy.tables import HERE

FILE = "routes.csv"


class Way(StrEnum):
    """What may follow: a case here, or a pack for the employer."""

    CASE = "case"
    HAND_OVER = "hand-over"


def _text(cell: str) -> str:
    return cell


@dataclass(frozen=True)
class Route:
    """One employer's route. Whoever is not in the register is not staff, and has none."""

    employer: Annotated[Employer, Column("if employer", one_of(Employer))]
    way: Annotated[Way, Column("then route", one_of(Way))]
    label: Annotated[str, Column("label", _text)]
    law: Annotated[str, Column("law", _text)]
    to: Annotated[str, Column("then to", _text)]
    note: Annotated[str, Column("note", _text)]
    source: Annotated[tuple[int, ...], Column("source", several(number, " "))]


def route_of(employer: Employer) -> Route:
    """The route of this employer."""
    return next(route for route in load_routes() if route.employer is employer)


@cache
def load_routes() -> tuple[Route, ...]:
    """The table of this installation, read once. Raises PolicyError."""
    return read_routes(HERE)


def read_routes(folder: Path) -> tuple[Route, ...]:
    """The table of a folder. Raises PolicyError where it cannot be used."""
    routes = read(folder / FILE, Route)
    found = [route.employer for route in routes]
    if missing := [one for one in Employer if one not in found]:
        raise PolicyError(f"{FILE} has no row for: {', '.join(missing)}. Add one for each.")
    if twice := sorted({one for one in found if found.count(one) > 1}):
        raise PolicyError(f"{FILE} has two rows for: {', '.join(twice)}. Keep one of them.")
    return routes
