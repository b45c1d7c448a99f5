"""How far a notice that nobody has acknowledged has been brought to others."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.columns import at, key


class Escalation(SQLModel, table=True):
    """One notice that waits to be acknowledged.

    ``reached`` is the minute, by the table, of the last row that was carried out; ``next_at`` when
    the next one hears, empty where nobody is left. ``began_at`` is when its minutes began: when
    the notice was written, or when the incident was found to be graver.
    """

    __tablename__ = "escalation"

    id: str = key()
    incident_id: str = Field(foreign_key="incident.id", index=True)
    notice_id: str = Field(foreign_key="notice.id", unique=True)
    severity: int
    began_at: datetime = at()
    reached: int | None = Field(default=None)
    next_at: datetime | None = at(nullable=True, index=True)
    ended_at: datetime | None = at(nullable=True)
