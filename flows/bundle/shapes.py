"""The shapes of incident.json in an archive.

What a level does not show is null or empty. No row's id is among them: with one, whoever holds an
archive could guess at entries of the record of which they are given the digest alone.
"""

from datetime import datetime

from pydantic import BaseModel

from models.words import (
    Choice,
    Circumstance,
    DecisionType,
    EffectKind,
    IncidentState,
    Kind,
    NoticeState,
    Outcome,
    PosterKnown,
    PostState,
    Role,
    StatementKind,
    StatementState,
)
from policy.disclosure import Level


class ShownMedium(BaseModel):
    """A picture or film that was kept. ``file`` is its place in the archive, where it is there."""

    sha256: str
    type: str
    alt_text: str | None
    file: str | None


class ShownPost(BaseModel):
    """One post. ``kept`` is how much of it was kept, ``withheld`` why its words are not here."""

    number: int
    platform: str
    account: str | None
    ours: bool
    url: str | None
    state: PostState
    seen_gone_by: list[str]
    posted_at: datetime | None
    reported_at: datetime
    deleted_at: datetime | None
    verified_at: datetime | None
    kept: str | None
    kept_at: datetime | None
    kept_digest: str | None
    warning: str | None
    text: str | None
    withheld: str | None
    media: list[ShownMedium]


class ShownStatement(BaseModel):
    """Public words, or words that were to be public."""

    number: int
    kind: StatementKind
    state: StatementState
    platform: str
    account: str
    language: str | None
    text: str | None
    url: str | None
    due_at: datetime | None
    published_at: datetime | None
    author: str | None
    cleared_by: list[str]
    refused_by: list[str]


class ShownNotice(BaseModel):
    """A message inside the department: to which role, and when."""

    to_role: Role
    to: str | None
    state: NoticeState
    sent_at: datetime | None
    acknowledged_at: datetime | None


class ShownDecision(BaseModel):
    """What a person decided, and what they wrote with it."""

    type: DecisionType
    choice: Choice
    by: str
    at: datetime
    text: str | None
    line: int | None
    withdrawn_at: datetime | None


class ShownReport(BaseModel):
    """One person's report."""

    at: datetime
    times: int
    by: str
    note: str | None


class ShownRequest(BaseModel):
    """A request for information about the incident."""

    received_on: str
    due_on: str
    answered_at: datetime | None
    text: str | None


class ShownFacts(BaseModel):
    """What was wrong, what is right, and where that can be read."""

    wrong: str | None
    right: str | None
    source_url: str | None


class ShownAttempt(BaseModel):
    """One call to a platform or a carrier of messages."""

    act: EffectKind
    at: datetime
    ended_at: datetime | None
    outcome: Outcome | None
    code: str | None


class ShownEntry(BaseModel):
    """A line of the timeline; ``entry`` is its number in the record."""

    entry: int
    at: datetime
    by: str
    sentence: str


class ShownIncident(BaseModel):
    """An incident, as far as a level shows it. ``left_out`` says what that is not."""

    reference: str
    level: Level
    made_at: datetime
    organisation: str
    left_out: list[str]
    state: IncidentState
    kinds: list[Kind]
    kinds_in_words: list[str]
    circumstances: list[Circumstance]
    severity: int
    policy_lines: list[int]
    opened_at: datetime
    closed_at: datetime | None
    seconds_to_delete: float | None
    seconds_to_words: float | None
    poster_known: PosterKnown
    poster: str | None
    posts: list[ShownPost]
    statements: list[ShownStatement]
    notices: list[ShownNotice]
    reports: list[ShownReport]
    facts: ShownFacts | None
    decisions: list[ShownDecision]
    requests: list[ShownRequest]
    attempts: list[ShownAttempt]
    timeline: list[ShownEntry]
