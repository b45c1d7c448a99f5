"""That possible misconduct is considered; what comes of it is in the sealed case (lines 54-56)."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.columns import at, key, word
from models.words import Employer, ReferralState


class Referral(SQLModel, table=True):
    """That HR was told there is something to consider, which the table says of the kind alone.

    Its other columns are of older versions, and empty: a decision is in the sealed case.
    """

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
