"""Asking people: a question is a row that waits, with a deadline and someone to fall to."""

from collections.abc import Iterable
from datetime import timedelta

from sqlmodel import col, func, select

from models.audit import chain_of_incident
from models.decisions import Decision
from models.effects import Effect
from models.incident import Post
from models.statements import Statement
from models.store import Transaction
from models.words import DecisionType, Role


def ask(
    tx: Transaction,
    incident_id: str,
    type_: DecisionType,
    *,
    target: str = "",
    of: Iterable[Role],
    within: timedelta | None = None,
    falls_to: Iterable[Role] = (),
    said: str,
    again: bool = True,
) -> bool:
    """Ask unless the same question is open, or was answered and may not be put ``again``.

    Returns whether it was asked. ``said`` is its word on the timeline.
    """
    same = select(Decision).where(
        col(Decision.incident_id) == incident_id,
        col(Decision.type) == type_,
        col(Decision.target) == target,
    )
    rows = tx.exec(same).all()
    is_open = any(d.choice is None and d.withdrawn_at is None for d in rows)
    answered = any(d.choice is not None and d.withdrawn_at is None for d in rows)
    if is_open or (answered and not again):
        return False
    last = tx.exec(
        select(func.coalesce(func.max(Decision.generation), 0)).where(
            col(Decision.incident_id) == incident_id,
            col(Decision.type) == type_,
            col(Decision.target) == target,
        )
    ).one()
    now = tx.now()
    asked = tx.insert_once(
        Decision(
            incident_id=incident_id,
            type=type_,
            target=target,
            generation=last + 1,
            asked_of=[role.value for role in of],
            falls_to=[role.value for role in falls_to],
            asked_at=now,
            due_at=now + within if within else None,
        )
    )
    if asked:
        tx.record(chain_of_incident(incident_id), "amends", said, type=type_.value, target=target)
    return asked


def ask_by_hand(tx: Transaction, post: Post) -> None:
    """A task for a person: delete it by hand, and say so."""
    ask(
        tx,
        post.incident_id,
        DecisionType.ATTEST,
        target=post.id,
        of=(Role.POSTER, Role.PUBLISHER, Role.ACCOUNT_OWNER, Role.DTU_DUTY),
        within=timedelta(minutes=10),
        falls_to=(Role.DTU_DUTY,),
        said="by-hand-asked",
    )


def ask_for_words(tx: Transaction, statement: Statement) -> None:
    """No template fits, or a clearer said no: a person writes the words."""
    ask(
        tx,
        statement.incident_id,
        DecisionType.WORDS,
        target=statement.id,
        of=(Role.PUBLISHER, Role.DTU_DUTY, Role.PRESS_DUTY),
        within=timedelta(minutes=20),
        falls_to=(Role.DTU_DUTY,),
        said="words-asked",
    )


def ask_to_settle(tx: Transaction, effect: Effect, target: str, said: str = "needs-human") -> None:
    """What could not be done by us is done, or not, by a person, who says which."""
    ask(
        tx,
        effect.incident_id,
        DecisionType.SETTLE,
        target=target,
        of=(Role.DTU_DUTY,),
        within=timedelta(minutes=10),
        falls_to=(Role.DTU,),
        said=said,
    )
