"""Who stands in which relation to an incident, and what a relation lets them do (design §8).

Deny by default: what no line below allows is not allowed. Nothing here knows of referrals.
"""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from models.decisions import Decision
from models.people import Account, Person
from models.snapshot import Snapshot
from models.words import DecisionType, NoticeState, Role, StatementState
from policy.clearing import groups_for
from policy.people import Register, who


class Relation(StrEnum):
    """How a person stands to one incident."""

    REPORTER = "reporter"
    POSTER = "poster"
    LINE_MANAGER = "line-manager"
    PUBLISHER = "publisher"
    OWNER = "owner"
    CLEARER = "clearer"
    ASKED = "asked"
    TOLD = "told"
    DTU = "dtu"
    AUDITOR = "auditor"


class Act(StrEnum):
    """What somebody may want to do with an incident."""

    SEE = "see"
    SEE_FACTS = "see-facts"
    SEE_REPORTERS = "see-reporters"
    SEE_LINE = "see-line"
    CLEAR = "clear"
    CONFIRM = "confirm"
    KEEP = "keep"
    ATTEST = "attest"
    SETTLE = "settle"
    GIVE_FACTS = "give-facts"
    ESTABLISH_FOR_OTHERS = "establish-for-others"
    WRITE_WORDS = "write-words"
    ADVISE = "advise"
    RECLASSIFY = "reclassify"
    SKIP = "skip"
    WAIVE = "waive"
    UNDO = "undo"
    SPEAK_ELSEWHERE = "speak-elsewhere"
    SPEAK_AT_ONCE = "speak-at-once"
    NOTE_REQUEST = "note-request"
    SPEAK_OUTSIDE = "speak-outside"
    HOLD = "hold"
    CLOSE = "close"
    EXPORT_FOI = "export-foi"
    EXPORT_COMMITTEE = "export-committee"
    EXPORT_TRIBUNAL = "export-tribunal"


R = Relation

ALLOWED: dict[Act, frozenset[Relation]] = {
    Act.SEE: frozenset(Relation),
    Act.SEE_FACTS: frozenset({R.REPORTER, R.POSTER, R.PUBLISHER, R.OWNER, R.CLEARER, R.DTU}),
    Act.SEE_REPORTERS: frozenset({R.DTU}),
    Act.SEE_LINE: frozenset({R.DTU, R.CLEARER, R.TOLD, R.AUDITOR}),
    Act.CLEAR: frozenset({R.CLEARER}),
    Act.CONFIRM: frozenset({R.DTU, R.PUBLISHER, R.OWNER, R.ASKED}),
    Act.KEEP: frozenset({R.DTU, R.ASKED}),
    Act.ATTEST: frozenset({R.POSTER, R.PUBLISHER, R.OWNER, R.DTU, R.ASKED}),
    Act.SETTLE: frozenset({R.DTU, R.ASKED}),
    Act.GIVE_FACTS: frozenset({R.REPORTER, R.POSTER, R.PUBLISHER, R.OWNER, R.DTU, R.ASKED}),
    Act.ESTABLISH_FOR_OTHERS: frozenset({R.DTU}),
    Act.WRITE_WORDS: frozenset({R.PUBLISHER, R.OWNER, R.CLEARER, R.DTU, R.ASKED}),
    Act.ADVISE: frozenset({R.DTU, R.ASKED}),
    Act.RECLASSIFY: frozenset({R.DTU}),
    Act.SKIP: frozenset({R.DTU}),
    Act.WAIVE: frozenset({R.DTU}),
    Act.UNDO: frozenset({R.DTU}),
    Act.SPEAK_ELSEWHERE: frozenset({R.DTU}),
    Act.SPEAK_AT_ONCE: frozenset({R.DTU, R.OWNER, R.CLEARER}),
    Act.NOTE_REQUEST: frozenset({R.DTU, R.AUDITOR}),
    Act.SPEAK_OUTSIDE: frozenset({R.PUBLISHER, R.OWNER, R.CLEARER, R.DTU, R.ASKED, R.TOLD}),
    Act.HOLD: frozenset({R.DTU, R.OWNER}),
    Act.CLOSE: frozenset({R.DTU, R.ASKED}),
    Act.EXPORT_FOI: frozenset({R.DTU, R.AUDITOR}),
    Act.EXPORT_COMMITTEE: frozenset({R.DTU, R.AUDITOR}),
    Act.EXPORT_TRIBUNAL: frozenset({R.DTU}),
}

JUDGING = frozenset(
    {
        DecisionType.CONFIRM,
        DecisionType.KEEP,
        DecisionType.SETTLE,
        DecisionType.ADVISE,
        DecisionType.CLOSE,
    }
)
"""Questions that nobody answers about a post of their own, even as the last one left to ask."""

LEFT_US = frozenset({NoticeState.SENT, NoticeState.UNKNOWN, NoticeState.ACKNOWLEDGED})
"""A person knows of an incident once a notice to them has left; one that waits tells nothing."""

SPOKEN_FOR = frozenset({StatementState.WAITING, StatementState.CLEARED, StatementState.PUBLISHED})


def may(act: Act, relations: Collection[Relation]) -> bool:
    """Whether one of these relations allows the act."""
    return not ALLOWED[act].isdisjoint(relations)


def is_dtu(person: Person) -> bool:
    """Whether the register gives this person a role in the Digital Transformation Unit."""
    return person.has_role(Role.DTU) or person.has_role(Role.DTU_DUTY)


def may_lift(person: Person) -> bool:
    """Whether this person may end reconcile mode, which holds everything for all incidents."""
    return is_dtu(person) or person.has_role(Role.ADMIN)


def may_see_what_is_open(person: Person) -> bool:
    """Whether this person reads what is not settled after a restore: no content, of any incident;
    nothing of a referral is in it."""
    return may_lift(person) or person.has_role(Role.AUDITOR)


def may_see_figures(person: Person) -> bool:
    """Whether this person sees how long things took: who sees every incident, and nobody else, as a
    small figure tells of one person."""
    return is_dtu(person) or person.has_role(Role.AUDITOR)


def may_see_register(person: Person) -> bool:
    """Whether this person sees every account, and who everybody is."""
    return is_dtu(person) or person.has_role(Role.ADMIN) or person.has_role(Role.AUDITOR)


def may_see_account(person: Person, account: Account) -> bool:
    """Whether this person sees what the register says of the account."""
    return may_see_register(person) or account.published_by(person.email)


def may_connect(person: Person, account: Account) -> bool:
    """Whether this person has the connection tried, and is one of the two who make it live."""
    return is_dtu(person) or person.has_role(Role.ADMIN) or account.owner == person.email


def may_end_sessions(person: Person) -> bool:
    """Whether this person sees who is signed in, and signs others out."""
    return person.has_role(Role.ADMIN)


def relations(
    person: Person, seen: Snapshot, register: Register, now: datetime
) -> frozenset[Relation]:
    """Every relation of this person to the incident; none for a stranger.

    The line manager is one only once a notice has left to them: until the DTU confirms, and where
    they are conflicted, they know nothing of it. An officer of the DTU whose own post it is has no
    say as one: to them it is the post of a poster. HR and administrators have none by their role.
    """
    found = {
        R.REPORTER: any(report.reporter_id == person.id for report in seen.reports),
        R.POSTER: seen.incident.poster_email == person.email,
        R.PUBLISHER: any(account.published_by(person.email) for account in seen.posted_on),
        R.OWNER: any(account.owner == person.email for account in seen.posted_on),
        R.LINE_MANAGER: _told(person, seen, manager=True),
        R.TOLD: _told(person, seen, manager=False),
        R.CLEARER: _may_clear(person, seen, register, now),
        R.ASKED: any(
            person.email in answerers(question, seen, register, now)
            for question in seen.open_decisions()
        ),
        R.DTU: is_dtu(person) and seen.incident.poster_email != person.email,
        R.AUDITOR: person.has_role(Role.AUDITOR),
    }
    return frozenset(relation for relation, holds in found.items() if holds)


def _told(person: Person, seen: Snapshot, *, manager: bool) -> bool:
    return any(
        notice.to_address == person.email
        and notice.state in LEFT_US
        and (notice.to_role == Role.LINE_MANAGER) == manager
        for notice in seen.notices
    )


def _may_clear(person: Person, seen: Snapshot, register: Register, now: datetime) -> bool:
    return any(
        person.email in {one.email for one in group.people}
        for statement in seen.statements
        if statement.state in SPOKEN_FOR
        for group in groups_for(seen, statement, register, now)
    )


def answerers(
    question: Decision, seen: Snapshot, register: Register, now: datetime
) -> frozenset[str]:
    """The addresses of those who may answer: who was asked and, once it is overdue, who is next."""
    overdue = question.due_at is not None and question.due_at <= now
    roles = [*question.asked_of, *(question.falls_to if overdue else ())]
    poster = seen.incident.poster_email
    without = frozenset({poster} if poster and is_judging(question, seen) else ())
    return frozenset(
        one.email
        for role in roles
        for account in accounts_of(question, seen)
        for one in who(Role(role), register, poster=poster, account=account, without=without)
    )


def is_judging(question: Decision, seen: Snapshot) -> bool:
    """Whether the answer is a judgement. To publish by hand what others cleared is none."""
    by_hand = question.target in {statement.id for statement in seen.statements}
    return question.type in JUDGING and not (question.type == DecisionType.SETTLE and by_hand)


def accounts_of(question: Decision, seen: Snapshot) -> tuple[Account | None, ...]:
    """The account that the question is about, None for one that is not ours; every account
    that carried the error where it is about the incident."""
    posts = {post.id: post.account_id for post in seen.posts}
    statements = {statement.id: statement.account_id for statement in seen.statements}
    if question.target in posts or question.target in statements:
        account_id = posts.get(question.target) or statements.get(question.target)
        return (seen.accounts.get(account_id) if account_id else None,)
    return seen.posted_on or (None,)
