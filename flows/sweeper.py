"""The sweeper: whatever does not move is found by its row, whatever woke, ran or died before."""

from sqlmodel import col, func, or_, select

from flows.hands import Hands, is_dead
from models.incident import Incident

AT_ONCE = 200


def due_incidents(hands: Hands) -> list[str]:
    """Incidents that are due and that no other living engine holds; the gravest first."""
    with hands.office.store.read() as tx:
        now = tx.now()
        rows = tx.exec(
            select(Incident.id, Incident.lease_owner, Incident.lease_until)
            .where(col(Incident.wake_at) <= now)
            .order_by(col(Incident.severity), col(Incident.wake_at))
            .limit(AT_ONCE)
        ).all()
    return [
        incident_id
        for incident_id, owner, until in rows
        if owner in (None, hands.owner) or until is None or until <= now or is_dead(owner)
    ]


def seconds_left(hands: Hands) -> float | None:
    """How long until the next incident falls due."""
    with hands.office.store.read() as tx:
        due = tx.exec(
            select(func.min(Incident.wake_at)).where(
                or_(col(Incident.lease_until).is_(None), col(Incident.lease_owner) == hands.owner)
            )
        ).one()
        return (due - tx.now()).total_seconds() if due else None
