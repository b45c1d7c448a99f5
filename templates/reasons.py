"""Why something outside did not go well: a clause for people, a closed word for scripts."""

import csv
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from string import Formatter

from models.retries import RetryCode
from templates.environment import HERE

UNCLASSIFIED = "unclassified"


@dataclass(frozen=True)
class Reason:
    """One line of reasons.csv. ``code`` is a raw code; a * in it stands for anything."""

    code: str
    retry: RetryCode
    words: str

    @property
    def needs(self) -> frozenset[str]:
        """The facts that its words mention."""
        return frozenset(name for _, name, _, _ in Formatter().parse(self.words) if name)


def reason(code: str) -> Reason:
    """The first line that fits the code; the last line fits every one."""
    return next(one for one in reasons() if fnmatchcase(code, one.code))


def because(code: str, facts: dict[str, str]) -> str | None:
    """The clause, without a full stop; None where a fact that it mentions is not given."""
    found = reason(code or UNCLASSIFIED)
    facts = facts | {"code": code}
    if not all(facts.get(name) for name in found.needs):
        return None
    said = found.words.format_map(facts)
    return said[:1].upper() + said[1:]


@cache
def reasons() -> tuple[Reason, ...]:
    """The whole table, in its order. Raises ValueError for a word that is not a RetryCode."""
    with (HERE / "reasons.csv").open(encoding="utf-8", newline="") as table:
        return tuple(
            Reason(row["code"], RetryCode(row["retry"]), row["words"])
            for row in csv.DictReader(table)
        )
