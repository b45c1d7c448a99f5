"""The effect ledger: at most once, and never silently unknown (design §6).

Each act on the outside world is a row, frozen at planning. Its intent is committed before the one
call, its outcome after it, and what cannot be known is read back before anything is tried again.
"""

import hashlib
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select, update

from flows.acts.base import NOTHING, Receipt
from flows.acts.registry import act_for
from flows.hands import Hands, hands_here
from flows.outlasting import outlast
from flows.repeats import if_repeated
from flows.tainting import why_not_clean
from flows.withheld import is_withheld
from integrations.deadline import Left, require_time, within
from integrations.errors import (
    NotAuthorised,
    NotSent,
    NotSupported,
    OutcomeUnknown,
    OutsideError,
    Refused,
    TryAgainLater,
)
from models import faults
from models.audit import chain_of_case, chain_of_incident
from models.clock import Mark
from models.columns import new_id
from models.effects import Attempt, Effect
from models.incident import Incident
from models.leases import under
from models.moves import AFTER_OUTCOME, move
from models.office import Office, office
from models.people import Account
from models.reconciliation import RECONCILE_PAUSE, is_reconciling
from models.referral import Referral
from models.retries import HELD
from models.sealed import place
from models.store import Transaction
from models.words import EffectKind, EffectState, Outcome

CALL_LEASE = timedelta(seconds=60)
"""Longer than any act may take: an in-flight row past it belongs to a process that died."""

ACT_SECONDS = 50.0
"""How long after its claim an act may still reach out. A process that was frozen wakes to find the
time up, and what it had not sent stays unsent: others may have read back and sent it meanwhile."""

PATIENCE_SECONDS = 5.0
"""How long a step waits for another runner of the same effect."""

CLAIMABLE = (EffectState.AUTHORISED, EffectState.RETRY)


def plan_effect(
    tx: Transaction,
    here: Office,
    *,
    incident_id: str,
    kind: EffectKind,
    target: str,
    payload: bytes,
    account_id: str | None = None,
    generation: int = 1,
    sealed: bool = False,
) -> str | None:
    """Freeze one act and authorise it; returns its id. None where another writer was first."""
    effect = Effect(
        id=new_id(),
        incident_id=incident_id,
        kind=kind,
        target=target,
        generation=generation,
        account_id=account_id,
        state=move(EffectState.PLANNED, EffectState.AUTHORISED),
        idempotency_key=f"{kind}:{target}:{generation}",
        payload_sealed=b"",
        digest=hashlib.sha256(payload).hexdigest(),
        sealed=sealed,
        planned_at=tx.now(),
    )
    effect.payload_sealed = here.content.close(payload, place("effect", effect.id, "payload"))
    if not tx.insert_once(effect):
        return None
    record_move(tx, effect, "authorised")
    return effect.id


@dataclass(frozen=True)
class Claim:
    """One attempt under way: the row as claimed, and what it will send. ``withheld``: whether its
    incident was, when it was claimed, one of which nothing may be repeated."""

    effect: Effect
    fence: int
    payload: bytes
    account: Account | None
    made: Mark | None = None
    withheld: bool = True


def carry_out(effect_id: str) -> EffectState:
    """Make at most one attempt at the effect, if it is due, and say where it then stands."""
    hands = hands_here()
    if hands is None:
        return wait_while_under_way(office(), effect_id)
    with hands.office.store.write("claim-effect") as tx:
        claim = claim_effect(tx, hands, effect_id)
    if claim is None:
        return wait_while_under_way(hands.office, effect_id)
    return attempt(hands, claim)


def attempt(hands: Hands, claim: Claim) -> EffectState:
    """Make the attempt whose claim is committed, and say where the effect then stands."""
    ending = _attempt(hands, claim)
    return outlast(lambda: _conclude(hands, claim, ending))


def wait_while_under_way(here: Office, effect_id: str) -> EffectState:
    """Another runner has it, or an engine will: look again until it is past, for 5 s at most."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        with here.store.read() as tx:
            state = tx.get_one(Effect, effect_id).state
        under_way = state == EffectState.INFLIGHT or (
            hands_here() is None and state == EffectState.AUTHORISED
        )
        if not under_way or time.monotonic() > until:
            return state
        time.sleep(0.02)


def claim_effect(tx: Transaction, hands: Hands, effect_id: str) -> Claim | None:
    """Write the intent: the row is ours, in flight, with an attempt. None when it is not due.

    The attempt may be made once this is committed, and not before.
    """
    made = hands.office.store.clock.mark()
    now = tx.now()
    effect = tx.get(Effect, effect_id)
    if effect is None:
        return None
    hold_still(tx, effect)
    if not _is_due(effect, now):
        return None
    if is_reconciling(tx):  # after a restore nothing leaves until a person lifts it
        effect.due_at = now + RECONCILE_PAUSE
        return None
    act = act_for(effect.kind)
    account = tx.get(Account, effect.account_id) if effect.account_id else None
    if reason := act.forbidden(tx, effect, account, now):
        _forbid(tx, effect, reason, account)
        return None
    if effect.state == EffectState.RETRY:
        move(EffectState.RETRY, EffectState.AUTHORISED)
    taken = tx.changed(
        update(Effect)
        .where(col(Effect.id) == effect_id, col(Effect.state) == effect.state)
        .where(col(Effect.fence) == effect.fence)
        .values(
            state=move(EffectState.AUTHORISED, EffectState.INFLIGHT),
            fence=effect.fence + 1,
            attempts=effect.attempts + 1,
            lease_owner=hands.owner,
            lease_until=now + CALL_LEASE,
            due_at=None,
        )
    )
    if not taken:
        return None
    tx.add(Attempt(effect_id=effect.id, number=effect.attempts, fence=effect.fence, started_at=now))
    record_move(tx, effect, "sent", attempt=effect.attempts)
    payload = hands.office.content.open(
        effect.payload_sealed, place("effect", effect.id, "payload")
    )
    withheld = is_withheld(tx.get_one(Incident, effect.incident_id))
    return Claim(effect, effect.fence, payload, account, made, withheld)


def hold_still(tx: Transaction, effect: Effect) -> None:
    """Until the end of this transaction nobody decides on the incident or moves the effect: what
    a person takes back is not sent, and what is sent is not taken back. SQLite has one writer."""
    if tx.postgres:
        mine = select(Incident.id).where(col(Incident.id) == effect.incident_id)
        tx.exec(mine.with_for_update(key_share=True)).one()
        tx.refresh(effect, with_for_update={"key_share": True})


def _is_due(effect: Effect, now: datetime) -> bool:
    return effect.state in CLAIMABLE and (effect.due_at is None or effect.due_at <= now)


def _forbid(tx: Transaction, effect: Effect, reason: str, account: Account | None = None) -> None:
    """What may not be sent now waits (a held account) or is withdrawn (words no longer cleared)."""
    if reason == HELD:
        until = account.held_until if account else None
        effect.due_at = min(filter(None, (until, tx.now() + timedelta(seconds=60))))
        return
    effect.state = move(effect.state, EffectState.WITHDRAWN)
    effect.code = reason
    effect.settled_at = tx.now()
    tx.add(effect)
    act_for(effect.kind).withdrawn(tx, effect)
    record_move(tx, effect, "withdrawn", code=reason)


@dataclass(frozen=True)
class Ending:
    """How one call ended. ``again_at`` is set where the other side named a time."""

    outcome: Outcome
    code: str = ""
    receipt: Receipt = NOTHING
    again_at: datetime | None = None


def _attempt(hands: Hands, claim: Claim) -> Ending:
    """One call, with no session open. Every way it can end has a class."""
    kind = claim.effect.kind
    if hashlib.sha256(claim.payload).hexdigest() != claim.effect.digest:
        return Ending(Outcome.REFUSED, "payload-changed")
    tainted = claim.withheld and why_not_clean(hands.office, claim.effect, claim.payload)
    if tainted:
        return Ending(Outcome.REFUSED, tainted)
    faults.point(f"{kind}:before-call")
    try:
        with within(time_for(hands, claim)):
            require_time()
            receipt = act_for(kind).do(hands, claim.account, claim.effect, claim.payload)
        ending = Ending(Outcome.DONE, receipt=receipt)
    except OutsideError as error:
        ending = _ending_of(error)
    faults.point(f"{kind}:after-call")
    return ending


def time_for(hands: Hands, claim: Claim) -> Left:
    """How long the holder of a claim may still reach out."""
    clock = hands.office.store.clock
    made = claim.made or clock.mark()
    return lambda: ACT_SECONDS - clock.since(made)


def _ending_of(error: OutsideError) -> Ending:
    match error:
        case NotSent():
            return Ending(Outcome.NOT_SENT, error.code)
        case TryAgainLater():
            return Ending(Outcome.NOT_DONE, error.code, again_at=error.at)
        case NotAuthorised() | NotSupported():
            return Ending(Outcome.NOT_AUTHORISED, error.code)
        case Refused():
            return Ending(Outcome.REFUSED, error.code)
        case OutcomeUnknown():
            return Ending(Outcome.UNKNOWN, error.code)
        case _:
            return Ending(Outcome.UNKNOWN, "unclassified")


def _conclude(hands: Hands, claim: Claim, ending: Ending) -> EffectState:
    """Write the outcome, guarded by the effect's own fence: a worker that was overtaken writes
    nothing. The incident may be another engine's by now; what we know of our call is still true."""
    effect = claim.effect
    to = move(EffectState.INFLIGHT, AFTER_OUTCOME[ending.outcome])
    with under(None), hands.office.store.write(f"conclude-{effect.kind}") as tx:
        now = tx.now()
        again = tx.by_our_time(ending.again_at) if ending.again_at else None
        ours = change(
            tx,
            effect.id,
            claim.fence,
            EffectState.INFLIGHT,
            to,
            code=ending.code or None,
            remote_id=ending.receipt.remote_id,
            url=ending.receipt.url,
            lease_until=None,
            due_at=_due_after(to, again, effect.attempts, now),
            settled_at=now if to in (EffectState.CONFIRMED, EffectState.REJECTED) else None,
        )
        if not ours:
            return effect.state
        tx.exec(
            update(Attempt)
            .where(col(Attempt.effect_id) == effect.id, col(Attempt.fence) == claim.fence)
            .values(ended_at=now, outcome=ending.outcome, code=ending.code or None)
        )
        fresh = tx.get_one(Effect, effect.id, populate_existing=True)
        act_for(effect.kind).after(tx, hands.office, fresh, ending.outcome)
        record_move(tx, fresh, AUDIT_WORD[to], code=ending.code, **again_at(fresh))
        return fresh.state


AUDIT_WORD = {
    EffectState.CONFIRMED: "confirmed",
    EffectState.REJECTED: "refused",
    EffectState.RETRY: "retry",
    EffectState.UNKNOWN: "unknown",
}


def again_at(effect: Effect) -> dict[str, object]:
    """When it is tried again, for the record."""
    due = effect.due_at if effect.state == EffectState.RETRY else None
    return {"again_at": due.isoformat()} if due else {}


def _due_after(
    to: EffectState, again_at: datetime | None, attempts: int, now: datetime
) -> datetime | None:
    if to == EffectState.UNKNOWN:
        return now
    if to == EffectState.RETRY:
        return again_at or now + timedelta(seconds=min(2**attempts, 60))
    return None


def change(
    tx: Transaction, effect_id: str, fence: int, was: EffectState, to: EffectState, **values: object
) -> bool:
    """Move the effect, if nobody has overtaken us: an older fence hits no row."""
    return bool(
        tx.changed(
            update(Effect)
            .where(col(Effect.id) == effect_id, col(Effect.fence) == fence)
            .where(col(Effect.state) == was)
            .values(state=to, **values)
        )
    )


def withdraw(tx: Transaction, effect: Effect, reason: str) -> None:
    """Take back what has not been sent. What is sent or settled stays as it is."""
    if effect.state in (EffectState.PLANNED, EffectState.AUTHORISED, EffectState.RETRY):
        _forbid(tx, effect, reason)


def record_move(tx: Transaction, effect: Effect, word: str, **facts: object) -> None:
    """One row of the record for one move; the timeline leaves out those that say nothing new.

    A referral's effects are told in its own chain.
    """
    chain = chain_of_incident(effect.incident_id)
    if effect.sealed:
        referral = tx.exec(
            select(Referral.id).where(col(Referral.incident_id) == effect.incident_id)
        ).one()
        chain = chain_of_case(referral)
    what = f"{effect.kind}-{word}"
    told = {name: facts[name] for name in TELLING if name in facts}
    repeated = if_repeated(tx, chain, what, effect=effect.id, **told) if effect.attempts > 1 else {}
    tx.record(chain, "amends", what, effect=effect.id, target=effect.target, **facts, **repeated)


TELLING = ("code", "finding", "state")
"""The facts of a move that tell something new; which attempt it was does not."""


def wake_incident(tx: Transaction, incident_id: str) -> None:
    """Have the procedure run again at once."""
    tx.exec(update(Incident).where(col(Incident.id) == incident_id).values(wake_at=tx.now()))
    tx.wake(incident_id)
