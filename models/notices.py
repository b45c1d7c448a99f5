"""Messages to the chain, and people's word that they have them."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import at, key, word
from models.words import Delivery, Medium, NoticeState, Role


class Notice(SQLModel, table=True):
    """One message to one address. ``sealed`` notices belong to a referral: HR alone sees them.

    ``by`` is how it travels; a text is about the notice of the same template and generation, or
    about the one that it ``follows``: a reminder, or what others hear as nobody acknowledged that.
    ``delivery`` is what the carrier last said became of it, and ``look_at`` when it is asked next;
    both stay empty where a carrier does not say. A ``digest_line`` waits for ``due_at``;
    ``carried_by`` is the notice whose mail then holds it.
    """

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("incident_id", "template", "to_address", "generation", "by"),
        Index("ix_notice_address_incident", "to_address", "incident_id"),
    )

    id: str = key()
    incident_id: str = Field(foreign_key="incident.id", index=True)
    to_role: Role = word(Role)
    to_address: str = Field(max_length=254)
    template: str = Field(max_length=60)
    generation: int = Field(default=1)
    by: Medium = word(Medium, default=Medium.MAIL)
    follows: str | None = Field(default=None, max_length=32)
    state: NoticeState = word(NoticeState, default=NoticeState.QUEUED)
    digest_line: bool = Field(default=False)
    carried_by: str | None = Field(default=None, max_length=32, index=True)
    sealed: bool = Field(default=False)
    message_id: str = Field(max_length=200)
    link_digest: str | None = Field(default=None, max_length=64, index=True)
    queued_at: datetime = at()
    due_at: datetime | None = at(nullable=True)
    sent_at: datetime | None = at(nullable=True)
    delivery: Delivery | None = word(Delivery, nullable=True)
    look_at: datetime | None = at(nullable=True)


class Acknowledgement(SQLModel, table=True):
    """A person's word that a notice reached them, and the way they gave it."""

    __tablename__ = "acknowledgement"

    id: str = key()
    notice_id: str = Field(foreign_key="notice.id", unique=True)
    person_email: str = Field(max_length=254)
    way: str = Field(max_length=20)
    given_at: datetime = at()
