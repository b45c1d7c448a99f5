"""Reconcile mode in rows: how it begins, and what it holds back and does not know the end of."""

from datetime import datetime

from sqlmodel import col, delete, or_, select, update

from models.audit import chain_of_incident
from models.beats import Beat
from models.effects import Effect
from models.incident import Incident, Post
from models.people import Person
from models.reconciliation import (
    Found,
    Reading,
    Reconciliation,
    WentBack,
    chain_of_reconciliation,
    reconciliation_now,
)
from models.retries import LEAVING
from models.sign_in import SignIn, WebSession
from models.store import Transaction
from models.words import EffectState, PostState

SEEN_BEFORE = (PostState.DELETING, PostState.UNKNOWN, PostState.GONE)
"""Posts that are looked at once more: what was seen of them is as old as the backup."""

RESTORED = "restored"
"""What the record says of why it is not known whether something was done."""

NOT_FINAL = (
    EffectState.PLANNED,
    EffectState.AUTHORISED,
    EffectState.RETRY,
    EffectState.INFLIGHT,
    EffectState.UNKNOWN,
    EffectState.NEEDS_HUMAN,
)


def begin(tx: Transaction, because: WentBack, known_until: datetime, archive: str = "") -> str:
    """Send nothing from now on. Returns the id of the reconciliation, which may have been open
    in what was restored: then what that one did not know is not known still."""
    now = max(tx.now(), known_until)
    row = reconciliation_now(tx) or Reconciliation(
        because=because, since=now, known_until=known_until
    )
    row.because, row.since, row.archive = because, now, archive
    # No later than now, or what was done since then would be taken for older than the gap.
    row.known_until = min(row.known_until, known_until, tx.wall())
    tx.add(row)
    tx.flush()
    tx.exec(delete(Reading).where(col(Reading.reconciliation_id) == row.id))
    tx.exec(delete(Beat).where(col(Beat.role) == "engine"))
    _let_go(tx)
    _sign_everybody_out(tx, now)
    _look_again(tx, now)
    tx.record(
        chain_of_reconciliation(row.id),
        "amends",
        "reconciling",
        because=because.value,
        known_until=row.known_until.isoformat(),
    )
    _tell_the_record(tx, row)
    return row.id


def _let_go(tx: Transaction) -> None:
    """Nobody who held anything then holds it now; an outcome still to come is written no more."""
    tx.exec(update(Incident).values(lease_owner=None, lease_until=None, fence=Incident.fence + 1))
    tx.exec(
        update(Effect)
        .where(col(Effect.state).in_([EffectState.INFLIGHT, EffectState.UNKNOWN]))
        .values(lease_owner=None, lease_until=None, due_at=None, fence=Effect.fence + 1)
    )


def _sign_everybody_out(tx: Transaction, now: datetime) -> None:
    """Who signed out or lost a role since the backup is not to be signed in again by it."""
    tx.exec(update(Person).values(group_roles=[], group_roles_until=None))
    tx.exec(update(WebSession).where(col(WebSession.revoked_at).is_(None)).values(revoked_at=now))
    tx.exec(update(SignIn).where(col(SignIn.used_at).is_(None)).values(used_at=now))


def _look_again(tx: Transaction, now: datetime) -> None:
    open_ = select(Incident.id).where(col(Incident.closed_at).is_(None))
    tx.exec(
        update(Post)
        .where(col(Post.incident_id).in_(open_), col(Post.account_id).is_not(None))
        .where(col(Post.state).in_(SEEN_BEFORE))
        .values(look_at=now)
    )
    wake_open_incidents(tx, now)


def wake_open_incidents(tx: Transaction, now: datetime) -> None:
    """Have the procedure run for all that is not closed, and for what has yet to leave."""
    unsettled = select(Effect.incident_id).where(col(Effect.state).in_(NOT_FINAL))
    tx.exec(
        update(Incident)
        .where(or_(col(Incident.closed_at).is_(None), col(Incident.id).in_(unsettled)))
        .values(wake_at=now)
    )


def _tell_the_record(tx: Transaction, row: Reconciliation) -> None:
    """Each open incident says it: what happened to it after the backup is not told here."""
    for incident_id in tx.exec(select(Incident.id).where(col(Incident.closed_at).is_(None))).all():
        tx.record(
            chain_of_incident(incident_id),
            "amends",
            RESTORED,
            known_until=row.known_until.isoformat(),
        )


def is_unread(effect: Effect, reading: Reading | None, here: Reconciliation) -> bool:
    """Whether it is not yet known what became of it (pure). What was planned since the restore was
    not done before it: its like may have been, which is looked for when it is sent."""
    if effect.planned_at > here.since:
        return False
    if effect.state in (EffectState.INFLIGHT, EffectState.UNKNOWN):
        return True
    waits = effect.state in (EffectState.PLANNED, *LEAVING)
    return waits and (reading is None or reading.found == Found.UNREADABLE)


def readings_of(tx: Transaction, here: Reconciliation) -> dict[str, Reading]:
    """What was read back so far, by effect and by statement."""
    rows = tx.exec(select(Reading).where(col(Reading.reconciliation_id) == here.id))
    return {row.subject: row for row in rows}
