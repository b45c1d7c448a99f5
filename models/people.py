"""People and accounts, as the register of the organisation has them, and their tokens."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import at, key, word, words_list
from models.words import Employer, Role, Tier


class Person(SQLModel, table=True):
    """Someone who can report, clear, decide or be told. Addresses are stored in lower case.

    ``hours`` and ``away`` are as amends.toml writes them (``models/hours.py``); ``holidays`` names
    a calendar of bank holidays. What is left out is the organisation's.

    ``roles`` are the file's; ``group_roles`` those that the department's own sign-in service has
    given them besides, until ``group_roles_until`` (``models/group_roles.py``).
    """

    __tablename__ = "person"

    id: str = key()
    email: str = Field(unique=True, max_length=254)
    name: str = Field(max_length=200)
    employer: Employer = word(Employer, default=Employer.FCO)
    line_manager: str | None = Field(default=None, max_length=254)
    deputy: str | None = Field(default=None, max_length=254)
    roles: list[str] = words_list()
    group_roles: list[str] = words_list()
    group_roles_until: datetime | None = at(nullable=True)
    phone: str | None = Field(default=None, max_length=40)
    timezone: str = Field(default="Europe/London", max_length=60)
    hours: str | None = Field(default=None, max_length=60)
    holidays: str | None = Field(default=None, max_length=20)
    away: list[str] = words_list()
    registered: bool = Field(default=True)

    def has_role(self, role: Role) -> bool:
        """Whether the register, or a group of theirs, gives this person the role. Relations are
        not among them."""
        return role.value in self.roles or role.value in self.group_roles


class Account(SQLModel, table=True):
    """An official account of the organisation. Personal accounts are never registered."""

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("platform", "handle"),)

    id: str = key()
    platform: str = Field(max_length=20)
    handle: str = Field(max_length=200)
    tier: Tier = word(Tier, default=Tier.OFFICIAL)
    owner: str = Field(max_length=254)
    publishers: list[str] = words_list()
    languages: list[str] = words_list()
    credentials: str | None = Field(default=None, max_length=300)
    base_url: str | None = Field(default=None, max_length=300)
    registered: bool = Field(default=True)
    held_by: str | None = Field(default=None, max_length=254)
    held_until: datetime | None = at(nullable=True)
    held_because: str | None = Field(default=None, max_length=500)

    def published_by(self, email: str) -> bool:
        """Whether this person may publish on the account (its owner may)."""
        return email == self.owner or email in self.publishers


class Token(SQLModel, table=True):
    """A bearer token: only its SHA-256 is kept."""

    __tablename__ = "token"

    id: str = key()
    person_id: str = Field(foreign_key="person.id", index=True)
    digest: str = Field(unique=True, max_length=64)
    made_at: datetime = at()
    expires_at: datetime = at()
    revoked_at: datetime | None = at(nullable=True)
    claim_digest: str | None = Field(default=None, max_length=64, unique=True)
