"""An incident, its reports, its posts and what was kept of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.columns import at, key, word, words_list
from models.words import Audience, CaptureDepth, IncidentState, PosterKnown, PostState, Wait


class Incident(SQLModel, table=True):
    """One mistake, with one or more posts.

    ``facts_sealed`` holds the wrong and the right claim and the source as sealed JSON;
    ``facts_by`` who gave them: the author of whatever words repeat them.
    ``wake_at`` is when the procedure should next run; ``stirred`` counts the inputs that people
    gave, so that a run which ends late cannot hide one that it has not seen, and ``shown`` the
    last of them that a run has covered. ``came_of`` is the reference of the incident whose public
    words are reported here; ``never_clear`` holds the addresses of who wrote or cleared those.
    ``erased_at`` is when its time was up: from then on there is none, but for its record.
    """

    __tablename__ = "incident"
    __table_args__ = (Index("ix_incident_state_id", "state", "id"),)

    id: str = key()
    reference: str = Field(unique=True, max_length=12)
    state: IncidentState = word(IncidentState, default=IncidentState.ACCEPTED)
    waiting_for: Wait | None = word(Wait, nullable=True)
    kinds: list[str] = words_list()
    circumstances: list[str] = words_list()
    severity: int = Field(default=3)
    poster_known: PosterKnown = word(PosterKnown, default=PosterKnown.UNKNOWN)
    poster_email: str | None = Field(default=None, max_length=254, index=True)
    cleared_by: str | None = Field(default=None, max_length=254)
    language: str = Field(default="en", max_length=12)
    facts_sealed: bytes | None = Field(default=None)
    facts_by: str | None = Field(default=None, max_length=254)
    came_of: str | None = Field(default=None, max_length=12, index=True)
    never_clear: list[str] = words_list()
    plan: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    generation: int = Field(default=1)
    opened_at: datetime = at(index=True)
    closed_at: datetime | None = at(nullable=True, index=True)
    erased_at: datetime | None = at(nullable=True)
    wake_at: datetime | None = at(nullable=True, index=True)
    stirred: int = Field(default=0)
    shown: int = Field(default=-1)
    lease_owner: str | None = Field(default=None, max_length=120)
    lease_until: datetime | None = at(nullable=True)
    fence: int = Field(default=0)


class Report(SQLModel, table=True):
    """One person's report of the incident. ``times`` counts how often they reported it."""

    __tablename__ = "report"
    __table_args__ = (
        UniqueConstraint("incident_id", "reporter_id"),
        Index("ix_report_reporter_incident", "reporter_id", "incident_id"),
    )

    id: str = key()
    incident_id: str = Field(foreign_key="incident.id", index=True)
    reporter_id: str = Field(foreign_key="person.id")
    times: int = Field(default=1)
    note_sealed: bytes | None = Field(default=None)
    unconfirmed_delete: bool = Field(default=False)
    made_at: datetime = at()


class IdempotencyKey(SQLModel, table=True):
    """What a request with this key was answered, so that a repeat gets the same answer."""

    __tablename__ = "idempotency_key"

    person_id: str = Field(foreign_key="person.id", primary_key=True)
    value: str = Field(primary_key=True, max_length=200)
    request_digest: str = Field(max_length=64)
    incident_id: str = Field(foreign_key="incident.id")
    created: bool = Field(default=True)
    made_at: datetime = at()


class Post(SQLModel, table=True):
    """One item on one account. ``account_id`` is empty for an account that we do not know.

    While ``open``, no second incident may hold the same post. ``realm`` is where its ``remote_id``
    is unique: an instance, an account's repository; empty where that is the whole platform.
    ``look_at`` is when it is looked at next; ``looks`` is how many of the re-checks after *gone*
    have been made. ``tries`` counts the captures that failed; ``try_at`` is when to try again.
    ``statement_id`` is the statement that was published as this post; empty for any other post.
    ``delete_asked_by`` holds the ids of those whose own report of this very post asks for its
    deletion.
    """

    __tablename__ = "post"
    __table_args__ = (
        Index(
            "uq_post_open",
            "platform",
            "realm",
            "remote_id",
            unique=True,
            sqlite_where=text("open = 1"),
            postgresql_where=text("open"),
        ),
        Index("ix_post_account_incident", "account_id", "incident_id"),
    )

    id: str = key()
    incident_id: str = Field(foreign_key="incident.id", index=True)
    account_id: str | None = Field(default=None, foreign_key="account.id")
    platform: str = Field(max_length=20)
    handle: str | None = Field(default=None, max_length=200)
    realm: str = Field(default="", max_length=300)
    remote_id: str = Field(max_length=500)
    url: str = Field(max_length=2000)
    open: bool = Field(default=True)
    state: PostState = word(PostState, default=PostState.LIVE)
    seen_gone_by: list[str] = words_list()
    reported_at: datetime = at()
    posted_at: datetime | None = at(nullable=True)
    deleted_at: datetime | None = at(nullable=True)
    verified_at: datetime | None = at(nullable=True)
    look_at: datetime | None = at(nullable=True)
    looks: int = Field(default=0)
    tries: int = Field(default=0)
    try_at: datetime | None = at(nullable=True)
    statement_id: str = Field(default="", max_length=32)
    delete_asked_by: list[str] = words_list()
    returns: int = Field(default=0)


class Capture(SQLModel, table=True):
    """What was kept before deletion. Content is sealed; media lie in files named by their hash.

    ``version`` is the platform's word for exactly what was kept. A capture is ``outdated`` when the
    post was found changed before its deletion: another one is taken, and both are kept. From
    ``erased_at`` on nobody is shown it; bytes and row go where no case rests on them.
    """

    __tablename__ = "capture"
    __table_args__ = (
        Index(
            "uq_capture_current",
            "post_id",
            unique=True,
            sqlite_where=text("outdated_at IS NULL"),
            postgresql_where=text("outdated_at IS NULL"),
        ),
    )

    id: str = key()
    post_id: str = Field(foreign_key="post.id", index=True)
    depth: CaptureDepth = word(CaptureDepth)
    digest: str = Field(max_length=64)
    manifest_sealed: bytes
    files: list[str] = words_list()
    version: str | None = Field(default=None, max_length=200)
    audience: Audience | None = word(Audience, nullable=True)
    taken_at: datetime = at()
    outdated_at: datetime | None = at(nullable=True)
    erased_at: datetime | None = at(nullable=True)
