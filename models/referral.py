"""The sealed side: a named person's decision on possible misconduct (lines 54-56, 126)."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.columns import at, key, word
from models.words import Employer, ReferralState


class Referral(SQLModel, table=True):
    """Whether possible misconduct is referred, by whom, under which rule. HR alone reads it."""

    __tablename__ = "referral"

    id: str = key()
    incident_id: str = Field(foreign_key="incident.id", unique=True)
    state: ReferralState = word(ReferralState, default=ReferralState.CONSIDERING)
    route: Employer | None = word(Employer, nullable=True)
    considered_at: datetime = at()
    rule_sealed: bytes | None = Field(default=None)
    reason_sealed: bytes | None = Field(default=None)
    decided_by: str | None = Field(default=None, max_length=254)
    decided_at: datetime | None = at(nullable=True)
