"""One lease per incident: no other engine touches it while ours is young (design §5)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlmodel import col, update

from flows.hands import Hands, is_dead
from models import leases
from models.incident import Incident
from models.leases import Lease, LeaseLostError

LENGTH = timedelta(seconds=60)
HEARTBEAT_SECONDS = 20.0


def take(hands: Hands, incident_id: str) -> Incident | None:
    """Hold the incident for this engine. None while another, living engine holds it."""
    with hands.office.store.write("take-lease") as tx:
        now = tx.now()
        incident = tx.get(Incident, incident_id)
        if incident is None:
            return None
        if incident.lease_owner not in (None, hands.owner):
            tx.hold_lease(incident_id)  # whoever held it has finished writing, or writes no more
            tx.refresh(incident)
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
            .where(col(Incident.lease_owner).is_not_distinct_from(owner))
            .where(col(Incident.lease_until).is_not_distinct_from(incident.lease_until))
            .values(
                lease_owner=hands.owner,
                lease_until=now + LENGTH,
                fence=incident.fence + (owner != hands.owner),
            )
        )
    return incident if taken else None


@contextmanager
def kept(hands: Hands, incident: Incident) -> Iterator[None]:
    """Write in here only while no other engine takes the incident: a worker that was frozen for
    longer than the lease finds it taken. Raises LeaseLostError."""
    if incident.lease_owner not in (None, hands.owner):
        raise LeaseLostError
    with leases.under(Lease(incident.id, incident.fence)):
        yield


def beat(hands: Hands) -> None:
    """Keep every lease of this engine young."""
    with hands.office.store.write("heartbeat") as tx:
        tx.exec(
            update(Incident)
            .where(col(Incident.lease_owner) == hands.owner, col(Incident.lease_until).is_not(None))
            .values(lease_until=tx.now() + LENGTH)
        )


def give_back(hands: Hands, incident_id: str) -> None:
    """Let any engine take the incident. Who held it last stays written down: only another engine
    raises the fence."""
    with hands.office.store.write("give-back-lease") as tx:
        tx.exec(
            update(Incident)
            .where(col(Incident.id) == incident_id, col(Incident.lease_owner) == hands.owner)
            .values(lease_until=None)
        )
