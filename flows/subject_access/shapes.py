"""The shapes of person.json: what is held about one person, and nobody else's."""

from datetime import datetime

from pydantic import BaseModel

from flows.cases import CaseShape
from models.words import (
    Choice,
    DecisionType,
    Employer,
    Kind,
    NoticeState,
    PostState,
    Role,
)


class OfRegister(BaseModel):
    """The register's row about them. Who manages or stands in for them is theirs."""

    name: str
    address: str
    employer: Employer
    roles: list[Role]
    phone: str | None
    timezone: str
    hours: str | None
    away: list[str]
    has_left: bool


class OfAccess(BaseModel):
    """When they had a way in: a browser's session, a link to sign in, or a token."""

    way: str
    at: datetime
    until: datetime


class OfPost(BaseModel):
    """A post that they are said to have made."""

    platform: str
    account: str | None
    url: str | None
    state: PostState
    posted_at: datetime | None
    deleted_at: datetime | None
    text: str | None


class OfReport(BaseModel):
    """A report of theirs."""

    at: datetime
    times: int
    note: str | None


class OfNotice(BaseModel):
    """A message to them."""

    as_role: Role
    state: NoticeState
    sent_at: datetime | None
    acknowledged_at: datetime | None


class OfDecision(BaseModel):
    """What they decided."""

    type: DecisionType
    choice: Choice
    at: datetime
    text: str | None


class OfWording(BaseModel):
    """Words that they wrote."""

    at: datetime
    text: str | None


class OfClearance(BaseModel):
    """Their yes or no to words."""

    at: datetime
    approved: bool
    reason: str | None


class OfMention(BaseModel):
    """Where somebody else names them. ``text`` is the sentences that do."""

    where: str
    at: datetime
    text: str | None


class OfEntry(BaseModel):
    """An entry of the record that says what they did."""

    at: datetime
    sentence: str


class OfIncident(BaseModel):
    """One incident, as far as it is about them."""

    reference: str
    kinds: list[Kind]
    kinds_in_words: list[str]
    opened_at: datetime
    closed_at: datetime | None
    stands_as: list[str]
    posts: list[OfPost]
    reports: list[OfReport]
    notices: list[OfNotice]
    decisions: list[OfDecision]
    wordings: list[OfWording]
    clearances: list[OfClearance]
    mentions: list[OfMention]
    record: list[OfEntry]


class OfPerson(BaseModel):
    """Everything. ``left_out`` says what is not here, and why."""

    person: str
    made_at: datetime
    organisation: str
    left_out: list[str]
    register_entry: OfRegister | None
    accounts: list[str]
    access: list[OfAccess]
    incidents: list[OfIncident]
    cases: list[CaseShape]
