"""Requests for information about an incident: noted by a person, and kept with their clock."""

from datetime import date, datetime

from sqlmodel import Field, SQLModel, col, func, or_, select

from models.columns import at, key
from models.store import Transaction


class InformationRequest(SQLModel, table=True):
    """Somebody has asked, under the Freedom of Information Act, for what we hold of the incident.

    ``received_on`` and ``due_on`` are days, as ``2026-11-23``: the law counts in them. The row is
    never removed, and nothing of the incident is until its own time after the answer (section 77).
    ``text_sealed`` holds what was noted with it, sealed; ``remind_at`` is when people hear of it
    again, for the time after ``reminders``.
    """

    __tablename__ = "information_request"

    id: str = key()
    incident_id: str = Field(foreign_key="incident.id", index=True)
    received_on: str = Field(max_length=10)
    due_on: str = Field(max_length=10)
    noted_by: str = Field(max_length=254)
    noted_at: datetime = at()
    remind_at: datetime | None = at(nullable=True, index=True)
    reminders: int = Field(default=0)
    answered_by: str | None = Field(default=None, max_length=254)
    answered_at: datetime | None = at(nullable=True)
    text_sealed: bytes | None = Field(default=None)

    @property
    def received(self) -> date:
        """The day on which it came in."""
        return date.fromisoformat(self.received_on)

    @property
    def due(self) -> date:
        """The last day for the answer."""
        return date.fromisoformat(self.due_on)


def must_be_kept(tx: Transaction, incident_id: str, answered_since: datetime) -> bool:
    """Whether somebody has asked for what we hold of the incident, and waits for the answer or was
    answered after this moment: then none of it is destroyed."""
    answered = col(InformationRequest.answered_at)
    same = select(InformationRequest.id).where(
        col(InformationRequest.incident_id) == incident_id,
        or_(answered.is_(None), answered > answered_since),
    )
    return tx.exec(same.limit(1)).first() is not None


def is_one_open(tx: Transaction, incident_id: str) -> bool:
    """Whether a request waits for its answer: until then not even what has had its time may go."""
    mine = select(InformationRequest.id).where(
        col(InformationRequest.incident_id) == incident_id,
        col(InformationRequest.answered_at).is_(None),
    )
    return tx.exec(mine.limit(1)).first() is not None


def requests_of(tx: Transaction, incident_id: str) -> tuple[InformationRequest, ...]:
    """All that were noted, the oldest first."""
    same = select(InformationRequest).where(col(InformationRequest.incident_id) == incident_id)
    return tuple(tx.exec(same.order_by(col(InformationRequest.id))))


def next_reminder_of(tx: Transaction, incident_id: str) -> datetime | None:
    """When people next hear of a request that is not answered."""
    return tx.exec(
        select(func.min(InformationRequest.remind_at)).where(
            col(InformationRequest.incident_id) == incident_id,
            col(InformationRequest.answered_at).is_(None),
        )
    ).one()
