"""Writing down where an incident stands when a run ends, and when it must be looked at next."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlmodel import col, func, select, update

from models.audit import Entry, chain_of_incident
from models.effects import Effect
from models.holding_lines import lines_of
from models.incident import Incident
from models.information_requests import next_reminder_of
from models.moves import SETTLED
from models.office import Office
from models.publishing import UNSENT
from models.retries import waits_for_a_capture
from models.snapshot import Snapshot, incident_by, snapshot
from models.standing import Standing, standing
from models.store import Transaction
from models.words import DecisionType, EffectKind, EffectState, NoticeState, StatementState, Wait
from policy.clearing import cleared_until, may_run_out

CLAIMABLE = (EffectState.AUTHORISED, EffectState.RETRY)
"""States whose next move is a call; once closed, only what is queued for people still leaves."""

STANDS = "stands"
"""What the record calls it when where an incident stands has changed. People read what changed it,
not this."""

SOON = timedelta(seconds=5)
"""When work that the engine itself owes is tried again, unless it is known when that can be."""


def stand(here: Office, reference: str, stirred: int) -> Standing:
    """Store state, what is waited for and when to look next; people's new input goes first.

    ``stirred`` is what the run saw when it began: if a person has added anything since, the
    incident keeps its early ``wake_at`` and the procedure runs again at once.
    """
    with here.store.write("stand") as tx:
        incident = incident_by(tx, reference)
        before = (incident.state, incident.waiting_for)
        seen = snapshot(tx, incident)
        now = standing(seen)
        tx.exec(
            update(Incident)
            .where(col(Incident.id) == incident.id)
            .values(state=now.state, waiting_for=now.waiting_for)
        )
        tx.exec(
            update(Incident)
            .where(col(Incident.id) == incident.id, col(Incident.stirred) == stirred)
            .values(wake_at=_earliest(tx, seen, now), shown=stirred)
        )
        if before != (now.state, now.waiting_for):
            chain = chain_of_incident(incident.id)
            waits = {"waiting_for": now.waiting_for.value} if now.waiting_for else {}
            tx.record(chain, "amends", STANDS, state=now.state.value, **waits)
        return now


def last_seq(here: Office, incident_id: str) -> int:
    """How far the incident's timeline goes: whether anything has moved since."""
    with here.store.read() as tx:
        newest = select(func.max(Entry.seq)).where(
            col(Entry.chain) == chain_of_incident(incident_id), col(Entry.what) != STANDS
        )
        return tx.exec(newest).one() or 0


def _earliest(tx: Transaction, seen: Snapshot, stands: Standing) -> datetime | None:
    """The next deadline, a sealed notice's among them: it is in no snapshot."""
    sealed = tx.exec(
        select(Effect.due_at)
        .where(col(Effect.incident_id) == seen.incident.id, col(Effect.sealed).is_(True))
        .where(col(Effect.state).in_([EffectState.RETRY, EffectState.UNKNOWN]))
    ).all()
    asked_for = next_reminder_of(tx, seen.incident.id)
    times = [next_look(seen, stands, tx.now()), asked_for, *sealed]
    return min((when for when in times if when), default=None)


def next_look(seen: Snapshot, stands: Standing, now: datetime) -> datetime | None:
    """When something of this incident next falls due (pure); None while only people can move it."""
    return min(_due_times(seen, stands, now), default=None)


def _due_times(seen: Snapshot, stands: Standing, now: datetime) -> Iterator[datetime]:
    closed = seen.incident.closed_at is not None
    yield from (post.look_at for post in seen.posts if post.look_at)
    yield from (
        effect.due_at or effect.lease_until or now
        for effect in seen.effects
        if effect.state not in SETTLED
        and effect.state != EffectState.NEEDS_HUMAN
        and (effect.state not in CLAIMABLE or not closed or effect.kind == EffectKind.NOTICE)
    )
    yield from (
        notice.due_at
        for notice in seen.notices
        if notice.due_at and notice.state == NoticeState.QUEUED and notice.carried_by is None
    )
    if closed:
        return
    yield from (
        question.due_at
        for question in seen.open_decisions()
        if question.due_at and question.overdue_told_at is None
    )
    yield from (one.look_at for one in seen.notices if one.look_at)
    yield from (one.next_at for one in seen.escalations if one.next_at and not one.ended_at)
    yield from (question.remind_at for question in seen.open_decisions() if question.remind_at)
    if _is_being_settled(seen):
        yield now + SOON
    yield from (
        statement.words_due_at
        for statement in seen.statements
        if statement.words_due_at
        and statement.state == StatementState.WAITING
        and statement.words_due_at > now
    )
    yield from (
        post.try_at if post.try_at > now else now + SOON
        for post in seen.posts
        if post.try_at is not None and waits_for_a_capture(seen, post)
    )
    yield from (
        until
        for statement in seen.statements
        if may_run_out(seen, statement) and (until := cleared_until(seen, statement))
    )
    yield from (
        line.expires_at for line in lines_of(seen) if line.expires_at and line.state in UNSENT
    )
    if any(waiting.wait == Wait.ENGINE for waiting in stands.waits):
        yield now + SOON


def _is_being_settled(seen: Snapshot) -> bool:
    """Whether a person's answer about public words is still to be acted on."""
    waiting = {s.id for s in seen.statements if s.state == StatementState.NEEDS_HUMAN}
    waiting |= {e.id for e in seen.effects if e.target in waiting}
    asked = {question.target for question in seen.open_decisions()}
    return any(
        answer.type == DecisionType.SETTLE
        and answer.choice is not None
        and answer.target in waiting - asked
        for answer in seen.decisions
    )
