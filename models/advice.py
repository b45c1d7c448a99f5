"""Advice before anything is posted: what somebody asked, and what they were told (line 38)."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from models.columns import at, key, word


class Verdict(StrEnum):
    """The answer in short, as the table of lines 76 to 80 has it."""

    GO_AHEAD = "go-ahead"
    CHANGE = "change"
    DO_NOT = "do-not"


class AdviceRequest(SQLModel, table=True):
    """Somebody is not sure of a post that is not out. It is no incident and never becomes one.

    The Digital Transformation Unit is always asked; ``manager`` and ``media_office`` say who else.
    ``answered_by`` is an address.
    """

    __tablename__ = "advice_request"

    id: str = key()
    person_id: str = Field(foreign_key="person.id", index=True)
    manager: bool = Field(default=False)
    media_office: bool = Field(default=False)
    text_sealed: bytes
    asked_at: datetime = at(index=True)
    verdict: Verdict | None = word(Verdict, nullable=True)
    answer_sealed: bytes | None = Field(default=None)
    answered_by: str | None = Field(default=None, max_length=254)
    answered_at: datetime | None = at(nullable=True)
