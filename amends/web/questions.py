"""The questions that wait for whoever looks at an incident, with all that their answers need."""

from dataclasses import dataclass
from datetime import UTC, datetime

from flows.deciding.holding import may_hold
from flows.shapes import IncidentShape, PostShape, SettlementShape, StatementShape
from flows.to_answer import key_of, to_answer
from flows.view import Viewer
from models.decisions import Decision
from models.standing import DECISION_WAITS, PRESSING
from models.words import Because, DecisionType
from templates.labels import label

NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Question:
    """One question. ``key`` is where it stands on the page; ``post``, ``words`` and ``settlement``
    are what it is about, where it is about one."""

    key: str
    type: DecisionType
    target: str
    due_at: datetime | None
    because: Because | None
    because_label: str | None
    post: PostShape | None
    words: StatementShape | None
    settlement: SettlementShape | None


def questions_of(by: Viewer, seen: IncidentShape) -> tuple[Question, ...]:
    """Those that this person may answer, in the order in which they press."""
    asked = sorted(to_answer(by), key=_pressure)
    found = (_question(seen, one) for one in asked)
    return tuple(one for one in found if one.settlement or one.type != DecisionType.SETTLE)


def _pressure(question: Decision) -> tuple[int, datetime]:
    wait = DECISION_WAITS.get(question.type)
    return (PRESSING.index(wait) if wait else len(PRESSING), question.due_at or NEVER)


def _question(seen: IncidentShape, one: Decision) -> Question:
    return Question(
        key=key_of(one),
        type=one.type,
        target=one.target,
        due_at=one.due_at,
        because=one.because,
        because_label=label("because", one.because) if one.because else None,
        post=next((post for post in seen.posts if post.id == one.target), None),
        words=next((words for words in seen.statements if words.id == one.target), None),
        settlement=next((it for it in seen.settlements if it.target == one.target), None)
        if one.type == DecisionType.SETTLE
        else None,
    )


@dataclass(frozen=True)
class Held:
    """An account on which nothing goes out. ``because`` is None for who may not read it."""

    id: str
    platform: str
    handle: str
    by: str
    until: datetime
    because: str | None


def held_accounts(by: Viewer) -> tuple[Held, ...]:
    """Those of this incident that somebody holds, for whoever may see which accounts those are."""
    if by.hears_only_that_security_leads:
        return ()
    return tuple(
        Held(
            id=one.id,
            platform=one.platform,
            handle=one.handle,
            by=by.name(one.held_by or ""),
            until=one.held_until,
            because=one.held_because if may_hold(by, one) else None,
        )
        for one in by.seen.accounts.values()
        if one.held_until is not None and one.held_until > by.now
    )
