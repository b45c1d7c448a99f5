"""The decision tables, their columns, and the one place that reads them."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated

from models.words import (
    CaptureDepth,
    Circumstance,
    DeleteWord,
    Kind,
    ReferralWord,
    Role,
    StatementKind,
    Tier,
)
from policy.plan import ClearanceMode, CorrectionWord
from policy.reader import (
    Column,
    PolicyError,
    UnknownWord,
    digest_of,
    maybe,
    number,
    one_of,
    read,
    several,
)
from policy.words import Claim, Due, Fact, Guidance, Never, Order, Severity, Topic, YesNo

HERE = Path(__file__).parent
FILES = ("response.csv", "rises.csv", "clearance.csv", "fallbacks.csv", "claims.csv")


def _text(cell: str) -> str:
    return cell


def _due(cell: str) -> int | Due:
    if cell.isascii() and cell.isdigit():
        return int(cell)
    if cell not in set(Due):
        raise UnknownWord(cell, ["minutes", "next-day", "none", "empty: as the specialist says"])
    return Due(cell)


def _statement(cell: str) -> StatementKind:
    """A holding line is a person's to send: no kind of mistake calls for one by itself."""
    if cell == StatementKind.CHECKING:
        raise UnknownWord(cell, [one for one in StatementKind if one != StatementKind.CHECKING])
    return one_of(StatementKind)(cell)


def _bar(cell: str) -> Kind | Tier | Never:
    for words in (Kind, Tier, Never):
        if cell in set(words):
            return words(cell)
    raise UnknownWord(cell, [*Never, *Tier, *Kind])


_roles = several(one_of(Role))
_lines = several(number, " ")
_facts = several(several(one_of(Fact), " or "))


@dataclass(frozen=True)
class ResponseRow:
    """What a kind calls for. ``ask_within`` is minutes; ``words_due`` minutes or a closed word."""

    kind: Annotated[Kind, Column("if kind", one_of(Kind))]
    label: Annotated[str, Column("label", _text)]
    looks_like: Annotated[str, Column("looks like", _text)]
    severity: Annotated[Severity, Column("then severity", one_of(Severity))]
    delete: Annotated[DeleteWord, Column("then delete", one_of(DeleteWord))]
    order: Annotated[Order, Column("then order", one_of(Order))]
    ask_of: Annotated[tuple[Role, ...], Column("then ask of", _roles)]
    ask_within: Annotated[int | None, Column("then ask within", maybe(number))]
    statement: Annotated[StatementKind, Column("then statement", _statement)]
    correction: Annotated[CorrectionWord, Column("then correction", one_of(CorrectionWord))]
    clearance: Annotated[ClearanceMode, Column("then clearance", one_of(ClearanceMode))]
    clearers: Annotated[tuple[Role, ...], Column("then clearers", _roles)]
    words_due: Annotated[int | Due, Column("then words due", _due)]
    falls_to: Annotated[tuple[Role, ...], Column("then falls to", _roles)]
    told: Annotated[tuple[Role, ...], Column("then told", _roles)]
    phone_first: Annotated[Role | None, Column("then phone first", maybe(one_of(Role)))]
    digest: Annotated[YesNo, Column("then digest", one_of(YesNo))]
    capture: Annotated[CaptureDepth, Column("then capture", one_of(CaptureDepth))]
    referral: Annotated[ReferralWord, Column("then referral", one_of(ReferralWord))]
    if_asked: Annotated[str, Column("if asked", _text)]
    outside: Annotated[str, Column("outside", _text)]
    note: Annotated[str, Column("note", _text)]
    source: Annotated[tuple[int, ...], Column("source", _lines)]


@dataclass(frozen=True)
class RiseRow:
    """What a circumstance changes for a kind. An empty cell changes nothing; ``told`` adds."""

    kind: Annotated[Kind, Column("if kind", one_of(Kind))]
    circumstance: Annotated[Circumstance, Column("if circumstance", one_of(Circumstance))]
    severity: Annotated[Severity | None, Column("then severity", maybe(one_of(Severity)))]
    delete: Annotated[DeleteWord | None, Column("then delete", maybe(one_of(DeleteWord)))]
    ask_of: Annotated[tuple[Role, ...], Column("then ask of", _roles)]
    ask_within: Annotated[int | None, Column("then ask within", maybe(number))]
    order: Annotated[Order | None, Column("then order", maybe(one_of(Order)))]
    clearance: Annotated[
        ClearanceMode | None, Column("then clearance", maybe(one_of(ClearanceMode)))
    ]
    clearers: Annotated[tuple[Role, ...], Column("then clearers", _roles)]
    told: Annotated[tuple[Role, ...], Column("then told", _roles)]
    referral: Annotated[ReferralWord | None, Column("then referral", maybe(one_of(ReferralWord)))]
    note: Annotated[str, Column("note", _text)]
    source: Annotated[tuple[int, ...], Column("source", _lines)]


@dataclass(frozen=True)
class GuidanceRow:
    """Whether words on a topic may go out, and after whose guidance (lines 78-80)."""

    topic: Annotated[Topic, Column("if topic", one_of(Topic))]
    guidance: Annotated[Guidance, Column("then guidance", one_of(Guidance))]
    clearance: Annotated[ClearanceMode, Column("then clearance", one_of(ClearanceMode))]
    clearers: Annotated[tuple[Role, ...], Column("then clearers", _roles)]
    note: Annotated[str, Column("note", _text)]
    source: Annotated[tuple[int, ...], Column("source", _lines)]


@dataclass(frozen=True)
class FallbackRow:
    """Who is asked, in this order, where nobody fills a role."""

    role: Annotated[Role, Column("if nobody is", one_of(Role))]
    ask: Annotated[tuple[Role, ...], Column("then ask", several(one_of(Role), " then "))]
    note: Annotated[str, Column("note", _text)]


@dataclass(frozen=True)
class ClaimRow:
    """When a claim may be made: one fact of each group, and none of the bars. ``says`` ends a
    sentence that begins "The words say"."""

    claim: Annotated[Claim, Column("claim", one_of(Claim))]
    says: Annotated[str, Column("says", _text)]
    true_when: Annotated[tuple[tuple[Fact, ...], ...], Column("true when", _facts)]
    never_with: Annotated[tuple[Kind | Tier | Never, ...], Column("never with", several(_bar))]
    note: Annotated[str, Column("note", _text)]


@dataclass(frozen=True)
class Tables:
    """All decision tables, with the SHA-256 over their bytes."""

    response: tuple[ResponseRow, ...]
    rises: tuple[RiseRow, ...]
    clearance: tuple[GuidanceRow, ...]
    fallbacks: tuple[FallbackRow, ...]
    claims: tuple[ClaimRow, ...]
    table_digest: str

    def row_of(self, kind: Kind) -> ResponseRow:
        """The first row for this kind."""
        return next(row for row in self.response if row.kind is kind)

    def fallbacks_of(self, role: Role) -> tuple[Role, ...]:
        """Whom to ask, in order, where nobody fills the role."""
        return next((row.ask for row in self.fallbacks if row.role is role), ())

    def guidance_on(self, topic: Topic) -> GuidanceRow:
        """What the clearance table says of this topic."""
        return next(row for row in self.clearance if row.topic is topic)


def read_tables(folder: Path) -> Tables:
    """Read the five tables of a folder. Raises PolicyError where one cannot be used."""
    tables = Tables(
        read(folder / "response.csv", ResponseRow),
        read(folder / "rises.csv", RiseRow),
        read(folder / "clearance.csv", GuidanceRow),
        read(folder / "fallbacks.csv", FallbackRow),
        read(folder / "claims.csv", ClaimRow),
        digest_of(folder / name for name in FILES),
    )
    _check_complete(folder, tables)
    return tables


@cache
def load() -> Tables:
    """The tables of this installation, read once."""
    return read_tables(HERE)


def _check_complete(folder: Path, tables: Tables) -> None:
    _each_once("response.csv", list(Kind), [row.kind for row in tables.response])
    _each_once("clearance.csv", list(Topic), [row.topic for row in tables.clearance])
    _each_once("fallbacks.csv", list(Role), [row.role for row in tables.fallbacks])
    _each_once("claims.csv", list(Claim), [row.claim for row in tables.claims])
    _at_most_once("rises.csv", [f"{row.kind} and {row.circumstance}" for row in tables.rises])


def _each_once(name: str, wanted: list[StrEnum], found: list[StrEnum]) -> None:
    _at_most_once(name, [str(one) for one in found])
    if missing := [word for word in wanted if word not in found]:
        raise PolicyError(f"{name} has no row for: {', '.join(missing)}. Add one for each.")


def _at_most_once(name: str, found: list[str]) -> None:
    if twice := sorted({one for one in found if found.count(one) > 1}):
        raise PolicyError(f"{name} has two rows for: {', '.join(twice)}. Keep one of them.")
