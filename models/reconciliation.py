"""Reconcile mode: the database is older than the world, and nothing is sent until a person says."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel, col, select

from models.columns import at, key, word
from models.store import Transaction

RECONCILE_PAUSE = timedelta(seconds=15)
"""How long what may not be sent now waits until it is asked again whether it may."""


class WentBack(StrEnum):
    """How the database came to be older than the world."""

    RESTORED = "restored"
    COPIED_BACK = "copied-back"


class Found(StrEnum):
    """What reading back saw of something that the backup does not show as done."""

    THERE = "there"
    ABSENT = "absent"
    SEVERAL = "several"
    UNREADABLE = "unreadable"
    NEVER_READABLE = "never-readable"


class Reconciliation(SQLModel, table=True):
    """One time that the database went back. While ``open``, no effect is sent.

    ``known_until`` is the last moment that the database can know of: when the backup was made.
    ``archive`` is the SHA-256 of the backup's list of contents; empty where a file was copied back.
    ``unread`` is how many effects had not been read back when a person lifted it all the same.
    """

    __tablename__ = "reconciliation"
    __table_args__ = (
        Index(
            "uq_reconciliation_open",
            "open",
            unique=True,
            sqlite_where=text("open = 1"),
            postgresql_where=text("open"),
        ),
    )

    id: str = key()
    open: bool = Field(default=True)
    because: WentBack = word(WentBack)
    since: datetime = at()
    known_until: datetime = at()
    archive: str = Field(default="", max_length=64)
    lifted_at: datetime | None = at(nullable=True)
    lifted_by: str | None = Field(default=None, max_length=254)
    reason: str | None = Field(default=None, max_length=1000)
    unread: int = Field(default=0)


class Reading(SQLModel, table=True):
    """What was seen of one effect, or of a statement that is not published, since it went back.

    ``subject`` is its id. ``url`` is where it was found.
    """

    __tablename__ = "reading"
    __table_args__ = (UniqueConstraint("reconciliation_id", "subject"),)

    id: str = key()
    reconciliation_id: str = Field(foreign_key="reconciliation.id", index=True)
    subject: str = Field(max_length=32)
    found: Found = word(Found)
    url: str | None = Field(default=None, max_length=2000)
    looks: int = Field(default=1)
    looked_at: datetime = at()


def reconciliation_now(tx: Transaction) -> Reconciliation | None:
    """The one that is open, if the installation is in reconcile mode."""
    return tx.exec(select(Reconciliation).where(col(Reconciliation.open).is_(True))).first()


def is_reconciling(tx: Transaction) -> bool:
    """Whether nothing may be sent until a person lifts it."""
    here = select(Reconciliation.id).where(col(Reconciliation.open).is_(True))
    return tx.exec(here).first() is not None


def chain_of_reconciliation(reconciliation_id: str) -> str:
    """The name of the chain that its entries form."""
    return f"reconciliation:{reconciliation_id}"
