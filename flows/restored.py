"""What a restore leaves unknown: since when words of ours may be up without a row that says so."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlmodel import col, select

from integrations.platforms.base import Published
from models.effects import Effect
from models.incident import Incident, Post
from models.reconciliation import Reconciliation
from models.statements import Statement, Wording
from models.store import Transaction
from models.words import EffectKind, EffectState

DUPLICATE = "duplicate"
"""The raw code of a platform that takes the same words only once."""

REPORTED_AGAIN_WITHIN = timedelta(days=30)
"""How long after reconcile mode was lifted a report may still be one that the backup had lost."""


def may_be_up_since(tx: Transaction, effect: Effect) -> datetime | None:
    """Since when the words of this publication may be up unknown to us; None where they cannot be.

    The database went back over a gap, from the backup to the lift. Words that were published in it
    have no row, or one that does not know of it: whatever is planned afterwards may be up already.
    """
    gaps = tx.exec(select(Reconciliation)).all()
    if not gaps:
        return None
    incident = tx.get_one(Incident, effect.incident_id)
    posts = tx.exec(select(Post.posted_at).where(col(Post.incident_id) == incident.id)).all()
    return reach(gaps, incident.opened_at, posts)


def reach(
    gaps: Iterable[Reconciliation], opened_at: datetime, posted: Sequence[datetime | None]
) -> datetime | None:
    """The same of its rows (pure). What puts a post right is no older than the post."""
    known = [when for when in posted if when is not None]
    first = min(known) if known and len(known) == len(posted) else None
    starts = [
        max(gap.known_until, first or gap.known_until)
        for gap in gaps
        if gap.lifted_at is None or _may_be_of(gap.lifted_at, opened_at, first)
    ]
    return min(starts, default=None)


def _may_be_of(lifted_at: datetime, opened_at: datetime, first: datetime | None) -> bool:
    """Whether the incident may have been dealt with before that lift already."""
    if first is not None:
        return first < lifted_at
    return opened_at < lifted_at + REPORTED_AGAIN_WITHIN


def not_of_others(
    tx: Transaction, effect: Effect, found: Sequence[Published]
) -> tuple[Published, ...]:
    """Without the posts that are known to be another statement's: the same words may be said of
    several mistakes. A platform that refused ours as said already has not made them of ours: while
    it is not known whether the same words of another mistake are up, they are that one's."""
    if effect.code == DUPLICATE and effect.attempts == 1 and _has_twin(tx, effect):
        return ()
    taken = set(
        tx.exec(
            select(Statement.remote_id)
            .where(col(Statement.account_id) == effect.account_id)
            .where(col(Statement.id) != effect.target, col(Statement.published_at).is_not(None))
            .where(col(Statement.remote_id).in_([one.remote_id for one in found]))
        )
    )
    return tuple(one for one in found if one.remote_id not in taken)


def _has_twin(tx: Transaction, effect: Effect) -> bool:
    """Whether it is not known of the same words of another statement if they are up."""
    mine = select(Wording.digest).join(Statement, col(Statement.wording_id) == col(Wording.id))
    twin = (
        select(Effect.id)
        .join(Statement, col(Statement.id) == col(Effect.target))
        .join(Wording, col(Wording.id) == col(Statement.wording_id))
        .where(col(Effect.kind) == EffectKind.PUBLISH, col(Effect.target) != effect.target)
        .where(col(Effect.account_id) == effect.account_id)
        .where(col(Effect.state).in_([EffectState.INFLIGHT, EffectState.UNKNOWN]))
        .where(col(Wording.digest).in_(mine.where(col(Statement.id) == effect.target)))
    )
    return tx.exec(twin).first() is not None
