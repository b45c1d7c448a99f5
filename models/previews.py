"""What somebody pasted and has not reported yet: the engine reads it, only they are shown it."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from models.columns import at, key, word, words_list
from models.words import Audience

PREVIEWS = "previews"
"""What wakes the engine when somebody has pasted a link; no incident has this id."""

KEPT = timedelta(hours=24)
"""How long a preview waits for its report (design §9)."""


class PreviewState(StrEnum):
    """How far a preview has come. Of one that has ended nothing is left but that it was asked."""

    ASKED = "asked"
    READING = "reading"
    READ = "read"
    GONE = "gone"
    FAILED = "failed"
    ENDED = "ended"


class Preview(SQLModel, table=True):
    """One post that one person pasted. Its ``id`` is that of the capture which it becomes when
    they report it, and its manifest is sealed for that one: nothing is sealed or read anew.

    ``tries`` counts the readings begun, and tells an engine whose time has run out from the one
    that has the row now. ``files`` are named before they are written, so that each is found again;
    of a preview that has ended they are what is still to be destroyed.
    """

    __tablename__ = "preview"
    __table_args__ = (
        Index(
            "uq_preview_current",
            "person_id",
            "account_id",
            "remote_id",
            unique=True,
            sqlite_where=text("state != 'ended'"),
            postgresql_where=text("state != 'ended'"),
        ),
        Index("ix_preview_state_due_at", "state", "due_at"),
    )

    id: str = key()
    person_id: str = Field(foreign_key="person.id", index=True)
    account_id: str = Field(foreign_key="account.id")
    remote_id: str = Field(max_length=500)
    url: str = Field(max_length=2000)
    state: PreviewState = word(PreviewState, default=PreviewState.ASKED)
    tries: int = Field(default=0)
    asked_at: datetime = at(index=True)
    due_at: datetime | None = at(nullable=True)
    read_at: datetime | None = at(nullable=True)
    posted_at: datetime | None = at(nullable=True)
    digest: str = Field(default="", max_length=64)
    manifest_sealed: bytes | None = Field(default=None)
    files: list[str] = words_list()
    version: str | None = Field(default=None, max_length=200)
    audience: Audience | None = word(Audience, nullable=True)
