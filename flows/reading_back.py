"""Reading back: what cannot be known is looked for before anything is tried again (design §6)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select, update

from flows.acts.base import NOTHING, Act, Again, Finding, Receipt
from flows.acts.registry import act_for
from flows.asking import ask_to_settle
from flows.hands import Hands, is_dead
from flows.ledger import (
    CALL_LEASE,
    Claim,
    again_at,
    change,
    record_move,
    time_for,
    wait_while_under_way,
)
from flows.outlasting import outlast
from flows.restored import may_be_up_since
from integrations.deadline import within
from integrations.errors import OutsideError
from models import faults
from models.effects import Attempt, Effect
from models.looks import Saw, note_look
from models.moves import move
from models.people import Account
from models.sealed import place
from models.statements import Statement
from models.store import Transaction
from models.words import Because, Choice, EffectKind, EffectState, Outcome

SETTLE_TIME = timedelta(seconds=30)
"""How long after the last attempt "it is not there" is not yet believed: effects can be late."""

LOOK_AGAIN = timedelta(seconds=5)
"""The time from one look that settled nothing to the next."""

MOST_ATTEMPTS = 6
"""Attempts at words that a platform takes and never shows, after which a person is asked."""

READ_BACK_LIMIT = timedelta(minutes=10)
"""How long the truth may stay unreadable before a person is asked."""

CARRIER_LIMIT = timedelta(days=6)
"""The same, for a notice whose carrier can be asked by our reference."""

SELDOM = timedelta(minutes=1)
"""The time between two looks once the first ten minutes have passed."""

KEY_REFUSED = ("unauthorised", "no-token")


def read_back(hands: Hands, effect_id: str) -> EffectState:
    """Settle one effect whose outcome is not known, by looking."""
    claim = _claim_for_reading(hands, effect_id)
    if claim is None:
        return wait_while_under_way(hands.office, effect_id)
    effect = claim.effect
    act = act_for(effect.kind)
    faults.point(f"{effect.kind}:before-look")
    looked = look_for(hands, act, claim)
    faults.point(f"{effect.kind}:after-look")
    return outlast(lambda: _settle(hands, claim, act, looked))


def _claim_for_reading(hands: Hands, effect_id: str) -> Claim | None:
    with hands.office.store.write("claim-read-back") as tx:
        now, made = tx.now(), hands.office.store.clock.mark()
        effect = tx.get(Effect, effect_id, with_for_update={"key_share": True})
        if effect is None:
            return None
        if effect.state == EffectState.INFLIGHT and _is_orphan(hands, effect, now):
            effect.state = move(EffectState.INFLIGHT, EffectState.UNKNOWN)
            effect.code = "process-died"
            effect.due_at = now
            _is_over(tx, effect, now)
            act_for(effect.kind).after(tx, hands.office, effect, Outcome.UNKNOWN)
            record_move(tx, effect, "unknown", code=effect.code)
        reading = effect.lease_until is not None and effect.lease_until > now
        if effect.state != EffectState.UNKNOWN or (reading and not _orphaned(hands, effect)):
            return None
        if effect.due_at is not None and effect.due_at > now:
            return None
        effect.fence += 1
        effect.lease_owner = hands.owner
        effect.lease_until = now + CALL_LEASE
        tx.add(effect)
        account = tx.get(Account, effect.account_id) if effect.account_id else None
        tx.flush()
    payload = hands.office.content.open(
        effect.payload_sealed, place("effect", effect.id, "payload")
    )
    return Claim(effect, effect.fence, payload, account, made)


def _is_over(tx: Transaction, effect: Effect, now: datetime) -> None:
    """Whoever made the last attempt is dead, or its time is up: it calls no more."""
    tx.exec(
        update(Attempt)
        .where(col(Attempt.effect_id) == effect.id, col(Attempt.ended_at).is_(None))
        .values(ended_at=now)
    )


def _is_orphan(hands: Hands, effect: Effect, now: datetime) -> bool:
    expired = effect.lease_until is None or effect.lease_until <= now
    return expired or _orphaned(hands, effect)


def _orphaned(hands: Hands, effect: Effect) -> bool:
    return effect.lease_owner is not None and is_dead(effect.lease_owner)


@dataclass(frozen=True)
class Looked:
    """What a look saw. ``code`` is what was in its way, or why what it found is not it."""

    finding: Finding
    receipt: Receipt = NOTHING
    code: str | None = None


def look(hands: Hands, act: Act, claim: Claim) -> tuple[Finding, Receipt]:
    """What can be seen of it from outside. Raises nothing."""
    looked = look_for(hands, act, claim)
    return looked.finding, looked.receipt


def look_for(hands: Hands, act: Act, claim: Claim) -> Looked:
    """The same, with what was in the way. Raises nothing."""
    since = min(filter(None, (_since(hands, claim), _before_a_restore(hands, claim))))
    try:
        with within(time_for(hands, claim)):
            found = act.look(hands, claim.account, claim.effect, claim.payload, since)
    except OutsideError as error:
        return Looked(Finding.UNREADABLE, code=error.code)
    return Looked(*found)


def note_looked(tx: Transaction, effect: Effect, looked: Looked) -> None:
    """Keep what was seen, for whoever may have to decide. A deletion that is there is a post that
    is not."""
    saw = Saw(looked.finding.value)
    if effect.kind == EffectKind.DELETE:
        saw = {Saw.THERE: Saw.ABSENT, Saw.ABSENT: Saw.THERE}.get(saw, saw)
    note_look(tx, effect.incident_id, effect.id, saw, looked.code)


def _since(hands: Hands, claim: Claim) -> datetime:
    """When the first attempt began: whatever it made is no older. The other side goes by another
    clock: by ours, where that was set back and our time is counted on."""
    with hands.office.store.read() as tx:
        ahead = max(tx.now() - tx.wall(), timedelta(0))
        first = tx.exec(
            select(Attempt.started_at)
            .where(col(Attempt.effect_id) == claim.effect.id)
            .order_by(col(Attempt.number))
        ).first()
    return (first or claim.effect.planned_at) - ahead


def _before_a_restore(hands: Hands, claim: Claim) -> datetime | None:
    """Since when it may be up unknown to us, where the database went back since."""
    if claim.effect.kind != EffectKind.PUBLISH:
        return None
    with hands.office.store.read() as tx:
        return may_be_up_since(tx, claim.effect)


def _settle(hands: Hands, claim: Claim, act: Act, looked: Looked) -> EffectState:
    finding, receipt = looked.finding, looked.receipt
    effect = claim.effect
    with hands.office.store.write(f"settle-{effect.kind}") as tx:
        now = tx.now()
        tries = tx.exec(
            select(Attempt).where(col(Attempt.effect_id) == effect.id).order_by(col(Attempt.number))
        ).all()
        first = tries[0].started_at if tries else effect.planned_at
        again = act.again(hands, claim.account, now - first)
        tried = effect.attempts if effect.kind == EffectKind.PUBLISH else 0
        quiet = _looked_at(claim, now) - (over_since(tries[-1]) if tries else effect.planned_at)
        to = _after_look(finding, again, quiet, tried, _patience(effect, again, looked))
        values: dict[str, object] = {"lease_until": None}
        if to == EffectState.UNKNOWN:
            values["due_at"] = now + (LOOK_AGAIN if quiet < READ_BACK_LIMIT else SELDOM)
        elif to == EffectState.RETRY:
            values["due_at"] = now + timedelta(seconds=min(2 ** (effect.attempts - 1) - 1, 60))
        elif to == EffectState.CONFIRMED:
            values |= {"settled_at": now, "remote_id": receipt.remote_id, "url": receipt.url}
        if not change(tx, effect.id, claim.fence, EffectState.UNKNOWN, to, **values):
            return effect.state
        note_looked(tx, effect, looked)
        fresh = tx.get_one(Effect, effect.id, populate_existing=True)
        if to == EffectState.UNKNOWN:
            return to
        move(EffectState.UNKNOWN, to)
        if to == EffectState.CONFIRMED:
            act.after(tx, hands.office, fresh, Outcome.DONE)
        if to == EffectState.RETRY:
            act.after(tx, hands.office, fresh, Outcome.NOT_DONE)
        if to == EffectState.NEEDS_HUMAN:
            act.needs_human(tx, fresh)
            ask_settlement(tx, fresh)
        facts = {"finding": finding.value, "state": to.value}
        word = "needs-human" if fresh.sealed and to == EffectState.NEEDS_HUMAN else "settled"
        record_move(tx, fresh, word, **facts, **again_at(fresh))
        return to


def _looked_at(claim: Claim, now: datetime) -> datetime:
    """When the look began: what it saw is no younger for a pause before it is written down."""
    until = claim.effect.lease_until
    return until - CALL_LEASE if until else now


def over_since(attempt: Attempt) -> datetime:
    """When the call was over (pure). One may begin long after its claim, and what it makes late is
    later by as much."""
    return attempt.ended_at or attempt.started_at


def _patience(effect: Effect, again: Again, looked: Looked) -> timedelta:
    """How long the truth may stay unreadable. Words and posts press; of a notice whose carrier can
    be asked again the others hear meanwhile, and no person could tell. A key that is refused only
    a person can put right."""
    asks_itself = effect.kind == EffectKind.NOTICE and again == Again.ONCE_SETTLED
    return CARRIER_LIMIT if asks_itself and looked.code not in KEY_REFUSED else READ_BACK_LIMIT


def _after_look(
    finding: Finding,
    again: Again,
    age: timedelta,
    tried: int,
    patience: timedelta = READ_BACK_LIMIT,
) -> EffectState:
    """What a look decides (pure). Only what cannot be done twice is tried again unasked. ``age``
    is the time from the end of the last attempt to the look."""
    if finding == Finding.THERE:
        return EffectState.CONFIRMED
    if finding == Finding.SEVERAL:
        return EffectState.NEEDS_HUMAN
    if finding == Finding.UNREADABLE:
        return EffectState.UNKNOWN if age < patience else EffectState.NEEDS_HUMAN
    if finding == Finding.NEVER_READABLE:
        return EffectState.NEEDS_HUMAN
    if again == Again.AT_ONCE and tried < MOST_ATTEMPTS:
        return EffectState.RETRY
    if age < SETTLE_TIME:
        return EffectState.UNKNOWN
    may = again == Again.ONCE_SETTLED and tried < MOST_ATTEMPTS
    return EffectState.RETRY if may else EffectState.NEEDS_HUMAN


def ask_settlement(tx: Transaction, effect: Effect, because: Because | None = None) -> None:
    """Put the effect in front of the DTU: what was sent, when, and two answers.

    A referral's is put in front of nobody: its own record, which HR reads, says it.
    """
    if effect.sealed:
        return
    target = effect.target if effect.kind == EffectKind.DELETE else effect.id
    ask_to_settle(tx, effect, target, said=f"{effect.kind}-needs-human", because=because)


AFTER_A_WORD = {Finding.THERE: EffectState.CONFIRMED, Finding.ABSENT: EffectState.RETRY}
"""Where a last look leads, once a person has answered. Any other leaves it with people."""


def believed(choice: Choice, finding: Finding) -> Finding:
    """What a person's answer and our own last look say together (pure). What is not there may be
    sent once more; that it is there is believed only when it is seen."""
    return Finding.UNREADABLE if choice == Choice.THERE and finding != Finding.THERE else finding


def after_a_word(choice: Choice, finding: Finding) -> EffectState | None:
    """Where the effect goes; None where a person is asked anew (pure)."""
    return AFTER_A_WORD.get(believed(choice, finding))


def settle_for_person(
    hands: Hands,
    effect_id: str,
    finding: Finding,
    receipt: Receipt,
    because: Because | None = None,
    looked: Looked | None = None,
    attested_by: str | None = None,
) -> EffectState:
    """Carry out a person's answer after a last look: there, or absent and so sent once more.

    What the look could not read, or found several times, goes back to a person, with ``because``.
    ``looked`` is what the last look itself saw. ``attested_by`` is the person on whose word alone
    words are up.
    """
    to = AFTER_A_WORD.get(finding)
    with hands.office.store.write("settle-for-person") as tx:
        now = tx.now()
        effect = tx.get_one(Effect, effect_id, with_for_update={"key_share": True})
        if effect.state != EffectState.NEEDS_HUMAN:
            return effect.state
        effect.fence += 1
        if looked is not None:
            note_looked(tx, effect, looked)
        if to is None:
            ask_settlement(tx, effect, because)
            return effect.state
        effect.state, effect.due_at = move(effect.state, to), now
        if to == EffectState.CONFIRMED:
            effect.settled_at, effect.due_at = now, None
            effect.remote_id, effect.url = receipt.remote_id, receipt.url
            if attested_by is not None:
                tx.get_one(Statement, effect.target).attested_by = attested_by
        tx.add(effect)
        outcome = Outcome.DONE if to == EffectState.CONFIRMED else Outcome.NOT_DONE
        act_for(effect.kind).after(tx, hands.office, effect, outcome)
        record_move(tx, effect, "settled", finding=finding.value, state=to.value)
        return to
