"""What becomes of public words as they are published, as pure functions (design §3.8, §6)."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from models.statements import Statement, Wording
from models.words import EffectState, Outcome, StatementState

AFTER_PUBLISHING: dict[Outcome, StatementState] = {
    Outcome.DONE: StatementState.PUBLISHED,
    Outcome.UNKNOWN: StatementState.UNKNOWN,
    Outcome.NOT_AUTHORISED: StatementState.NEEDS_HUMAN,
    Outcome.REFUSED: StatementState.WITHDRAWN,
    Outcome.NOT_SENT: StatementState.CLEARED,
    Outcome.NOT_DONE: StatementState.CLEARED,
}
"""Where words stand after one attempt. Who may not publish has a person do it by hand; words that
are refused are written anew."""

SENDABLE = (StatementState.CLEARED, StatementState.NEEDS_HUMAN)
UNSENT = (StatementState.DRAFTED, StatementState.WAITING, StatementState.CLEARED)
"""Words that a new plan takes back without asking anybody."""

TAKEN_BACK = (EffectState.PLANNED, EffectState.AUTHORISED, EffectState.RETRY)
OUT_OF_REACH = (EffectState.INFLIGHT, EffectState.UNKNOWN, EffectState.NEEDS_HUMAN)


class Stays(StrEnum):
    """Why words cannot be taken back."""

    GOING_OUT = "going-out"
    PUBLISHED = "published"


def why_not_sent(
    statement: Statement,
    wording: Wording | None,
    *,
    of_incident: int,
    of_effect: int,
    held_until: datetime | None,
    now: datetime,
) -> str | None:
    """Why the frozen words may not leave now: ``held`` waits, any other word withdraws them.

    ``of_incident`` is the incident's generation, ``of_effect`` the version that was frozen: an
    edit, or another kind of mistake, leaves both behind.
    """
    if held_until is not None and held_until > now:
        return "held"
    if statement.generation != of_incident:
        return "reclassified"
    if statement.state not in SENDABLE or wording is None or wording.version != of_effect:
        return "clearance-void"
    return None


def why_it_stays(
    state: StatementState, effects: Iterable[EffectState], *, said_to_be_out: bool
) -> Stays | None:
    """Why words cannot be taken back. What is in flight cannot be called back: what it did must be
    known first. ``said_to_be_out``: a person has published them by hand, and we have yet to look.
    """
    if state == StatementState.PUBLISHED:
        return Stays.PUBLISHED
    if said_to_be_out or any(effect in OUT_OF_REACH for effect in effects):
        return Stays.GOING_OUT
    return None


def is_left_behind(state: StatementState, *, in_peoples_hands: bool) -> bool:
    """Whether another kind of mistake takes these words back: all that has not been sent, and what
    a person was asked to publish by hand."""
    return state in UNSENT or in_peoples_hands
