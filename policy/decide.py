"""Decides an incident's plan from its kinds and circumstances, by the tables and nothing else."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from models.words import SECRET_KINDS, CaptureDepth, Circumstance, Kind, ReferralWord, Tier
from policy.columns import (
    DELETE_ORDER,
    Case,
    asked_of,
    asked_within,
    clearance_of,
    correction_of,
    corrects_first,
    delete_of,
    falls_to,
    in_order,
    is_digest_only,
    least,
    referral_of,
    secures,
    secures_first,
    severity_of,
    statement_of,
    told_of,
    union,
    words_due_in,
)
from policy.plan import Plan
from policy.reader import PolicyError
from policy.tables import ResponseRow, RiseRow, Tables, load

NO_KINDS = "Say what kind of mistake it was: no kind was given."
NOT_A_MISTAKE_ALONE = "Choose 'not a mistake' alone, or leave it out: it stands with no other kind."


def decide(
    kinds: Collection[Kind],
    circumstances: Collection[Circumstance] = (),
    *,
    tier: Tier = Tier.OFFICIAL,
    tables: Tables | None = None,
) -> Plan:
    """The plan for these kinds together; the order in which they are given does not matter.

    A circumstance first changes the row of its own kind; then each column has a rule of its own,
    written in columns.py at the function that applies it. A plan speaks of the incident: a post on
    an account that is not registered is by hand whatever ``delete`` says. Raises PolicyError where
    no kind is given, or 'not a mistake' beside another. Lines 116-124.
    """
    tables = tables or load()
    case = _case(frozenset(kinds), frozenset(circumstances), tables)
    correction = correction_of(case)
    statement = statement_of(case, correction)
    delete = delete_of(case.rows)
    digest_only = is_digest_only(case.rows)
    return Plan(
        kinds=in_order(Kind, case.kinds),
        severity=severity_of(case.rows),
        delete=delete,
        correct_first=corrects_first(case, correction),
        secure_first=secures_first(case),
        ask_of=asked_of(case.rows, delete),
        ask_within=asked_within(case.rows, delete),
        statement=statement,
        correction=correction,
        clearance=clearance_of(case),
        words_due=words_due_in(case.rows, statement),
        falls_to=falls_to(case.rows),
        told=told_of(case, digest_only),
        digest_only=digest_only,
        phone_first=next((row.phone_first for row in case.rows if row.phone_first), None),
        manager_hears_only_that_security_leads=Kind.CLASSIFIED in case.kinds,
        metadata_only=any(row.capture is CaptureDepth.METADATA for row in case.rows),
        may_delete_without_capture=bool(case.kinds & SECRET_KINDS),
        referral=referral_of(case.rows),
        rows=_names(case),
        sources=_sources(case),
        table_digest=tables.table_digest,
        circumstances=in_order(Circumstance, case.circumstances),
        tier=tier,
        secure=secures(case.rows),
        breach_clock=Kind.PERSONAL_DATA in case.kinds,
    )


def _case(kinds: frozenset[Kind], circumstances: frozenset[Circumstance], tables: Tables) -> Case:
    if not kinds:
        raise PolicyError(NO_KINDS)
    if Kind.NOT_A_MISTAKE in kinds and len(kinds) > 1:
        raise PolicyError(NOT_A_MISTAKE_ALONE)
    rises = tuple(
        one for one in tables.rises if one.kind in kinds and one.circumstance in circumstances
    )
    rows = tuple(_risen(tables.row_of(kind), rises) for kind in in_order(Kind, kinds))
    return Case(rows, rises, kinds, circumstances)


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
        ask_of=union(row.ask_of, *(one.ask_of for one in mine)),
        ask_within=least([row.ask_within, *(one.ask_within for one in mine)]),
        told=union(row.told, *(one.told for one in mine)),
        referral=ReferralWord.CONSIDER if ReferralWord.CONSIDER in referrals else row.referral,
    )


def _names(case: Case) -> tuple[str, ...]:
    responses = [f"response.csv:{row.kind}" for row in case.rows]
    return (*responses, *(f"rises.csv:{one.kind}+{one.circumstance}" for one in case.rises))


def _sources(case: Case) -> tuple[int, ...]:
    lines = [*(row.source for row in case.rows), *(one.source for one in case.rises)]
    return tuple(sorted({line for some in lines for line in some}))
