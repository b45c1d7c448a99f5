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
    return [e.id for e in _due(here, incident_id, kind) if account_id in (None, e.account_id)]


def due_by_account(
    here: Office, incident_id: str, kind: EffectKind, account_id: str | None = None
) -> list[list[str]]:
    """The same, those of one account together."""
    by_account: dict[str | None, list[str]] = {}
    for effect in _due(here, incident_id, kind):
        if account_id not in (None, effect.account_id):
            continue
        by_account.setdefault(effect.account_id, []).append(effect.id)
    return list(by_account.values())


def _due(here: Office, incident_id: str, kind: EffectKind) -> list[Effect]:
    with here.store.read() as tx:
        now = tx.now()
        rows = tx.exec(
            select(Effect)
            .where(col(Effect.incident_id) == incident_id, col(Effect.kind) == kind)
            .where(col(Effect.state).in_(UNDER_WAY))
        ).all()
    return [e for e in rows if e.due_at is None or e.due_at <= now]
