"""Words that went out ahead of those that are due: what replaces them, and when they are moot."""

from collections.abc import Iterator
from datetime import datetime

from models.decisions import Decision
from models.snapshot import Snapshot
from models.statements import Statement
from models.words import DecisionType, StatementState

SPEAKING = frozenset(
    {
        StatementState.CLEARED,
        StatementState.PUBLISHED,
        StatementState.UNKNOWN,
        StatementState.NEEDS_HUMAN,
    }
)
"""Words that go out now, or are out."""


def is_ahead(statement: Statement) -> bool:
    """Whether these words go out ahead of those that are due."""
    return statement.expires_at is not None


def lines_of(seen: Snapshot) -> tuple[Statement, ...]:
    """Every statement that goes out, or went out, ahead."""
    return tuple(one for one in seen.statements if is_ahead(one))


def replaced_by(seen: Snapshot, line: Statement) -> Statement | None:
    """The words that are out in its place on the same account, or from another one for it."""
    return next(_after(seen, line, frozenset({StatementState.PUBLISHED})), None)


def is_moot(seen: Snapshot, line: Statement, now: datetime) -> bool:
    """Whether a line that is not out must not go out any more: it has expired, or what it was to
    go ahead of goes out itself."""
    expired = line.expires_at is not None and line.expires_at <= now
    return expired or next(_after(seen, line, SPEAKING), None) is not None


def still_holds(seen: Snapshot, line: Statement) -> bool:
    """Whether it is out, or on its way, and nothing has replaced it nor let it stand."""
    if line.state == StatementState.WITHDRAWN or _let_stand(seen, line) is not None:
        return False
    return replaced_by(seen, line) is None


def _after(
    seen: Snapshot, line: Statement, states: frozenset[StatementState]
) -> Iterator[Statement]:
    account_id = line.speaks_for or line.account_id
    return (
        one
        for one in seen.statements
        if one.state in states
        and not is_ahead(one)
        and not one.restores
        and one.generation >= line.generation
        and (one.speaks_for or one.account_id) == account_id
    )


def _let_stand(seen: Snapshot, line: Statement) -> Decision | None:
    waived = (d for d in seen.decisions if d.type == DecisionType.WAIVE and d.target == line.id)
    return next((d for d in waived if d.choice and d.withdrawn_at is None), None)
