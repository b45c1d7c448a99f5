"""How people get in by a browser: links that work once, and sessions; only hashes are kept."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from models.columns import at, key, word

SIGN_INS = "sign-ins"
"""What wakes the engine when somebody has asked for a link; no incident has this id."""


class LinkState(StrEnum):
    """How far a link to sign in has come. ``code`` of the row says why one was not sent."""

    ASKED = "asked"
    SENDING = "sending"
    SENT = "sent"
    NOT_SENT = "not-sent"


class Sends(StrEnum):
    """What is mailed. Of a token that was made its owner is told, without any secret; so are those
    who are asked for advice before anything is posted, and whoever asked once it is given."""

    LINK = "link"
    CODE = "code"  # exchanged for a token
    TOLD = "told"
    ELSEWHERE = "elsewhere"  # nothing is: somebody is at the department's own sign-in service
    ADVICE_ASKED = "advice-asked"
    ADVICE_GIVEN = "advice-given"


class SignIn(SQLModel, table=True):
    """Somebody asked for a link to sign in, or for a code that they exchange for a token. The
    engine makes it: until then there is no ``digest``.

    Without an ``address`` it is the code of the first set-up, which works for one person of the
    register; or whoever has gone to sign in elsewhere and is to come back. ``goes_to`` is the page
    that they wanted; ``due_at`` when the engine looks next.
    """

    __tablename__ = "sign_in"
    __table_args__ = (Index("ix_sign_in_state_due_at", "state", "due_at"),)

    id: str = key()
    address: str = Field(max_length=254, index=True)
    goes_to: str = Field(max_length=200)
    sends: Sends = word(Sends, default=Sends.LINK)
    state: LinkState = word(LinkState)
    digest: str | None = Field(default=None, max_length=64, unique=True)
    code: str | None = Field(default=None, max_length=60)
    asked_at: datetime = at()
    due_at: datetime | None = at(nullable=True)
    expires_at: datetime = at()
    used_at: datetime | None = at(nullable=True)


class WebSession(SQLModel, table=True):
    """One browser in which somebody is signed in. ``expires_at`` comes however busy they are;
    ``seen_at`` tells how long they have been idle. ``draft_sealed`` is the report that they are
    writing: it goes with them into their next session."""

    __tablename__ = "web_session"

    id: str = key()
    person_id: str = Field(foreign_key="person.id", index=True)
    digest: str = Field(unique=True, max_length=64)
    made_at: datetime = at()
    seen_at: datetime = at()
    expires_at: datetime = at()
    revoked_at: datetime | None = at(nullable=True)
    draft_sealed: bytes | None = Field(default=None)
