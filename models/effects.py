"""The ledger's rows: one act on the outside world, and each try at it (design §6)."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.columns import at, key, word
from models.words import EffectKind, EffectState, Outcome

LIVE = "state NOT IN ('confirmed','rejected','abandoned','withdrawn')"


class Effect(SQLModel, table=True):
    """One outside act, frozen at planning.

    ``payload_sealed`` are the bytes that will be sent and ``digest`` their SHA-256.
    ``fence`` grows with each claim: an outcome written under an older one hits no row.
    ``due_at`` is when a retry or a read-back is next due.
    """

    __tablename__ = "effect"
    __table_args__ = (
        UniqueConstraint("incident_id", "kind", "target", "generation"),
        Index(
            "uq_effect_live",
            "kind",
            "target",
            unique=True,
            sqlite_where=text(LIVE),
            postgresql_where=text(LIVE),
        ),
    )

    id: str = key()
    incident_id: str = Field(foreign_key="incident.id", index=True)
    kind: EffectKind = word(EffectKind)
    target: str = Field(max_length=100)
    generation: int = Field(default=1)
    account_id: str | None = Field(default=None, foreign_key="account.id")
    state: EffectState = word(EffectState, index=True, default=EffectState.PLANNED)
    idempotency_key: str = Field(max_length=100)
    payload_sealed: bytes
    digest: str = Field(max_length=64)
    sealed: bool = Field(default=False)
    attempts: int = Field(default=0)
    fence: int = Field(default=0)
    lease_owner: str | None = Field(default=None, max_length=120)
    lease_until: datetime | None = at(nullable=True)
    due_at: datetime | None = at(nullable=True)
    code: str | None = Field(default=None, max_length=60)
    remote_id: str | None = Field(default=None, max_length=500)
    url: str | None = Field(default=None, max_length=2000)
    planned_at: datetime = at()
    settled_at: datetime | None = at(nullable=True)


class Attempt(SQLModel, table=True):
    """One try at an effect. ``outcome`` stays empty when the process died before it knew."""

    __tablename__ = "attempt"
    __table_args__ = (UniqueConstraint("effect_id", "number"),)

    id: str = key()
    effect_id: str = Field(foreign_key="effect.id", index=True)
    number: int
    fence: int
    started_at: datetime = at()
    ended_at: datetime | None = at(nullable=True)
    outcome: Outcome | None = word(Outcome, nullable=True)
    code: str | None = Field(default=None, max_length=60)
