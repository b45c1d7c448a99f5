"""Asking people: a question is a row that waits, with a deadline and someone to fall to."""

from collections.abc import Iterable
from datetime import timedelta

from sqlmodel import col, func, select

from models.audit import chain_of_incident
from models.decisions import Decision
from models.effects import Effect
from models.holding_lines import is_ahead
from models.incident import Incident, Post
from models.statements import Statement
from models.store import Transaction
from models.words import Because, DecisionType, Role
from policy.times import Timed, lasts

WITHIN = timedelta(minutes=10)
"""How long a person has to do by hand what we could not."""


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
    because: Because | None = None,
) -> bool:
    """Ask unless the same question is open, or was answered and may not be put ``again``.

    Returns whether it was asked. ``said`` is its word on the timeline; ``because`` is why the
    question is put anew, for those who are asked.
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
            because=because,
        )
    )
    if asked:
        why = {"because": because.value} if because else {}
        tx.record(
            chain_of_incident(incident_id), "amends", said, type=type_.value, target=target, **why
        )
    return asked


def ask_by_hand(tx: Transaction, post: Post, because: Because | None = None) -> None:
    """A task for a person: delete it by hand, and say so.

    On an account that is not ours it is the poster's alone: nobody else can delete for them, and
    the DTU confirms before they are asked (design §3.5).
    """
    ours = (Role.POSTER, Role.PUBLISHER, Role.ACCOUNT_OWNER, Role.DTU_DUTY)
    ask(
        tx,
        post.incident_id,
        DecisionType.ATTEST,
        target=post.id,
        of=ours if post.account_id else (Role.POSTER,),
        within=WITHIN,
        falls_to=(Role.DTU_DUTY,),
        said="by-hand-asked" if post.account_id else "poster-asked",
        because=because,
    )


def ask_whether_to_ask(tx: Transaction, post: Post, within: timedelta) -> None:
    """A post on an account that is not ours: the DTU says whether line 50, 54, 92 or 108 is met."""
    ask(
        tx,
        post.incident_id,
        DecisionType.CONFIRM,
        target=post.id,
        of=(Role.DTU_DUTY, Role.DTU),
        within=within,
        falls_to=(Role.DTU_DUTY,),
        said="lines-asked",
        again=False,
    )


def ask_after_refusal(tx: Transaction, post: Post) -> None:
    """Who can delete it will not: the DTU decides what then. It is no sign of misconduct."""
    ask(
        tx,
        post.incident_id,
        DecisionType.KEEP,
        target=post.id,
        of=(Role.DTU_DUTY, Role.DTU),
        within=WITHIN,
        falls_to=(Role.DTU_DUTY,),
        said="refusal-to-decide",
        because=Because.WILL_NOT,
    )


def ask_to_publish(tx: Transaction, statement: Statement, because: Because | None = None) -> None:
    """A task for a person: publish exactly the cleared words by hand, and paste the link."""
    ask(
        tx,
        statement.incident_id,
        DecisionType.SETTLE,
        target=statement.id,
        of=(Role.PUBLISHER, Role.DTU_DUTY),
        within=WITHIN,
        falls_to=(Role.DTU_DUTY, Role.DTU),
        said="publish-by-hand-asked",
        because=because,
    )


def ask_for_words(tx: Transaction, statement: Statement, because: Because | None = None) -> None:
    """No template fits, or a clearer said no, or they are not true any more: a person writes the
    words. Of a holding line nobody is asked for others: those that are due are what matters."""
    if is_ahead(statement):
        return
    ask(
        tx,
        statement.incident_id,
        DecisionType.WORDS,
        target=statement.id,
        of=(Role.PUBLISHER, Role.DTU_DUTY, Role.PRESS_DUTY),
        within=timedelta(minutes=20),
        falls_to=(Role.DTU_DUTY,),
        said="words-asked",
        because=because,
    )


def ask_for_what_replaces(tx: Transaction, incident: Incident) -> None:
    """A holding line goes out: the DTU has the words that are due put in its place in time."""
    ask(
        tx,
        incident.id,
        DecisionType.REPLACE,
        of=(Role.DTU_DUTY, Role.DTU),
        within=lasts(Timed.HOLDING_LINE_EXPIRES, incident.severity),
        falls_to=(Role.DTU_DUTY,),
        said="replacement-asked",
    )


def ask_to_settle(
    tx: Transaction,
    effect: Effect,
    target: str,
    said: str = "needs-human",
    because: Because | None = None,
) -> None:
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
        because=because,
    )
