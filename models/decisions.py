"""Human decisions: a wait for a person is a row here, never a paused run."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import at, key, word, words_list
from models.words import Because, Choice, DecisionType


class Decision(SQLModel, table=True):
    """A question to people and its answer, or a decision that a person took unasked.

    ``asked_of`` holds the roles that may answer; ``due_at`` is when ``falls_to`` may as well.
    ``target`` is a post's, statement's or effect's id, or a step's name; empty for the incident.
    ``text_sealed`` holds what the person wrote (advice, reason), sealed. ``line`` is the line of
    the policy that the answer rests on, where one must be named; ``because`` is the code of why the
    question is asked anew. ``looked_at`` is when the one look began that this answer allows;
    ``remind_at`` when those who are asked hear of it again, for the time after ``reminders``.
    """

    __tablename__ = "decision"
    __table_args__ = (UniqueConstraint("incident_id", "type", "target", "generation"),)

    id: str = key()
    incident_id: str = Field(foreign_key="incident.id", index=True)
    type: DecisionType = word(DecisionType)
    target: str = Field(default="", max_length=100)
    generation: int = Field(default=1)
    asked_of: list[str] = words_list()
    falls_to: list[str] = words_list()
    asked_at: datetime = at()
    due_at: datetime | None = at(nullable=True)
    asked_told_at: datetime | None = at(nullable=True)
    overdue_told_at: datetime | None = at(nullable=True)
    choice: Choice | None = word(Choice, nullable=True)
    decided_by: str | None = Field(default=None, max_length=254)
    decided_at: datetime | None = at(nullable=True)
    text_sealed: bytes | None = Field(default=None)
    line: int | None = Field(default=None)
    because: Because | None = word(Because, nullable=True)
    looked_at: datetime | None = at(nullable=True)
    remind_at: datetime | None = at(nullable=True)
    reminders: int = Field(default=0)
    withdrawn_at: datetime | None = at(nullable=True)
