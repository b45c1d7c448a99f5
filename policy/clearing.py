"""Who may clear a statement now, and what they said of the words (lines 76-80, design §3.8)."""

from datetime import datetime

from models.snapshot import Snapshot
from models.statements import Clearance, Statement, Wording
from models.words import StatementKind
from policy.people import Group, Register, clearers
from policy.stored import plan_of

CORRECTING = (StatementKind.CORRECTION, StatementKind.APOLOGY_AND_CORRECTION)


def wording_of(seen: Snapshot, statement: Statement) -> Wording | None:
    """The version that now stands."""
    return seen.wordings.get(statement.wording_id) if statement.wording_id else None


def never_clears(seen: Snapshot, statement: Statement) -> frozenset[str]:
    """Author, poster and whoever cleared the original; who gave the facts is an author too."""
    wording = wording_of(seen, statement)
    facts_by = seen.incident.facts_by if statement.kind in CORRECTING else None
    involved = {
        wording.author if wording else None,
        facts_by,
        seen.incident.poster_email,
        seen.incident.cleared_by,
    }
    return frozenset(email for email in involved if email)


def groups_for(
    seen: Snapshot, statement: Statement, register: Register, now: datetime
) -> tuple[Group, ...]:
    """The groups of which each must give one yes; none while there is no plan.

    Once the words are overdue, those to whom they fall may clear as well.
    """
    plan = plan_of(seen.incident)
    if plan is None:
        return ()
    return clearers(
        plan,
        register,
        poster=seen.incident.poster_email,
        account=seen.accounts.get(statement.account_id),
        without=never_clears(seen, statement),
        overdue=statement.words_due_at is not None and statement.words_due_at <= now,
    )


def given(seen: Snapshot, statement: Statement) -> tuple[Clearance, ...]:
    """What people said of the exact bytes that now stand. Any edit leaves it behind."""
    wording = wording_of(seen, statement)
    return tuple(
        one
        for one in seen.clearances
        if wording and one.statement_id == statement.id and one.digest == wording.digest
    )
