"""A case as it is known: its closed words, and all that is sealed of one, as one value."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.words import Employer


class CaseState(StrEnum):
    """Where a case stands; nobody outside the case sees it (design §3.10)."""

    CONSIDERING = "considering"
    NOT_REFERRED = "not-referred"
    HANDED_OVER = "handed-over"
    REFERRED = "referred"
    ASSIGNED = "assigned"
    TOLD = "told"
    ANSWERED = "answered"
    REPORTED = "reported"
    CALLED = "called"
    MET = "met"
    DECIDED = "decided"
    OUTCOME_TOLD = "outcome-told"
    APPEALED = "appealed"
    HEARD = "heard"
    CLOSED = "closed"


ENDS = frozenset({CaseState.NOT_REFERRED, CaseState.HANDED_OVER, CaseState.CLOSED})
"""States after which nothing is due."""


class CaseMove(StrEnum):
    """What somebody may do with a case."""

    CONSIDER = "consider"  # answer one of the questions of fairness
    REFER = "refer"
    DO_NOT_REFER = "do-not-refer"
    HAND_OVER = "hand-over"
    TAKE = "take"  # become the one person of HR who keeps the case
    ASSIGN = "assign"
    ADD_EVIDENCE = "add-evidence"
    TELL = "tell"
    ANSWER = "answer"
    GO_ON = "go-on"  # no answer came in its time
    NAME_COMPANION = "name-companion"
    REPORT = "report"
    CALL = "call"  # to a meeting
    MEET = "meet"
    DECIDE = "decide"
    TELL_OUTCOME = "tell-outcome"
    APPEAL = "appeal"
    HEAR = "hear"
    CLOSE = "close"
    SUSPEND = "suspend"
    REVIEW_SUSPENSION = "review-suspension"
    KEEP = "keep"  # for a court, a tribunal or a request for information
    RELEASE = "release"
    ASK_GLASS = "ask-glass"  # two people may read a case in an emergency
    AGREE_GLASS = "agree-glass"
    END_GLASS = "end-glass"  # HR takes it back


class Hand(StrEnum):
    """Who works a case. No two are ever the same person."""

    COORDINATOR = "coordinator"
    INVESTIGATOR = "investigator"
    DECIDER = "decider"
    APPEAL_HEARER = "appeal-hearer"


class Part(StrEnum):
    """How a person stands to a case when it is read."""

    HR = "hr"
    COORDINATOR = "coordinator"
    INVESTIGATOR = "investigator"
    DECIDER = "decider"
    APPEAL_HEARER = "appeal-hearer"
    SUBJECT = "subject"
    GLASS = "glass"
    OUTSIDE = "outside"  # may break the glass, and sees nothing before


class CaseOutcome(StrEnum):
    """What the decider may decide."""

    NO_CASE = "no-case"
    ADVICE = "advice"
    FIRST_WARNING = "first-written-warning"
    FINAL_WARNING = "final-written-warning"
    DISMISSAL = "dismissal"


class Condition(StrEnum):
    """Under which condition what is sensitive in a case is used: special-category data."""

    EMPLOYMENT = "employment"
    GOVERNMENT = "government"
    CLAIMS = "claims"
    PUBLISHED = "published"
    NONE = "none"


class AppealOutcome(StrEnum):
    """What whoever hears the appeal may decide."""

    UPHELD = "upheld"
    LESSENED = "lessened"
    NOT_UPHELD = "not-upheld"


class PaperKind(StrEnum):
    """What a paper of the case is."""

    FAIRNESS = "fairness"
    PACK = "pack"
    EVIDENCE = "evidence"
    ALLEGATION = "allegation"
    ANSWER = "answer"
    HEALTH = "health"
    REPORT = "report"
    INVITATION = "invitation"
    MEETING_NOTE = "meeting-note"
    FINDING = "finding"
    OUTCOME = "outcome"
    APPEAL = "appeal"
    APPEAL_OUTCOME = "appeal-outcome"
    SUSPENSION = "suspension"
    SUSPENSION_REVIEW = "suspension-review"


SUBJECTS_PAPERS = frozenset(PaperKind) - {
    PaperKind.FAIRNESS,
    PaperKind.PACK,
    PaperKind.FINDING,
}
"""What the person themselves reads, once they have been told."""


@dataclass(frozen=True)
class Paper:
    """One document or note. ``about`` is the question that a note on fairness answers."""

    kind: PaperKind
    by: str
    at: datetime
    text: str
    about: str = ""


@dataclass(frozen=True)
class Holding:
    """That this person is, or was until ``ended_at``, this hand of the case."""

    hand: Hand
    person: str
    since: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True)
class Glass:
    """One breaking of the glass: who asked, why, who agreed, and until when they may read. With an
    end and nobody who agreed, HR took it back before."""

    asked_by: str
    reason: str
    asked_at: datetime
    agreed_by: str | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Case:
    """All that is sealed of one case. Addresses are in lower case.

    ``since`` is when it came into its state; ``kept_because`` says why it is not destroyed in its
    time, and ``released_at`` when that was last taken back; ``noted`` holds codes of facts that
    speak for the person. ``reminded`` counts the reminders since the deadline of this state was
    set.
    """

    incident_id: str
    reference: str
    considered_at: datetime
    since: datetime
    state: CaseState = CaseState.CONSIDERING
    subject: str | None = None
    route: Employer | None = None
    noted: tuple[str, ...] = ()
    self_reported_minutes: int | None = None
    rule: str | None = None
    reason: str | None = None
    referred_by: str | None = None
    referred_at: datetime | None = None
    condition: Condition | None = None
    holdings: tuple[Holding, ...] = ()
    papers: tuple[Paper, ...] = ()
    told_at: datetime | None = None
    companion: str | None = None
    meeting_at: datetime | None = None
    outcome: CaseOutcome | None = None
    appeal_outcome: AppealOutcome | None = None
    suspended_at: datetime | None = None
    suspended_until: datetime | None = None
    glass: tuple[Glass, ...] = ()
    due_at: datetime | None = None
    reminded: int = 0
    suspension_reminded: int = 0
    kept_because: str | None = None
    released_at: datetime | None = None

    def holder(self, hand: Hand) -> str | None:
        """Who is this hand now."""
        return next(
            (one.person for one in self.holdings if one.hand is hand and one.ended_at is None), None
        )

    def papers_of(self, kind: PaperKind) -> tuple[Paper, ...]:
        """The papers of this kind, the oldest first."""
        return tuple(paper for paper in self.papers if paper.kind is kind)

    @property
    def is_over(self) -> bool:
        """Whether nothing is due any more."""
        return self.state in ENDS
