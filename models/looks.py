"""What each look saw of an act whose outcome is not known: for the person who must then decide."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel, col, select

from models.columns import at, key, word
from models.store import Transaction

MOST_LOOKS = 40
"""Rows of looks at one thing. Any more only make the last of them newer."""


class Saw(StrEnum):
    """What a look saw: of words, whether they are there; of a post, whether it is."""

    THERE = "there"
    ABSENT = "absent"
    SEVERAL = "several"
    UNREADABLE = "unreadable"
    NEVER_READABLE = "never-readable"


class Look(SQLModel, table=True):
    """Looks that one after another saw the same: the first, the last, and how many.

    ``target`` is the id of an effect or of a post. ``code`` is the raw code of what was in the
    way, or why what was found is not it. No content.
    """

    __tablename__ = "look"

    id: str = key()
    incident_id: str = Field(foreign_key="incident.id", index=True)
    target: str = Field(max_length=32, index=True)
    saw: Saw = word(Saw)
    code: str | None = Field(default=None, max_length=60)
    first_at: datetime = at()
    last_at: datetime = at()
    times: int = Field(default=1)


def note_look(
    tx: Transaction, incident_id: str, target: str, saw: Saw, code: str | None = None
) -> None:
    """Keep what was seen, in the transaction that acts on it."""
    now = tx.now()
    rows = tx.exec(
        select(Look).where(col(Look.target) == target).order_by(col(Look.last_at), col(Look.id))
    ).all()
    last = rows[-1] if rows else None
    if last is None or ((last.saw, last.code) != (saw, code) and len(rows) < MOST_LOOKS):
        last = Look(
            incident_id=incident_id, target=target, saw=saw, code=code, first_at=now, last_at=now
        )
    else:
        last.saw, last.code, last.last_at = saw, code, now
        last.times += 1
    tx.add(last)
