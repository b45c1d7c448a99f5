"""The moves that rows may make, as pure functions (design §6)."""

from models.words import EffectState, Outcome

S = EffectState

MOVES: dict[EffectState, frozenset[EffectState]] = {
    S.PLANNED: frozenset({S.AUTHORISED, S.WITHDRAWN}),
    S.AUTHORISED: frozenset({S.INFLIGHT, S.WITHDRAWN, S.UNKNOWN}),  # unknown: after a restore
    S.INFLIGHT: frozenset({S.CONFIRMED, S.REJECTED, S.RETRY, S.UNKNOWN}),
    S.UNKNOWN: frozenset({S.CONFIRMED, S.RETRY, S.NEEDS_HUMAN}),
    S.NEEDS_HUMAN: frozenset({S.CONFIRMED, S.RETRY, S.ABANDONED}),
    S.RETRY: frozenset({S.AUTHORISED, S.WITHDRAWN, S.UNKNOWN}),
    S.CONFIRMED: frozenset(),
    S.REJECTED: frozenset(),
    S.ABANDONED: frozenset(),
    S.WITHDRAWN: frozenset(),
}

SETTLED = frozenset(state for state, onward in MOVES.items() if not onward)
"""States that an effect never leaves."""

AFTER_OUTCOME: dict[Outcome, EffectState] = {
    Outcome.DONE: S.CONFIRMED,
    Outcome.NOT_SENT: S.RETRY,
    Outcome.NOT_DONE: S.RETRY,
    Outcome.REFUSED: S.REJECTED,
    Outcome.NOT_AUTHORISED: S.REJECTED,
    Outcome.UNKNOWN: S.UNKNOWN,
}


class ForbiddenMoveError(Exception):
    """A row was asked to make a move that its life does not have."""


def move(now: EffectState, to: EffectState) -> EffectState:
    """``to``, when an effect may go there from ``now``. Raises ForbiddenMoveError."""
    if to not in MOVES[now]:
        raise ForbiddenMoveError(f"an effect cannot go from {now} to {to}")
    return to
