"""Why a claim may not be made now: which fact is missing, and how it gets recorded."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

from models.words import Kind, Role, Tier
from policy.claims import Facts, bars_on
from policy.reader import Column, PolicyError, one_of, read, several
from policy.tables import ClaimRow, load
from policy.words import Claim, Fact, Never

TABLE = Path(__file__).parent / "facts.csv"

NEVER = {
    Never.CLEARED_POST: "a post that somebody had cleared",
    Never.OFFENSIVE_AND_MEANT: "an offensive post that was meant",
    Never.OWN_SLIP: "a slip of our own",
    Tier.OFFICIAL: "an official account",
    Tier.PERSONAL_OFFICIAL: "a personal official account",
}
BARRED = "It is never said of {what}."


@dataclass(frozen=True)
class FactRow:
    """A fact that claims rest on. ``not_so`` says that it is not recorded, inside a sentence;
    ``by`` are the roles that may record it, none where Amends does so by itself."""

    fact: Annotated[Fact, Column("fact", one_of(Fact))]
    not_so: Annotated[str, Column("not so says", str)]
    by: Annotated[tuple[Role, ...], Column("recorded by", several(one_of(Role)))]
    how: Annotated[str, Column("how", str)]


@dataclass(frozen=True)
class Groundless:
    """A claim that may not be made, and why in whole sentences."""

    claim: Claim
    says: str
    why: str


def groundless(
    claims: Collection[Claim],
    facts: Facts,
    kinds: Collection[Kind],
    tier: Tier = Tier.OFFICIAL,
) -> tuple[Groundless, ...]:
    """Those of the claims that may not be made now, in the table's order."""
    why = ((row, _why(row, facts, kinds, tier)) for row in load().claims if row.claim in claims)
    return tuple(Groundless(row.claim, row.says, said) for row, said in why if said)


def _why(row: ClaimRow, facts: Facts, kinds: Collection[Kind], tier: Tier) -> str:
    barred = [BARRED.format(what=_named(bar)) for bar in bars_on(row, facts, kinds, tier)]
    if barred:
        return " ".join(barred)
    missing = [either for either in row.true_when if not any(facts.holds(fact) for fact in either)]
    parts = [" and ".join(fact_row(fact).not_so for fact in either) for either in missing]
    said = [f"{part[0].upper()}{part[1:]}." for part in parts]
    return " ".join([*said, *(fact_row(fact).how for either in missing for fact in either)])


def _named(bar: Kind | Tier | Never) -> str:
    if isinstance(bar, Kind):
        return f"this kind of mistake: {load().row_of(bar).label.lower()}"
    return NEVER[bar]


def fact_row(fact: Fact) -> FactRow:
    """What the table says of this fact."""
    return _rows()[fact]


def resting_on(claims: Collection[str]) -> frozenset[Fact]:
    """Every fact that one of these claims may rest on."""
    rows = (row for row in load().claims if row.claim in claims)
    return frozenset(fact for row in rows for either in row.true_when for fact in either)


@cache
def _rows() -> dict[Fact, FactRow]:
    rows = {row.fact: row for row in read(TABLE, FactRow)}
    if missing := [fact for fact in Fact if fact not in rows]:
        raise PolicyError(f"facts.csv has no row for: {', '.join(missing)}. Add one for each.")
    return rows
