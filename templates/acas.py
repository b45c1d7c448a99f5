"""What the Acas code of practice asks for, and when it was done: acas.csv, by the case's papers."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Protocol

from models.review import PaperKind
from templates.environment import HERE


class Dated(Protocol):
    """A paper, as far as its date is read."""

    @property
    def kind(self) -> PaperKind: ...

    @property
    def at(self) -> datetime: ...


@dataclass(frozen=True)
class AcasDate:
    """One thing that the code asks for in these paragraphs. ``at`` is None where it is not done."""

    words: str
    paragraph: str
    at: datetime | None


def dates_of(papers: Iterable[Dated]) -> list[AcasDate]:
    """Each thing, with the date of the first paper that shows it."""
    first: dict[PaperKind, datetime] = {}
    for paper in papers:
        first.setdefault(paper.kind, paper.at)
    return [AcasDate(words, paragraph, first.get(kind)) for kind, paragraph, words in _rows()]


@cache
def _rows() -> tuple[tuple[PaperKind, str, str], ...]:
    with (HERE / "acas.csv").open(encoding="utf-8", newline="") as table:
        return tuple(
            (PaperKind(row["paper"]), row["paragraph"], row["words"])
            for row in csv.DictReader(table)
        )
