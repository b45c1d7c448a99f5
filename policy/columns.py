"""The rule of each column over several kinds; none of them weakens what one kind asks for."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from models.words import (
    SECRET_KINDS,
    Circumstance,
    DeleteWord,
    Kind,
    ReferralWord,
    Role,
    StatementKind,
)
from policy.plan import ClearanceMode, ClearanceRule, CorrectionWord
from policy.tables import ResponseRow, RiseRow
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


@dataclass(frozen=True)
class Case:
    """The rows that decide, each with the circumstances already in it."""

    rows: tuple[ResponseRow, ...]
    rises: tuple[RiseRow, ...]
    kinds: frozenset[Kind]
    circumstances: frozenset[Circumstance]


def delete_of(rows: Iterable[ResponseRow]) -> DeleteWord:
    """The strongest: now over ask over by hand over no."""
    return min((row.delete for row in rows), key=DELETE_ORDER.index)


def is_digest_only(rows: Sequence[ResponseRow]) -> bool:
    """Whether all that is told is a digest line: severity 4, and every row says so."""
    digest = all(row.digest is YesNo.YES for row in rows)
    return digest and severity_of(rows) == LEAST_SEVERITY


def secures(rows: Iterable[ResponseRow]) -> bool:
    """Whether somebody is to secure the account, before the deletion or beside it."""
    return any(row.order in SECURING for row in rows)


def severity_of(rows: Sequence[ResponseRow]) -> int:
    """The most serious. ``content`` and ``none`` take the other kinds', and alone 3 and 4."""
    if numbers := [int(row.severity) for row in rows if row.severity.isdigit()]:
        return min(numbers)
    takes_others = any(row.severity is Severity.CONTENT for row in rows)
    return DEFAULT_SEVERITY if takes_others else LEAST_SEVERITY


def correction_of(case: Case) -> CorrectionWord:
    """The strongest; none where one of several kinds forbids it (a kind alone has its own word)."""
    if len(case.kinds) > 1 and case.kinds & UNCORRECTED_KINDS:
        return CorrectionWord.NO
    return min((row.correction for row in case.rows), key=CORRECTION_ORDER.index)


def statement_of(case: Case, correction: CorrectionWord) -> StatementKind:
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


def corrects_first(case: Case, correction: CorrectionWord) -> bool:
    """A correction that must come first does, unless it is suppressed or the post is secret."""
    wanted = any(row.order is Order.CORRECT_FIRST for row in case.rows)
    return wanted and correction is not CorrectionWord.NO and not case.kinds & SECRET_KINDS


def secures_first(case: Case) -> bool:
    """Securing comes first where a row says so, but never before deleting what is secret."""
    if case.kinds & SECRET_KINDS:
        return False
    orders = {row.order for row in case.rows}
    intruder_in = Circumstance.INTRUDER_STILL_IN in case.circumstances
    return Order.SECURE_FIRST in orders or (Order.SECURE_IF_INTRUDER_IN in orders and intruder_in)


def asked_of(rows: Sequence[ResponseRow], delete: DeleteWord) -> tuple[Role, ...]:
    """Whom the most serious asking row names; nobody where nothing is asked."""
    if delete is not DeleteWord.ASK:
        return ()
    return union(*(row.ask_of for row in _most_serious([one for one in rows if one.ask_of])))


def asked_within(rows: Sequence[ResponseRow], delete: DeleteWord) -> int | None:
    """The earliest, in minutes."""
    return least(row.ask_within for row in rows) if delete is DeleteWord.ASK else None


def clearance_of(case: Case) -> ClearanceRule:
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
    return ClearanceRule(mode, union(*groups), groups)


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
    return tuple(sorted((in_order(Role, one) for one in kept), key=_place))


def _place(group: tuple[Role, ...]) -> list[int]:
    return [list(Role).index(role) for role in group]


def words_due_in(rows: Sequence[ResponseRow], statement: StatementKind) -> int | None:
    """The earliest, in minutes; None where nothing is said or a specialist sets the time."""
    if statement is StatementKind.NONE:
        return None
    return least(_minutes(row.words_due) for row in rows)


def _minutes(due: int | Due) -> int | None:
    if isinstance(due, int):
        return due
    return NEXT_DAY if due is Due.NEXT_DAY else None


def falls_to(rows: Sequence[ResponseRow]) -> tuple[Role, ...]:
    """The specialist's where a row waits for one; else the most serious kind's."""
    special = [row for row in rows if row.words_due is Due.AS_THE_SPECIALIST_SAYS]
    return union(*(row.falls_to for row in special or _most_serious(rows)))


def _most_serious(rows: Sequence[ResponseRow]) -> list[ResponseRow]:
    # The words "content" and "none" sort after every number.
    first = min((row.severity for row in rows), default=Severity.NONE)
    return [row for row in rows if row.severity == first]


def told_of(case: Case, digest_only: bool) -> tuple[Role, ...]:
    """The DTU and the line manager (line 124) and all whom a row names, inside the department.

    A digest line goes to the DTU alone. Classified: security and the DTU, and whom security adds.
    """
    if Kind.CLASSIFIED in case.kinds:
        return (Role.SECURITY, Role.DTU)
    if digest_only:
        return (Role.DTU,)
    named = union(*(row.told for row in case.rows))
    always = (Role.DTU, Role.LINE_MANAGER)
    return always + tuple(role for role in named if role not in always)


def referral_of(rows: Iterable[ResponseRow]) -> ReferralWord:
    """Considered if any row says so; never decided here (lines 54-56)."""
    considered = any(row.referral is ReferralWord.CONSIDER for row in rows)
    return ReferralWord.CONSIDER if considered else ReferralWord.NO


def least(numbers: Iterable[int | None]) -> int | None:
    """The smallest of those that are numbers; None where none is."""
    return min((one for one in numbers if one is not None), default=None)


def union(*some: Iterable[Role]) -> tuple[Role, ...]:
    """All these roles, each once, in the order of Role."""
    return in_order(Role, {role for roles in some for role in roles})


def in_order(words: type[W], found: Collection[W]) -> tuple[W, ...]:
    """The words that were found, in the order in which the closed list has them."""
    return tuple(word for word in words if word in found)
