"""Kinds of mistake in the words of whoever reports one, with an example of each."""

import csv
from dataclasses import dataclass
from functools import cache

from models.words import SECRET_KINDS, Kind
from templates.environment import HERE


@dataclass(frozen=True)
class KindWords:
    """How one kind is offered. ``common`` ones are shown at once, the others are unfolded."""

    kind: Kind
    common: bool
    words: str
    example: str


@cache
def kinds_in_words() -> tuple[KindWords, ...]:
    """Every kind, in the order in which they are offered."""
    with (HERE / "kinds.csv").open(encoding="utf-8", newline="") as table:
        return tuple(
            KindWords(Kind(row["kind"]), row["common"] == "yes", row["words"], row["example"])
            for row in csv.DictReader(table)
        )


def kind_in_words(kind: Kind) -> str:
    """One kind."""
    return next(one.words for one in kinds_in_words() if one.kind == kind)


def offered() -> tuple[KindWords, ...]:
    """Those that are chosen from a list: what is secret, personal or dangerous is asked first."""
    return tuple(one for one in kinds_in_words() if one.kind not in SECRET_KINDS)
