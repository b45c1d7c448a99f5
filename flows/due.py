"""Which effects of an incident may be carried out now."""

from sqlmodel import col, select

from models.effects import Effect
from models.office import Office
from models.words import EffectKind, EffectState

UNDER_WAY = (EffectState.AUTHORISED, EffectState.RETRY, EffectState.INFLIGHT)


def due_effects(
    here: Office, incident_id: str, kind: EffectKind, account_id: str | None = None
) -> list[str]:
    """The ids of those authorised, those whose retry has come, and those another runner has; of
    one account, or of all (None)."""
    with here.store.read() as tx:
        now = tx.now()
        rows = tx.exec(
            select(Effect)
            .where(col(Effect.incident_id) == incident_id, col(Effect.kind) == kind)
            .where(col(Effect.state).in_(UNDER_WAY))
        ).all()
    return [
        e.id
        for e in rows
        if (e.due_at is None or e.due_at <= now) and account_id in (None, e.account_id)
    ]
