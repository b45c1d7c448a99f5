"""Public words: a statement, its wordings, and people's yes or no to exact bytes."""

import hashlib
import json
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.columns import at, key, word, words_list
from models.words import Role, StatementKind, StatementState


class Statement(SQLModel, table=True):
    """The public words due on one account. ``wording_id`` is the version that now stands.

    ``edits`` is the id of the post in whose place the words go; empty for a post of their own.
    ``restores`` is the id of the post that they publish again; empty for any other words.
    ``speaks_for`` is the account that carried the error, where another one says the words.
    ``in_place_of`` is the language that these English words stand in for; empty for any other.
    ``published_by`` is who published them by hand, ``attested_by`` the same person where nobody
    could read them there. ``length`` and ``longest`` are as the platform counts, where known.
    ``expires_at`` is until when words that go out ahead of those that are due (a holding line)
    should have been replaced; empty for any other words.
    """

    __tablename__ = "statement"
    __table_args__ = (
        UniqueConstraint(
            "incident_id", "account_id", "kind", "generation", "edits", "restores",
            name="uq_statement_once",
        ),
    )  # fmt: skip

    id: str = key()
    incident_id: str = Field(foreign_key="incident.id", index=True)
    account_id: str = Field(foreign_key="account.id")
    kind: StatementKind = word(StatementKind)
    generation: int = Field(default=1)
    edits: str = Field(default="", max_length=32)
    restores: str = Field(default="", max_length=32)
    speaks_for: str | None = Field(default=None, max_length=32)
    in_place_of: str = Field(default="", max_length=12)
    state: StatementState = word(StatementState, default=StatementState.DRAFTED)
    wording_id: str | None = Field(default=None, max_length=32)
    drafted_at: datetime = at()
    words_due_at: datetime | None = at(nullable=True)
    expires_at: datetime | None = at(nullable=True)
    published_at: datetime | None = at(nullable=True)
    remote_id: str | None = Field(default=None, max_length=500, index=True)
    url: str | None = Field(default=None, max_length=2000)
    published_by: str | None = Field(default=None, max_length=254)
    attested_by: str | None = Field(default=None, max_length=254)
    length: int | None = Field(default=None)
    longest: int | None = Field(default=None)


class Wording(SQLModel, table=True):
    """One version of a statement. ``digest`` is the SHA-256 that a clearance binds to:
    text, account, media and reply target. ``claims`` are the claims that it makes;
    ``template`` is empty when a person wrote it."""

    __tablename__ = "wording"
    __table_args__ = (UniqueConstraint("statement_id", "version"),)

    id: str = key()
    statement_id: str = Field(foreign_key="statement.id", index=True)
    version: int
    text_sealed: bytes
    digest: str = Field(max_length=64)
    language: str = Field(default="en", max_length=12)
    template: str | None = Field(default=None, max_length=100)
    author: str | None = Field(default=None, max_length=254)
    claims: list[str] = words_list()
    facts: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    written_at: datetime = at()


class Clearance(SQLModel, table=True):
    """A person's yes or no to the digest, in a role that the table lets clear.

    ``claims`` are those that the person says the words make, beside the wording's own;
    ``confirmed`` the codes of what they were shown and went on all the same. ``expired_at`` is when
    it had stood for so long without the words having gone out that it counts no more.
    """

    __tablename__ = "clearance"
    __table_args__ = (
        Index(
            "uq_clearance_once",
            "statement_id",
            "digest",
            "person_id",
            unique=True,
            sqlite_where=text("expired_at IS NULL"),
            postgresql_where=text("expired_at IS NULL"),
        ),
    )

    id: str = key()
    statement_id: str = Field(foreign_key="statement.id", index=True)
    digest: str = Field(max_length=64)
    person_id: str = Field(foreign_key="person.id")
    role: Role = word(Role)
    approved: bool
    reason: str | None = Field(default=None, max_length=1000)
    claims: list[str] = words_list()
    confirmed: list[str] = words_list()
    given_at: datetime = at()
    expired_at: datetime | None = at(nullable=True)


def wording_digest(text: str, *, platform: str, handle: str, edits: str = "") -> str:
    """The SHA-256 that a clearance binds to: text, account, media and reply target (design §3.8).

    Public words stand alone, so there is no media and no reply target; both are named all the
    same, so that a yes to words without them can never be taken for a yes to words with them.
    A yes to words in the place of a post (``edits``) is none to the same words alone.
    """
    named: dict[str, object] = {"account": [platform, handle], "media": [], "reply_to": None}
    if edits:
        named["edits"] = edits
    body = json.dumps(
        named | {"text": text},
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
    )
    return hashlib.sha256(body.encode()).hexdigest()
