"""A legal hold: a lawyer or the data protection officer says that nothing of an incident is erased
for now, for a court, a tribunal or an inquiry; and says when that is over."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from flows.refusals import NO_INCIDENT, AlreadyDecidedError, NotAllowedError, NotFoundError
from flows.retention import PURGE
from models.audit import chain_of_incident
from models.beats import Beat
from models.columns import new_id
from models.incident import Incident
from models.legal_holds import LegalHold, hold_now
from models.office import Office
from models.people import Person
from models.sealed import place
from models.snapshot import NoSuchIncidentError, incident_by
from models.store import Transaction
from models.words import Role

MAY_HOLD = frozenset({Role.LEGAL, Role.DPO})
MAY_SEE_HOLDS = MAY_HOLD | {Role.AUDITOR}

NOT_YOURS = "Only a lawyer of the department or the data protection officer can say so."
NOT_TO_SEE = (
    "Only a lawyer of the department, the data protection officer or an auditor can see this."
)
HELD = "It is held already."
NOT_HELD = "It is not held."


@dataclass(frozen=True)
class Held:
    """One hold that stands, or stood."""

    reference: str
    by: str
    at: datetime
    reason: str | None
    released_by: str | None
    released_at: datetime | None


def hold_by_law(office: Office, person: Person, reference: str, *, reason: str) -> None:
    """From now on nothing of the incident is erased. Raises NotAllowedError, NotFoundError where
    there is none any more, and AlreadyDecidedError."""
    with office.store.write("hold-by-law") as tx:
        incident = _held_still(tx, person, reference)
        if hold_now(tx, incident.id) is not None:
            raise AlreadyDecidedError(HELD)
        row = LegalHold(
            id=new_id(), incident_id=incident.id, held_by=person.email, held_at=tx.now()
        )
        row.reason_sealed = office.content.close(reason, _place(row))
        tx.add(row)
        tx.record(chain_of_incident(incident.id), person.email, "retained", hold=row.id)


def release_by_law(office: Office, person: Person, reference: str) -> None:
    """The incident goes when its time is up, which it may be already. Raises NotAllowedError,
    NotFoundError, and AlreadyDecidedError where it is not held."""
    with office.store.write("release-by-law") as tx:
        incident = _held_still(tx, person, reference)
        row = hold_now(tx, incident.id)
        if row is None:
            raise AlreadyDecidedError(NOT_HELD)
        row.released_by, row.released_at = person.email, tx.now()
        tx.add(row)
        tx.record(chain_of_incident(incident.id), person.email, "retention-released", hold=row.id)


def holds_seen(office: Office, person: Person) -> tuple[list[Held], datetime | None]:
    """Every hold that was ever placed, the newest first, and when there was last a purge. Raises
    NotAllowedError."""
    if MAY_SEE_HOLDS.isdisjoint(map(Role, person.roles)):
        raise NotAllowedError(NOT_TO_SEE)
    with office.store.read() as tx:
        rows = tx.exec(
            select(LegalHold, Incident.reference)
            .join(Incident, col(Incident.id) == col(LegalHold.incident_id))
            .order_by(col(LegalHold.id).desc())
        ).all()
        last = tx.get(Beat, PURGE)
    return [_seen(office, row, reference) for row, reference in rows], last.at if last else None


def _held_still(tx: Transaction, person: Person, reference: str) -> Incident:
    """The incident, which no purge takes until this is committed."""
    if MAY_HOLD.isdisjoint(map(Role, person.roles)):
        raise NotAllowedError(NOT_YOURS)
    try:
        incident = incident_by(tx, reference)
        tx.refresh(incident, with_for_update=True)
    except NoSuchIncidentError:
        raise NotFoundError(NO_INCIDENT) from None
    if incident.erased_at is not None:
        raise NotFoundError(NO_INCIDENT)
    return incident


def _seen(office: Office, row: LegalHold, reference: str) -> Held:
    sealed = row.reason_sealed
    reason = office.content.open_text(sealed, _place(row)) if sealed else None
    return Held(reference, row.held_by, row.held_at, reason, row.released_by, row.released_at)


def _place(row: LegalHold) -> str:
    return place("legal_hold", row.id, "reason")
