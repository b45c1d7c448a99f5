"""Decides an incident's plan from its kinds and circumstances, by the tables and nothing else."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

from models.words import (
    SECRET_KINDS,
    CaptureDepth,
    Circumstance,
    DeleteWord,
    Kind,
    ReferralWord,
    Role,
    StatementKind,
    Tier,
)
from policy.plan import ClearanceMode, ClearanceRule, CorrectionWord, Plan
from policy.reader import PolicyError
from policy.tables import ResponseRow, RiseRow, Tables, load
from policy.words import Due, Order, Severity, YesNo

W = TypeVar("W", bound=StrEnum)

UNCORRECTED_KINDS = SECRET_KINDS | {Kind.LEGAL, Kind.PREMATURE}
"""Kinds with which no correction is said: it would confirm, repeat or deny what must rest."""

SILENT_KINDS = frozenset({Kind.CLASSIFIED, Kind.LEGAL, Kind.SAFETY})
"""Kinds with which nothing is said until the specialist agrees."""

NEXT_DAY = 24 * 60
DEFAULT_SEVERITY = 3
LEAST_SEVERITY = 4

DELETE_ORDER = (DeleteWord.NOW, DeleteWord.ASK, DeleteWord.BY_HAND, DeleteWord.NO)
CORRECTION_ORDER = (
    CorrectionWord.REQUIRED,
    CorrectionWord.AGREED,
    CorrectionWord.IF_WRONG,
    CorrectionWord.LATER,
    CorrectionWord.NO,
)
SPEAKING_ORDER = (
    StatementKind.APOLOGY,
    StatementKind.CORRECTION,
    StatementKind.REMOVAL_NOTE,
    StatementKind.NOTE,
    StatementKind.NONE,
)
SECURING = frozenset({Order.SECURE_FIRST, Order.SECURE_BESIDE, Order.SECURE_IF_INTRUDER_IN})

NO_KINDS = "Say what kind of mistake it was: no kind was given."
NOT_A_MISTAKE_ALONE = "Choose 'not a mistake' alone, or leave it out: it stands with no other kind."


@dataclass(frozen=True)
class _Case:
    """The rows that decide, each with the circumstances already in it."""

    rows: tuple[ResponseRow, ...]
    rises: tuple[RiseRow, ...]
    kinds: frozenset[Kind]
    circumstances: frozenset[Circumstance]


def decide(
    kinds: Collection[Kind],
    circumstances: Collection[Circumstance] = (),
    *,
    tier: Tier = Tier.OFFICIAL,
    tables: Tables | None = None,
) -> Plan:
    """The plan for these kinds together; the order in which they are given does not matter.

    A circumstance first changes the row of its own kind; then each column has a rule of its own,
    written at the function that applies it. A plan speaks of the incident: a post on an account
    that is not registered is by hand whatever ``delete`` says. Raises PolicyError where no kind is
    given, or 'not a mistake' beside another. Lines 116-124.
    """
    tables = tables or load()
    case = _case(frozenset(kinds), frozenset(circumstances), tables)
    severity = _severity(case.rows)
    correction = _correction(case)
    statement = _statement(case, correction)
    delete = min((row.delete for row in case.rows), key=DELETE_ORDER.index)
    digest_only = severity == LEAST_SEVERITY and all(r.digest is YesNo.YES for r in case.rows)
    classified = Kind.CLASSIFIED in case.kinds
    return Plan(
        kinds=_in_order(Kind, case.kinds),
        severity=severity,
        delete=delete,
        correct_first=_correct_first(case, correction),
        secure_first=_secure_first(case),
        ask_of=_ask_of(case.rows, delete),
        ask_within=_ask_within(case.rows, delete),
        statement=statement,
        correction=correction,
        clearance=_clearance(case),
        words_due=_words_due(case.rows, statement),
        falls_to=_falls_to(case.rows),
        told=_told(case, digest_only),
        digest_only=digest_only,
        phone_first=next((row.phone_first for row in case.rows if row.phone_first), None),
        manager_hears_only_that_security_leads=classified,
        metadata_only=any(row.capture is CaptureDepth.METADATA for row in case.rows),
        may_delete_without_capture=bool(case.kinds & SECRET_KINDS),
        referral=_referral(case.rows),
        rows=_names(case),
        sources=_sources(case),
        table_digest=tables.table_digest,
        circumstances=_in_order(Circumstance, case.circumstances),
        tier=tier,
        secure=any(row.order in SECURING for row in case.rows),
        breach_clock=Kind.PERSONAL_DATA in case.kinds,
    )


def _case(kinds: frozenset[Kind], circumstances: frozenset[Circumstance], tables: Tables) -> _Case:
    if not kinds:
        raise PolicyError(NO_KINDS)
    if Kind.NOT_A_MISTAKE in kinds and len(kinds) > 1:
        raise PolicyError(NOT_A_MISTAKE_ALONE)
    rises = tuple(
        one for one in tables.rises if one.kind in kinds and one.circumstance in circumstances
    )
    rows = tuple(_risen(tables.row_of(kind), rises) for kind in _in_order(Kind, kinds))
    return _Case(rows, rises, kinds, circumstances)


def _risen(row: ResponseRow, rises: Iterable[RiseRow]) -> ResponseRow:
    """The row as its circumstances leave it: the strictest word wins, and told adds up."""
    mine = [one for one in rises if one.kind is row.kind]
    severities = [one.severity for one in mine if one.severity]
    deletes = [one.delete for one in mine if one.delete]
    orders = [one.order for one in mine if one.order]
    referrals = [one.referral for one in mine if one.referral]
    return replace(
        row,
        severity=min([row.severity, *severities]),
        delete=min(deletes, key=DELETE_ORDER.index) if deletes else row.delete,
        order=orders[0] if orders else row.order,
        ask_of=_union(row.ask_of, *(one.ask_of for one in mine)),
        ask_within=_least([row.ask_within, *(one.ask_within for one in mine)]),
        told=_union(row.told, *(one.told for one in mine)),
        referral=ReferralWord.CONSIDER if ReferralWord.CONSIDER in referrals else row.referral,
    )


def _severity(rows: Sequence[ResponseRow]) -> int:
    """The most serious. ``content`` and ``none`` take the other kinds', and alone 3 and 4."""
    if numbers := [int(row.severity) for row in rows if row.severity.isdigit()]:
        return min(numbers)
    takes_others = any(row.severity is Severity.CONTENT for row in rows)
    return DEFAULT_SEVERITY if takes_others else LEAST_SEVERITY


def _correction(case: _Case) -> CorrectionWord:
    """The strongest; none where one of several kinds forbids it (a kind alone has its own word)."""
    if len(case.kinds) > 1 and case.kinds & UNCORRECTED_KINDS:
        return CorrectionWord.NO
    return min((row.correction for row in case.rows), key=CORRECTION_ORDER.index)


def _statement(case: _Case, correction: CorrectionWord) -> StatementKind:
    """The words that are due, by the first of these rules that fits.

    A silent kind (classified, legal, safety): none. Premature: the holding line alone, since an
    apology would confirm. An apology beside a required correction: both in one. Otherwise the
    strongest of apology, correction, removal note, note; a correction that is suppressed drops out
    of it. Lines 120-122.
    """
    if case.kinds & SILENT_KINDS:
        return StatementKind.NONE
    if any(row.statement is StatementKind.HOLDING_LINE for row in case.rows):
        return StatementKind.HOLDING_LINE
    said = {part for row in case.rows for part in _parts(row.statement)}
    if correction is CorrectionWord.NO:
        said -= {StatementKind.CORRECTION}
    if said >= {StatementKind.APOLOGY, StatementKind.CORRECTION}:
        return StatementKind.APOLOGY_AND_CORRECTION
    return min(said, key=SPEAKING_ORDER.index, default=StatementKind.NONE)


def _parts(statement: StatementKind) -> tuple[StatementKind, ...]:
    if statement is StatementKind.APOLOGY_AND_CORRECTION:
        return (StatementKind.APOLOGY, StatementKind.CORRECTION)
    return (statement,)


def _correct_first(case: _Case, correction: CorrectionWord) -> bool:
    """A correction that must come first does, unless it is suppressed or the post is secret."""
    wanted = any(row.order is Order.CORRECT_FIRST for row in case.rows)
    return wanted and correction is not CorrectionWord.NO and not case.kinds & SECRET_KINDS


def _secure_first(case: _Case) -> bool:
    """Securing comes first where a row says so, but never before deleting what is secret."""
    if case.kinds & SECRET_KINDS:
        return False
    orders = {row.order for row in case.rows}
    intruder_in = Circumstance.INTRUDER_STILL_IN in case.circumstances
    return Order.SECURE_FIRST in orders or (Order.SECURE_IF_INTRUDER_IN in orders and intruder_in)


def _ask_of(rows: Sequence[ResponseRow], delete: DeleteWord) -> tuple[Role, ...]:
    """Anyone whom an asking row names; nobody where nothing is asked."""
    return _union(*(row.ask_of for row in rows)) if delete is DeleteWord.ASK else ()


def _ask_within(rows: Sequence[ResponseRow], delete: DeleteWord) -> int | None:
    """The earliest, in minutes."""
    return _least(row.ask_within for row in rows) if delete is DeleteWord.ASK else None


def _clearance(case: _Case) -> ClearanceRule:
    """Everyone whom any row asks: one yes from each group, so that no row is weakened.

    Where a circumstance names clearers, they stand in place of the row's own. Pre-cleared only if
    no row asks people; not needed only if every row says so. Lines 76-80.
    """
    asking = [one for row in case.rows for one in _asking(row, case.rises)]
    modes = {mode for mode, _ in asking}
    groups = _fewest(group for mode, roles in asking for group in _groups(mode, roles))
    if modes <= {ClearanceMode.NOT_NEEDED}:
        return ClearanceRule(ClearanceMode.NOT_NEEDED, (), groups)
    if modes <= {ClearanceMode.NOT_NEEDED, ClearanceMode.PRE_CLEARED}:
        return ClearanceRule(ClearanceMode.PRE_CLEARED, (), groups)
    mode = ClearanceMode.ALL_OF if len(groups) > 1 else ClearanceMode.ANY_OF
    return ClearanceRule(mode, _union(*groups), groups)


def _asking(
    row: ResponseRow, rises: Iterable[RiseRow]
) -> list[tuple[ClearanceMode, tuple[Role, ...]]]:
    risen = [
        (one.clearance, one.clearers) for one in rises if one.kind is row.kind and one.clearance
    ]
    return risen or [(row.clearance, row.clearers)]


def _groups(mode: ClearanceMode, roles: tuple[Role, ...]) -> list[frozenset[Role]]:
    if mode is ClearanceMode.ALL_OF:
        return [frozenset({role}) for role in roles]
    return [frozenset(roles)] if roles else []


def _fewest(groups: Iterable[frozenset[Role]]) -> tuple[tuple[Role, ...], ...]:
    """The groups without those that another, narrower one already answers."""
    every = set(groups)
    kept = {one for one in every if not any(other < one for other in every)}
    return tuple(sorted((_in_order(Role, one) for one in kept), key=_place))


def _place(group: tuple[Role, ...]) -> list[int]:
    return [list(Role).index(role) for role in group]


def _words_due(rows: Sequence[ResponseRow], statement: StatementKind) -> int | None:
    """The earliest, in minutes; None where nothing is said or a specialist sets the time."""
    if statement is StatementKind.NONE:
        return None
    return _least(_minutes(row.words_due) for row in rows)


def _minutes(due: int | Due) -> int | None:
    if isinstance(due, int):
        return due
    return NEXT_DAY if due is Due.NEXT_DAY else None


def _falls_to(rows: Sequence[ResponseRow]) -> tuple[Role, ...]:
    """The specialist's where a row waits for one; else the most serious kind's."""
    special = [row for row in rows if row.words_due is Due.AS_THE_SPECIALIST_SAYS]
    first = min(row.severity for row in rows)  # "content" and "none" sort after numbers
    chosen = special or [row for row in rows if row.severity == first]
    return _union(*(row.falls_to for row in chosen))


def _told(case: _Case, digest_only: bool) -> tuple[Role, ...]:
    """The DTU and the line manager (line 124) and all whom a row names, inside the department.

    A digest line goes to the DTU alone. Classified: security and the DTU, and whom security adds.
    """
    if Kind.CLASSIFIED in case.kinds:
        return (Role.SECURITY, Role.DTU)
    if digest_only:
        return (Role.DTU,)
    named = _union(*(row.told for row in case.rows))
    always = (Role.DTU, Role.LINE_MANAGER)
    return always + tuple(role for role in named if role not in always)


def _referral(rows: Iterable[ResponseRow]) -> ReferralWord:
    """Considered if any row says so; never decided here (lines 54-56)."""
    considered = any(row.referral is ReferralWord.CONSIDER for row in rows)
    return ReferralWord.CONSIDER if considered else ReferralWord.NO


def _names(case: _Case) -> tuple[str, ...]:
    responses = [f"response.csv:{row.kind}" for row in case.rows]
    return (*responses, *(f"rises.csv:{one.kind}+{one.circumstance}" for one in case.rises))


def _sources(case: _Case) -> tuple[int, ...]:
    lines = [*(row.source for row in case.rows), *(one.source for one in case.rises)]
    return tuple(sorted({line for some in lines for line in some}))


def _least(numbers: Iterable[int | None]) -> int | None:
    return min((one for one in numbers if one is not None), default=None)


def _union(*some: Iterable[Role]) -> tuple[Role, ...]:
    return _in_order(Role, {role for roles in some for role in roles})


def _in_order(words: type[W], found: Collection[W]) -> tuple[W, ...]:
    return tuple(word for word in words if word in found)
