"""What waits for a person to say what is true: what was tried, when, and what each look saw."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlmodel import col, select

from models.decisions import Decision
from models.effects import Attempt, Effect
from models.incident import Post
from models.looks import Look
from models.notices import Notice
from models.snapshot import Snapshot
from models.statements import Statement, Wording
from models.store import Transaction
from models.words import DecisionType


class SettleOf(StrEnum):
    """What a person is asked about."""

    WORDS = "words"
    EARLIER_WORDS = "earlier-words"  # of a kind of mistake that it turned out not to be
    BY_HAND = "by-hand"
    POST = "post"
    MAIL = "mail"
    REFUSED_MAIL = "refused-mail"


@dataclass(frozen=True)
class Settlement:
    """One thing to settle. ``wording`` is the version that was sent, or is to be published."""

    of: SettleOf
    question: Decision
    statement: Statement | None = None
    wording: Wording | None = None
    post: Post | None = None
    notice: Notice | None = None
    attempts: tuple[Attempt, ...] = ()
    looks: tuple[Look, ...] = ()


def settlements(tx: Transaction, seen: Snapshot) -> tuple[Settlement, ...]:
    """All that waits for a person to say what is true, as it was asked."""
    questions = [q for q in seen.open_decisions() if q.type == DecisionType.SETTLE]
    if not questions:
        return ()
    of_incident = [effect.id for effect in seen.effects]
    tried = tx.exec(
        select(Attempt)
        .where(col(Attempt.effect_id).in_(of_incident))
        .order_by(col(Attempt.started_at), col(Attempt.number))
    ).all()
    looked = tx.exec(
        select(Look)
        .where(col(Look.incident_id) == seen.incident.id)
        .order_by(col(Look.first_at), col(Look.id))
    ).all()
    found = (one for question in questions for one in _about(seen, question))
    return tuple(_with_record(seen, one, tried, looked) for one in found)


def _about(seen: Snapshot, question: Decision) -> Iterator[Settlement]:
    """Nothing of what is not the incident's, or is sealed."""
    effect = next((one for one in seen.effects if one.id == question.target), None)
    target = effect.target if effect else question.target
    statement = next((one for one in seen.statements if one.id == target), None)
    post = next((one for one in seen.posts if one.id == target), None)
    notice = next((one for one in seen.notices if one.id == target), None)
    if statement is not None:
        earlier = statement.generation != seen.incident.generation
        sent = SettleOf.EARLIER_WORDS if earlier else SettleOf.WORDS
        of = sent if effect else SettleOf.BY_HAND
        yield Settlement(of, question, statement, _wording(seen, statement, effect))
    elif post is not None:
        yield Settlement(SettleOf.POST, question, post=post)
    elif notice is not None:
        of = SettleOf.MAIL if effect else SettleOf.REFUSED_MAIL
        yield Settlement(of, question, notice=notice)


def _wording(seen: Snapshot, statement: Statement, effect: Effect | None) -> Wording | None:
    """The version that the effect froze; else the one that now stands."""
    if effect is None:
        return seen.wordings.get(statement.wording_id or "")
    mine = (one for one in seen.wordings.values() if one.statement_id == statement.id)
    return next((one for one in mine if one.version == effect.generation), None)


def _with_record(
    seen: Snapshot, one: Settlement, tried: Sequence[Attempt], looked: Sequence[Look]
) -> Settlement:
    about = one.statement or one.post or one.notice
    assert about is not None, "a settlement is about one of the three"
    effects = {e.id for e in seen.effects if e.target == about.id}
    return replace(
        one,
        attempts=tuple(attempt for attempt in tried if attempt.effect_id in effects),
        looks=tuple(look for look in looked if look.target in effects | {about.id}),
    )
