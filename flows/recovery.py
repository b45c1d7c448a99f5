"""Recovery: every effect whose outcome is not known is settled by looking, or reaches a person.

Runs at the engine's start, every 30 s and on demand; it starts outside any flow.
"""

from functools import partial

from sqlmodel import col, or_, select

from flows.hands import Hands, is_dead
from flows.reading_back import read_back
from flows.settling import carry_out_settlements
from flows.side_by_side import side_by_side
from models.effects import Effect
from models.words import EffectState


def unsettled(hands: Hands, incident_id: str | None = None) -> list[tuple[str, str]]:
    """Effects to read back now, as (incident, effect): unknown and due, or left by the dead."""
    with hands.office.store.read() as tx:
        now = tx.now()
        query = select(Effect).where(
            col(Effect.state).in_([EffectState.UNKNOWN, EffectState.INFLIGHT])
        )
        if incident_id is not None:
            query = query.where(col(Effect.incident_id) == incident_id)
        rows = tx.exec(query.where(or_(col(Effect.due_at).is_(None), col(Effect.due_at) <= now)))
        return [
            (e.incident_id, e.id)
            for e in rows
            if e.state == EffectState.UNKNOWN
            or e.lease_until is None
            or e.lease_until <= now
            or (e.lease_owner is not None and is_dead(e.lease_owner))
        ]


def recover_incident(hands: Hands, incident_id: str) -> None:
    """Read back what is unsettled of one incident, and carry out what people have settled."""
    of_one = [effect_id for _, effect_id in unsettled(hands, incident_id)]
    side_by_side([partial(read_back, hands, effect_id) for effect_id in of_one])
    carry_out_settlements(hands, incident_id)
