"""Limits: where a platform has named a time, what else is due on the account waits as well."""

from datetime import datetime

from sqlmodel import col, func, or_, select, update

from models.effects import Effect
from models.incident import Incident
from models.office import Office
from models.retries import PUT_OFF
from models.store import Transaction
from models.words import EffectState

CLAIMABLE = (EffectState.AUTHORISED, EffectState.RETRY)


def put_off_with(here: Office, effect_id: str) -> None:
    """Have the account's other acts of the kind wait as long as this one has to."""
    with here.store.read() as tx:
        incident_id = tx.get_one(Effect, effect_id).incident_id
    with here.store.write("put-off") as tx:
        tx.get_one(Incident, incident_id, with_for_update={"key_share": True})
        refused = tx.get_one(Effect, effect_id)
        if refused.state != EffectState.RETRY or refused.code != PUT_OFF:
            return
        tx.exec(
            update(Effect)
            .where(col(Effect.incident_id) == incident_id, col(Effect.kind) == refused.kind)
            .where(col(Effect.account_id) == refused.account_id)
            .where(col(Effect.state).in_(CLAIMABLE))
            .where(or_(col(Effect.due_at).is_(None), col(Effect.due_at) < refused.due_at))
            .values(due_at=refused.due_at, code=PUT_OFF)
        )


def put_off(tx: Transaction, effect_id: str) -> bool:
    """Put this act off, where its account must wait. Returns whether it must."""
    effect = tx.get_one(Effect, effect_id)
    until: datetime | None = tx.exec(
        select(func.max(Effect.due_at))
        .where(col(Effect.incident_id) == effect.incident_id, col(Effect.kind) == effect.kind)
        .where(col(Effect.account_id) == effect.account_id, col(Effect.id) != effect.id)
        .where(col(Effect.state).in_(CLAIMABLE), col(Effect.code) == PUT_OFF)
    ).one()
    if until is None or until <= tx.now():
        return False
    effect.due_at, effect.code = until, PUT_OFF
    tx.add(effect)
    return True
