"""How each connection was when an engine last tried it, and who may act on an account for real."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.columns import at, words_list

CHECKS = "connections"
"""What wakes the engine when somebody asks for a check; no incident has this id."""


class AccountCheck(SQLModel, table=True):
    """What the last check of an account's connection found. An engine makes it: nobody else holds
    the credentials.

    ``due_at`` is when it is made next; while an engine is at it, when another may. ``able`` are the
    words of what can be done, ``problems`` sentences that say what is wrong; ``code`` is the raw
    code where the platform could not be asked. No credential and no content.
    """

    __tablename__ = "account_check"

    account_id: str = Field(primary_key=True, foreign_key="account.id", max_length=32)
    due_at: datetime = at(index=True)
    asked_at: datetime | None = at(nullable=True)
    asked_by: str | None = Field(default=None, max_length=254)
    checked_at: datetime | None = at(nullable=True)
    able: list[str] = words_list()
    problems: list[str] = words_list()
    code: str | None = Field(default=None, max_length=60)

    @property
    def is_awaited(self) -> bool:
        """Whether somebody has asked since it was last made."""
        if self.asked_at is None:
            return False
        return self.checked_at is None or self.checked_at < self.asked_at

    @property
    def is_well(self) -> bool:
        """Whether the last check found nothing wrong."""
        return self.checked_at is not None and not self.problems and self.code is None


class GoingLive(SQLModel, table=True):
    """That somebody asked for an account in dry-run to be made live, and who confirmed it.

    ``connection`` is the digest of where it leads: a yes to one connection is none to another.
    """

    __tablename__ = "going_live"

    account_id: str = Field(primary_key=True, foreign_key="account.id", max_length=32)
    connection: str = Field(max_length=64)
    asked_by: str = Field(max_length=254)
    asked_at: datetime = at()
    confirmed_by: str | None = Field(default=None, max_length=254)
    confirmed_at: datetime | None = at(nullable=True)


def chain_of_account(account_id: str) -> str:
    """The name of the chain that tells of an account's connection."""
    return f"account:{account_id}"
