"""The shapes of what the interface says of incidents; their names are a contract (design §9)."""

from datetime import date, datetime

from pydantic import BaseModel, Field

from flows.inspecting import HowRead
from models.looks import Saw
from models.parity import Carries
from models.retries import RetryCode, RetryOf
from models.settlement import SettleOf
from models.standing import StepState
from models.words import (
    Because,
    Choice,
    Circumstance,
    DecisionType,
    DeleteWord,
    Delivery,
    EffectState,
    IncidentState,
    Kind,
    Medium,
    NoticeState,
    Outcome,
    PosterKnown,
    PostState,
    Role,
    StatementKind,
    StatementState,
    Step,
    Tier,
    Wait,
)
from policy.access import Relation
from policy.correcting import How
from policy.looking import Sort
from policy.plan import ClearanceMode, CorrectionWord
from policy.taint.words import Gap, Origin
from policy.words import Claim, Finding


class PostShape(BaseModel):
    """One post. ``account`` is its handle; ``seen_gone_by`` has ``own`` and ``public`` reads.

    ``ours`` is false for an account that is not in the register: it is never called, and looked at
    once at most. ``attested_by`` is who said that the post is gone, where nobody could verify it.
    """

    id: str
    url: str
    platform: str
    account: str | None
    ours: bool
    state: PostState
    seen_gone_by: list[str]
    attested_by: str | None
    captured: bool
    reported_at: datetime
    deleted_at: datetime | None
    verified_at: datetime | None


class TaintCheckShape(BaseModel):
    """What public words of a secret, personal or dangerous mistake were held against, and what of
    it nobody but a person can hold them against."""

    against: list[Origin]
    gaps: list[Gap]
    sentence: str


class ChangeShape(BaseModel):
    """A run of words that a correction leaves, takes out or puts in, in their order."""

    how: How
    text: str


class ClaimShape(BaseModel):
    """A claim that the words make or may make, by the truth gate."""

    claim: Claim
    says: str = Field(description="what it says, after “the words say”")
    how: HowRead = Field(
        description="`says`: the words make it; `may-say`: they may; `not-read`: some are not "
        "English that we can read, or we understood nothing of them"
    )
    sentences: list[int] = Field(description="in which sentences of the words, from 1")
    why_not: str | None = Field(description="why it may not be made now; null where it may")
    asked: bool = Field(description="whether a clearer must say if the words make it")


class FindingShape(BaseModel):
    """Something that was found in words that are not out yet."""

    finding: Finding
    then: Sort = Field(
        description="`refused`: the words cannot be sent with it; `look-again`: the clearer looks, "
        "and may go on by naming it in `confirmed`"
    )
    sentence: str = Field(description="what and where, for people")
    start: int = Field(description="where it begins in `text`, in characters from 0")
    end: int = Field(description="where it ends; 0 where it is about all of the words")
    instead: list[str] = Field(description="what may be meant")


class StatementShape(BaseModel):
    """Public words. ``digest`` is what a clearance binds to; ``you_may_clear`` is about you.

    ``edits`` is the id of the post in whose place they go; none where they stand alone.
    ``speaks_for`` is the handle of the account that carried the error, where another one speaks.
    ``in_place_of`` is the language that these English words stand in for, and ``language_note``
    says in words what is to be known of their language.
    ``restores`` is the id of the post that they publish again, where it was deleted wrongly.
    ``published_by_hand_by`` is who published them, where Amends could not; ``attested_by`` on whose
    word alone they count as published, where nobody could read them there. ``length`` and
    ``longest`` are as the platform counts; null where that is not known or not needed.
    """

    id: str
    digest: str | None
    kind: StatementKind
    state: StatementState
    edits: str | None
    restores: str | None
    speaks_for: str | None
    text: str | None
    language: str | None
    in_place_of: str | None
    language_note: str | None
    platform: str
    account: str
    url: str | None
    author: str | None
    cleared_by: list[str]
    cleared_until: datetime | None = Field(
        description="when the clearance runs out, if the words are not out by then"
    )
    refused_by: list[str]
    words_due_at: datetime | None
    expires_at: datetime | None = Field(
        description="of words that go out ahead of those that are due (a holding line), when they "
        "should have been replaced; null for any other words"
    )
    replaced_by: str | None = Field(description="of such, the id of the words that did so")
    published_at: datetime | None
    published_by_hand_by: str | None
    attested_by: str | None
    length: int | None
    longest: int | None
    you_may_clear: bool
    taint_check: TaintCheckShape | None
    claims: list[ClaimShape] = Field(description="until the words are out")
    findings: list[FindingShape] = Field(description="until the words are out")
    difference: list[ChangeShape] = Field(
        description="of a correction, from what was wrong to what is right; of words in the place "
        "of a post, from the post as it was kept; empty where there is none, or none of yours"
    )


class WordsOnShape(BaseModel):
    """Whether one account that carried the error carries the words."""

    platform: str
    account: str
    carries: Carries = Field(
        description="`said`, `said-elsewhere` by another account of ours, `waived` by somebody, or "
        "`missing`: not yet, and the incident cannot be closed before"
    )
    statement: str | None = Field(description="the id of the words that stand for it, if any")
    said_on: str | None = Field(description="the other account, where that one says them")
    waived_by: str | None
    reason: str | None = Field(description="why they were let go; for the DTU, null for others")


class RingShape(BaseModel):
    """Whom a person rings now, and on what number; null where the register has none."""

    name: str
    phone: str | None


class NoticeShape(BaseModel):
    """One message to the chain. ``yours`` is about you: such a one you can acknowledge.

    ``delivery`` is what the carrier says became of it, where it says; ``ring`` whom the Digital
    Transformation Unit rings, since no carrier makes calls: who was not reached, or has not
    answered though everyone was told.
    """

    id: str
    to_role: Role
    by: Medium
    state: NoticeState
    delivery: Delivery | None
    ring: RingShape | None
    sent_at: datetime | None
    acknowledged_at: datetime | None
    yours: bool


class ClockShape(BaseModel):
    """Seconds since the report; those to deletion and to words are null until all are done."""

    seconds_since_report: float
    seconds_to_delete: float | None
    seconds_to_words: float | None


class WaitShape(BaseModel):
    """One thing that is waited for. ``you_may_answer`` is about you.

    ``because`` says why it is asked anew, and ``because_label`` says it in words.
    """

    waiting_for: Wait
    label: str
    target: str
    decision: DecisionType | None
    asked_of: list[str]
    since: datetime | None
    due_at: datetime | None
    because: Because | None
    because_label: str | None
    you_may_answer: bool


class RetryShape(BaseModel):
    """What is tried again without anybody's doing: what, why, and when."""

    what: RetryOf = Field(description="the act; `look` is a look whether the post is gone")
    target: str = Field(description="the id of the post, the statement or the notice")
    platform: str | None = Field(description="null for a notice")
    account: str | None = Field(description="the handle; null for a notice")
    to_role: Role | None = Field(description="whom a notice is for")
    state: EffectState = Field(
        description="`retry`: it certainly did not happen; `unknown`: that is still looked for; "
        "`authorised`: it was not tried yet"
    )
    code: RetryCode = Field(description="why, from a closed list")
    sentence: str = Field(description="the whole of it for people, in UTC")
    tries: int = Field(description="how often it was tried")
    next_at: datetime | None = Field(description="when it is tried next; null for at once")


class AttemptShape(BaseModel):
    """One time that it was sent, or was to be. ``outcome`` is null while, or where, nobody knows
    how it ended."""

    at: datetime
    ended_at: datetime | None
    outcome: Outcome | None
    sentence: str


class LookShape(BaseModel):
    """Looks that one after another saw the same: the first, the last and how many."""

    first_at: datetime
    last_at: datetime
    times: int
    saw: Saw
    sentence: str


class AnswerShape(BaseModel):
    """One answer that a person can give, and what it will do."""

    choice: Choice
    needs_link: bool = Field(description="whether the link must be given with it")
    sentence: str


class SettlementShape(BaseModel):
    """What a machine could not settle: a person says whether it is there.

    ``target`` is what the answer names. ``text`` are the words that were sent, ``url`` the post's
    link; ``to_role`` is whom a notice is for.
    """

    of: SettleOf
    target: str
    platform: str | None
    account: str | None
    to_role: Role | None
    text: str | None
    url: str | None
    asked_at: datetime
    due_at: datetime | None
    because_label: str | None
    attempts: list[AttemptShape]
    looks: list[LookShape]
    answers: list[AnswerShape]
    you_may_answer: bool


class StepShape(BaseModel):
    """One line of the procedure and where it stands."""

    step: Step
    state: StepState
    waiting_for: Wait | None


class PlanShape(BaseModel):
    """What the tables decided, in their words. ``sources`` are lines of the policy."""

    severity: int
    delete: DeleteWord
    correct_first: bool
    secure_first: bool
    statement: StatementKind
    correction: CorrectionWord
    clearance: ClearanceMode
    words_due_minutes: int | None
    tier: Tier
    sources: list[int]
    table_digest: str


class FactsShape(BaseModel):
    """What was wrong, what is right, and where that can be read."""

    wrong: str | None
    right: str | None
    source_url: str | None


class ReportShape(BaseModel):
    """One person's report. ``reporter`` and ``note`` are for the DTU, and null for others."""

    reported_at: datetime
    times: int
    reporter: str | None
    note: str | None


class DecisionShape(BaseModel):
    """What a person decided. ``text`` is the advice, or a reason that is for the DTU; ``line`` the
    line of the policy that the answer rests on, where one was named. ``withdrawn_at`` is when it
    ceased to stand: a post that was said to be gone could still be seen, or was there again."""

    type: DecisionType
    target: str
    choice: Choice
    by: str
    at: datetime
    text: str | None
    line: int | None
    withdrawn_at: datetime | None


class InformationRequestShape(BaseModel):
    """A request under the Freedom of Information Act, and its clock. While there is one, nothing of
    the incident is destroyed."""

    id: str
    received_on: date
    due_on: date = Field(description="the twentieth working day after it, by the Act")
    due_at: datetime = Field(description="the end of that day")
    noted_by: str
    noted_at: datetime
    answered_by: str | None
    answered_at: datetime | None
    text: str | None = Field(description="what was noted with it; for the DTU, null for others")


class IncidentLine(BaseModel):
    """An incident as a line of a list."""

    reference: str
    state: IncidentState
    waiting_for: Wait | None
    severity: int
    kinds: list[Kind]
    opened_at: datetime
    closed_at: datetime | None


class IncidentShape(IncidentLine):
    """An incident whole, as far as the person who asks may see it. ``you`` are their relations.

    ``came_of`` is the reference of the incident whose public words are reported here; ``led_to``
    those of the incidents in which this one's words are. ``breach_due_at`` is until when the
    Information Commissioner hears of a breach of personal data, where one is to be considered;
    ``investigation_since`` is when it was recorded that an investigation had been opened, and
    ``outside`` whom a named person speaks to outside the department, as the table says.
    """

    you: list[Relation]
    came_of: str | None
    led_to: list[str]
    breach_due_at: datetime | None
    information_requests: list[InformationRequestShape]
    if_asked: str | None = Field(
        description="what the press desk answers, only if asked; never for publication. Null for "
        "those who do not answer, and where nothing may be said"
    )
    investigation_since: datetime | None
    outside: list[str]
    waiting_for_label: str | None
    circumstances: list[Circumstance]
    language: str
    poster_known: PosterKnown
    poster: str | None
    posts: list[PostShape]
    statements: list[StatementShape]
    words_on: list[WordsOnShape] = Field(
        description="each account that carried the error; empty where no words are due"
    )
    notices: list[NoticeShape]
    clock: ClockShape
    waits: list[WaitShape]
    retries: list[RetryShape]
    settlements: list[SettlementShape]
    steps: list[StepShape]
    plan: PlanShape | None
    facts: FactsShape | None
    reports: list[ReportShape]
    decisions: list[DecisionShape]


class IncidentPage(BaseModel):
    """A page of incidents, the newest first. ``next`` is the ``before`` of the page after it."""

    incidents: list[IncidentLine]
    next: str | None


class EntryShape(BaseModel):
    """One entry of the timeline. ``id`` grows with time and serves live pages.

    ``platform`` and ``account`` are those that the entry is about, where it is about one.
    """

    id: int
    at: datetime
    actor: str
    what: str
    platform: str | None
    account: str | None
    sentence: str
    facts: dict[str, object]


class TimelinePage(BaseModel):
    """A page of the timeline, the oldest first. ``next`` is the ``after`` of the page after it."""

    entries: list[EntryShape]
    next: int | None
