"""Who may clear a statement now, and what they said of the words (lines 76-80, design §3.8)."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import chain

from models.decisions import Decision
from models.holding_lines import is_ahead
from models.people import Person
from models.publishing import OUT_OF_REACH
from models.snapshot import Snapshot
from models.statements import Clearance, Statement, Wording
from models.words import Choice, DecisionType, Role, StatementKind, StatementState
from policy.grounds import resting_on
from policy.people import Group, Register, clearers, is_cleared
from policy.plan import Plan
from policy.stored import plan_of
from policy.times import Timed, lasts
from policy.working_time import is_away

CORRECTING = (StatementKind.CORRECTION, StatementKind.APOLOGY_AND_CORRECTION)


def wording_of(seen: Snapshot, statement: Statement) -> Wording | None:
    """The version that now stands."""
    return seen.wordings.get(statement.wording_id) if statement.wording_id else None


def never_clears(seen: Snapshot, statement: Statement) -> frozenset[str]:
    """Author, poster and whoever cleared the original; who gave the facts is an author too, and
    so is who recorded a fact that the words rest on, by the words' own claims or by what an earlier
    clearer said of them. Where the original is a statement of ours, its
    authors and all who cleared it."""
    wording = wording_of(seen, statement)
    facts_by = seen.incident.facts_by if statement.kind in CORRECTING else None
    involved = {
        wording.author if wording else None,
        facts_by,
        seen.incident.poster_email,
        seen.incident.cleared_by,
        *seen.incident.never_clear,
        *recorded_by(seen, wording.claims if wording else ()),
        *recorded_by(seen, confirmed_claims(seen, statement)),
    }
    return frozenset(email for email in involved if email)


def confirmed_claims(seen: Snapshot, statement: Statement) -> frozenset[str]:
    """What those who said yes to these words said that they claim."""
    yes = (one for one in given(seen, statement) if one.approved)
    return frozenset(claim for one in yes for claim in one.claims)


def recorded_by(seen: Snapshot, claims: Collection[str]) -> frozenset[str | None]:
    """Who recorded a fact that one of these claims rests on."""
    rests_on = resting_on(claims) if claims else frozenset()
    return frozenset(
        one.decided_by
        for one in seen.decisions
        if one.type == DecisionType.ESTABLISH
        and one.choice == Choice.YES
        and one.target in rests_on
    )


def groups_for(
    seen: Snapshot, statement: Statement, register: Register, now: datetime
) -> tuple[Group, ...]:
    """The groups of which each must give one yes; none while there is no plan.

    Once the words are overdue, those to whom they fall may clear as well.
    """
    plan = plan_of(seen.incident)
    if plan is None:
        return ()
    if is_ahead(statement):
        plan = any_one_of(plan)
    overdue = statement.words_due_at is not None and statement.words_due_at <= now
    return clearers(
        plan,
        register,
        poster=seen.incident.poster_email,
        account=seen.accounts.get(statement.account_id),
        without=never_clears(seen, statement),
        overdue=overdue,
        away=_on_leave(register, now) if overdue else frozenset(),
    )


def _on_leave(register: Register, now: datetime) -> frozenset[str]:
    return frozenset(one.email for one in register.people if one.away and is_away(one, now))


def any_one_of(plan: Plan) -> Plan:
    """Words that go out ahead are cleared by any one of those who clear the words that are due, or
    of those to whom these fall; never past a specialist who says when anything is said."""
    if plan.words_due is None:
        return plan
    anyone = tuple(dict.fromkeys([*chain.from_iterable(plan.clearance.groups), *plan.falls_to]))
    return replace(plan, clearance=replace(plan.clearance, groups=(anyone,)))


def given(seen: Snapshot, statement: Statement) -> tuple[Clearance, ...]:
    """What people said of the exact bytes that now stand. Any edit leaves it behind, and so does
    time."""
    wording = wording_of(seen, statement)
    return tuple(
        one
        for one in seen.clearances
        if wording
        and one.statement_id == statement.id
        and one.digest == wording.digest
        and one.expired_at is None
    )


def cleared_until(seen: Snapshot, statement: Statement) -> datetime | None:
    """When the oldest yes to the words that now stand runs out; None where there is none."""
    yes = [one.given_at for one in given(seen, statement) if one.approved]
    return min(yes) + lasts(Timed.CLEARANCE_EXPIRES, seen.incident.severity) if yes else None


def may_run_out(seen: Snapshot, statement: Statement) -> bool:
    """Whether the words are neither out, nor on their way, nor taken back: a yes still counts."""
    if any(e.target == statement.id and e.state in OUT_OF_REACH for e in seen.effects):
        return False
    waits = statement.state in (StatementState.WAITING, StatementState.CLEARED)
    return waits or task_by_hand(seen, statement) is not None


def task_by_hand(seen: Snapshot, statement: Statement) -> Decision | None:
    """The question to whoever is asked to publish the words by hand, where it is open."""
    if statement.state != StatementState.NEEDS_HUMAN:
        return None
    asked = (q for q in seen.open_decisions() if q.type == DecisionType.SETTLE)
    return next((q for q in asked if q.target == statement.id), None)


def has_run_out(seen: Snapshot, statement: Statement, now: datetime) -> bool:
    """Whether a yes to these words has stood for too long without their having gone out."""
    until = cleared_until(seen, statement)
    return until is not None and until <= now and may_run_out(seen, statement)


class NotTaken(StrEnum):
    """Why somebody's yes or no does not count, in the order in which that is looked for."""

    NO_WORDS = "no-words"
    NOT_YOUR_OWN = "not-your-own"
    NOT_YOURS = "not-yours"
    CLOSED = "closed"
    CHANGED = "changed"
    GIVEN = "given"
    NOT_WAITING = "not-waiting"


@dataclass(frozen=True)
class Taken:
    """A yes or no that counts: in which role, and where the words then stand."""

    role: Role
    state: StatementState


@dataclass(frozen=True)
class Answer:
    """One person's yes or no to the bytes with this digest. ``may`` is whether one of the person's
    relations lets them clear."""

    person: Person
    digest: str
    approve: bool
    may: bool


def judge(
    seen: Snapshot, about: Statement, answer: Answer, register: Register, now: datetime
) -> Taken | NotTaken:
    """What the answer does. A yes binds to exact bytes, and only to those that now stand."""
    wording = wording_of(seen, about)
    if wording is None:
        return NotTaken.NO_WORDS
    me = answer.person.email
    if me in never_clears(seen, about):
        return NotTaken.NOT_YOUR_OWN
    groups = groups_for(seen, about, register, now)
    mine = [group for group in groups if me in {one.email for one in group.people}]
    if not answer.may or not mine:
        return NotTaken.NOT_YOURS
    if seen.incident.closed_at is not None:
        return NotTaken.CLOSED
    if answer.digest != wording.digest:
        return NotTaken.CHANGED
    said = given(seen, about)
    if any(one.person_id == answer.person.id for one in said):
        return NotTaken.GIVEN
    if about.state != StatementState.WAITING or has_run_out(seen, about, now):
        return NotTaken.NOT_WAITING
    yes = said_yes(said, register)
    # The first group that still wants this person's yes, else the first that they are in.
    role = next((group for group in mine if not is_cleared([group], yes)), mine[0]).role
    if not answer.approve:
        return Taken(role, StatementState.WITHDRAWN)
    cleared = is_cleared(groups, yes | {me})
    return Taken(role, StatementState.CLEARED if cleared else StatementState.WAITING)


def said_yes(said: tuple[Clearance, ...], register: Register) -> frozenset[str]:
    """The addresses of those who said yes."""
    by_id = {one.id: one.email for one in register.people}
    return frozenset(by_id[one.person_id] for one in said if one.approved)
