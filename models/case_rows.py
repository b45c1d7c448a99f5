"""The rows of cases: sealed bytes, found by a mark, behind a door that the database guards.

Nothing in them tells which incident a case is about, whose it is, or how it stands: a dump shows
that there are sealed rows, how long they are, when something falls due, and no more.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlmodel import Field, SQLModel

from models.columns import at, key, word
from models.store import Transaction


class LetterState(StrEnum):
    """Where a letter that leaves a case stands."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    REFUSED = "refused"


class SealedCase(SQLModel, table=True):
    """One case. ``content_sealed`` holds all of it, closed with a key of its own.

    ``mark`` finds it, for whoever has the key of marks. ``door`` and ``round`` are the SHA-256 of
    the words that open the row on PostgreSQL: its own, and the one of the engine's rounds.
    ``key_wrapped`` is the case's key, closed with the master key ``master``; destroyed, the case
    can never be read again. ``version`` grows with each change: a change of an older one hits no
    row. ``due_at`` is when the engine looks at it next.
    """

    __tablename__ = "sealed_case"

    id: str = key()
    mark: str = Field(unique=True, max_length=64)
    door: str = Field(max_length=64)
    round: str = Field(max_length=64)
    master: str = Field(max_length=16)
    key_wrapped: bytes | None = Field(default=None)
    content_sealed: bytes | None = Field(default=None)
    version: int = Field(default=1)
    due_at: datetime | None = at(nullable=True, index=True)
    destroyed_at: datetime | None = at(nullable=True)


class CaseLetter(SQLModel, table=True):
    """One mail that leaves a case, frozen and sealed with the case's key. It says nothing itself.

    ``once`` is unique: what is queued again by a repeated round is queued once. ``tries`` counts
    the calls; ``sending`` past ``lease_until`` belongs to a process that died.
    """

    __tablename__ = "case_letter"

    id: str = key()
    case_id: str = Field(foreign_key="sealed_case.id", index=True)
    door: str = Field(max_length=64)
    round: str = Field(max_length=64)
    once: str = Field(unique=True, max_length=64)
    payload_sealed: bytes
    state: LetterState = word(LetterState, default=LetterState.QUEUED)
    tries: int = Field(default=0)
    fence: int = Field(default=0)
    due_at: datetime | None = at(nullable=True, index=True)
    lease_until: datetime | None = at(nullable=True)


DOOR = "amends.case_door"
ROUND = "amends.case_round"


def knock(tx: Transaction, setting: str, word: str) -> None:
    """Open rows to the rest of this transaction, where the database guards them."""
    if tx.postgres:
        tx.execute(select(func.set_config(setting, word, True)))
