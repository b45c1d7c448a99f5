"""One lease per incident: no other engine touches it while ours is young (design §5)."""

from datetime import timedelta

from sqlmodel import col, or_, update

from flows.hands import Hands, is_dead
from models.incident import Incident

LENGTH = timedelta(seconds=60)
HEARTBEAT_SECONDS = 20.0


def take(hands: Hands, incident_id: str) -> Incident | None:
    """Hold the incident for this engine. None while another, living engine holds it."""
    with hands.office.store.write("take-lease") as tx:
        now = tx.now()
        incident = tx.get(Incident, incident_id)
        if incident is None:
            return None
        owner = incident.lease_owner
        free = (
            owner in (None, hands.owner)
            or incident.lease_until is None
            or incident.lease_until <= now
            or is_dead(str(owner))
        )
        if not free:
            return None
        taken = tx.changed(
            update(Incident)
            .where(col(Incident.id) == incident_id, col(Incident.fence) == incident.fence)
            .where(or_(col(Incident.lease_owner).is_(None), col(Incident.lease_owner) == owner))
            .values(
                lease_owner=hands.owner,
                lease_until=now + LENGTH,
                fence=incident.fence + (owner != hands.owner),
            )
        )
    return incident if taken else None


def beat(hands: Hands) -> None:
    """Keep every lease of this engine young."""
    with hands.office.store.write("heartbeat") as tx:
        tx.exec(
            update(Incident)
            .where(col(Incident.lease_owner) == hands.owner)
            .values(lease_until=tx.now() + LENGTH)
        )


def give_back(hands: Hands, incident_id: str) -> None:
    """Let any engine take the incident."""
    with hands.office.store.write("give-back-lease") as tx:
        tx.exec(
            update(Incident)
            .where(col(Incident.id) == incident_id, col(Incident.lease_owner) == hands.owner)
            .values(lease_owner=None, lease_until=None)
        )
