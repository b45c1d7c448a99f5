"""How long things took: cases put into groups, with what is typical and what is slow (pure)."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

HALF = 0.5
NINETIETH = 0.9

FEWEST_INCIDENTS = 5
"""Incidents that a row must stand on before it leaves the people who see every incident anyway."""

FEWEST_PUBLISHERS = 3
"""People who may publish on an account before a row about it alone leaves them: with fewer, whoever
knows the account knows the poster."""

ELSEWHERE = ""
"""The group of posts on accounts that are not ours."""


class Measure(StrEnum):
    """What is timed; flows/figures.py says from when to when."""

    CAPTURED = "captured"
    GONE = "gone"
    WORDS = "words"
    ACKNOWLEDGED = "acknowledged"


class By(StrEnum):
    """What cases are put together by."""

    KIND = "kind"
    ACCOUNT = "account"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Case:
    """One thing that was waited for. ``seconds`` is None while it has not come. ``accounts`` are
    ids, ELSEWHERE among them; ``month`` is ``YYYY-MM`` by the organisation's own calendar."""

    incident: str
    kinds: tuple[str, ...]
    accounts: tuple[str, ...]
    month: str
    seconds: float | None

    def groups(self, by: By) -> Sequence[str]:
        """Every group that it belongs to: an incident may have several kinds and accounts."""
        if by == By.MONTH:
            return (self.month,)
        return self.kinds if by == By.KIND else self.accounts


@dataclass(frozen=True)
class Figure:
    """One row. Half of the ``cases`` took ``typical`` seconds or less, nine of ten ``slow`` or
    less; both are None where there is no case. ``pending`` have not come to their end."""

    group: str
    members: frozenset[str]
    cases: int
    typical: float | None
    slow: float | None
    pending: int

    @property
    def incidents(self) -> int:
        """How many incidents it stands on: ``members`` are their ids."""
        return len(self.members)


@dataclass(frozen=True)
class Table:
    """All cases of one measure together, and by group, in the order of the groups' names."""

    measure: Measure
    whole: Figure
    rows: tuple[Figure, ...]


def table(measure: Measure, cases: Sequence[Case], by: By) -> Table:
    """The cases of one measure as rows."""
    grouped: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        for group in case.groups(by):
            grouped[group].append(case)
    rows = tuple(figure(group, grouped[group]) for group in sorted(grouped))
    return Table(measure, figure("", cases), rows)


def figure(group: str, cases: Iterable[Case]) -> Figure:
    """One row of these cases."""
    held = list(cases)
    took = sorted(case.seconds for case in held if case.seconds is not None)
    return Figure(
        group=group,
        members=frozenset(case.incident for case in held),
        cases=len(took),
        typical=_nearest_rank(took, HALF) if took else None,
        slow=_nearest_rank(took, NINETIETH) if took else None,
        pending=len(held) - len(took),
    )


def _nearest_rank(took: Sequence[float], part: float) -> float:
    """A time that really was: the smallest that at least this part of all did not go beyond."""
    return took[math.ceil(part * len(took)) - 1]


@dataclass(frozen=True)
class Line:
    """One row with the one account that it is about, None where about several or any, and whether
    it may be handed to people who do not see the incidents themselves."""

    figure: Figure
    account: str | None
    leaves: bool


def lines(
    found: Table, by: By, chosen: str | None, publishers: Mapping[str, int]
) -> tuple[Line, ...]:
    """The whole first, then each group. ``chosen`` is the account that alone is looked at, if one
    is; ``publishers`` says how many people may publish on each.

    The whole stays too where what is left out of its groups stands on few incidents: it would be
    found by taking the groups from the whole.
    """
    groups = [
        _line(row, row.group if by == By.ACCOUNT else chosen, publishers) for row in found.rows
    ]
    left_out = frozenset[str]().union(*(one.figure.members for one in groups if not one.leaves))
    whole = _line(found.whole, chosen, publishers)
    if left_out and len(left_out) < FEWEST_INCIDENTS:
        whole = replace(whole, leaves=False)
    return (whole, *groups)


def _line(row: Figure, account: str | None, publishers: Mapping[str, int]) -> Line:
    ours = account is not None and account != ELSEWHERE
    one_hand = ours and publishers.get(account or "", 0) < FEWEST_PUBLISHERS
    return Line(row, account, row.incidents >= FEWEST_INCIDENTS and not one_hand)
