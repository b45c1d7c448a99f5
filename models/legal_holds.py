"""Legal holds: a named person says that nothing of an incident may be erased for now."""

from datetime import datetime

from sqlmodel import Field, SQLModel, col, select

from models.columns import at, key
from models.store import Transaction


class LegalHold(SQLModel, table=True):
    """One hold. ``reason_sealed`` goes with the incident; that there was a hold stays."""

    __tablename__ = "legal_hold"

    id: str = key()
    incident_id: str = Field(foreign_key="incident.id", index=True)
    held_by: str = Field(max_length=254)
    held_at: datetime = at()
    reason_sealed: bytes | None = Field(default=None)
    released_by: str | None = Field(default=None, max_length=254)
    released_at: datetime | None = at(nullable=True)


def hold_now(tx: Transaction, incident_id: str) -> LegalHold | None:
    """The hold that stands; one at a time."""
    mine = select(LegalHold).where(
        col(LegalHold.incident_id) == incident_id, col(LegalHold.released_at).is_(None)
    )
    return tx.exec(mine.order_by(col(LegalHold.id))).first()
