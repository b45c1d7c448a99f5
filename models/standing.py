"""Where an incident stands: worked out from its rows, the same for flow, page and script."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.decisions import Decision
from models.incident import Post
from models.parity import words_are_due, words_on_each
from models.retries import waits_for_a_capture
from models.snapshot import Snapshot
from models.statements import Statement
from models.words import (
    DecisionType,
    DeleteWord,
    IncidentState,
    NoticeState,
    PostState,
    StatementState,
    Step,
    Wait,
)


class StepState(StrEnum):
    """Where one line of the procedure stands."""

    WORKING = "working"
    WAITING = "waiting"
    DONE = "done"
    SKIPPED = "skipped"
    NOT_NEEDED = "not-needed"


@dataclass(frozen=True)
class Waiting:
    """One thing that is waited for. ``asked_of`` are roles; ``target`` is the row it is about."""

    wait: Wait
    target: str = ""
    asked_of: tuple[str, ...] = ()
    since: datetime | None = None
    due_at: datetime | None = None


@dataclass(frozen=True)
class StepStanding:
    """One line of the procedure and what it waits for."""

    step: Step
    state: StepState
    waits: tuple[Waiting, ...] = ()


@dataclass(frozen=True)
class Standing:
    """The incident as a whole. ``waits`` are in the order in which they press."""

    state: IncidentState
    steps: tuple[StepStanding, ...]
    waits: tuple[Waiting, ...]

    @property
    def waiting_for(self) -> Wait | None:
        """What presses most."""
        return self.waits[0].wait if self.waits else None

    @property
    def undone(self) -> tuple[Step, ...]:
        """The steps before closing that are neither done, skipped nor unneeded."""
        open_states = (StepState.WORKING, StepState.WAITING)
        return tuple(s.step for s in self.steps if s.step != Step.CLOSE and s.state in open_states)


PRESSING = (
    Wait.PERSON,
    Wait.CONFIRMATION,
    Wait.DECISION,
    Wait.BY_HAND,
    Wait.FACTS,
    Wait.WORDS,
    Wait.CLEARANCE,
    Wait.PLATFORM,
    Wait.MAIL,
    Wait.ENGINE,
    Wait.REPLACEMENT,
    Wait.ADVICE,
    Wait.CLOSING,
)

POST_WAITS = {
    PostState.ASKED: Wait.DECISION,
    PostState.BY_HAND: Wait.BY_HAND,
    PostState.NEEDS_HUMAN: Wait.PERSON,
    PostState.UNKNOWN: Wait.PLATFORM,
    PostState.DELETING: Wait.PLATFORM,
}
"""What a post in this state waits for. A live one waits for the engine, unless it was asked."""

POST_ENDS = frozenset({PostState.GONE, PostState.ATTESTED, PostState.KEPT})

STATEMENT_WAITS = {
    StatementState.WAITING: Wait.CLEARANCE,
    StatementState.CLEARED: Wait.PLATFORM,
    StatementState.UNKNOWN: Wait.PLATFORM,
    StatementState.NEEDS_HUMAN: Wait.PERSON,
    StatementState.DRAFTED: Wait.ENGINE,
}

NOTICE_WAITS = {
    NoticeState.QUEUED: Wait.MAIL,
    NoticeState.UNKNOWN: Wait.PERSON,
    NoticeState.FAILED: Wait.PERSON,
}

DECISION_WAITS = {
    DecisionType.CONFIRM: Wait.CONFIRMATION,
    DecisionType.KEEP: Wait.DECISION,
    DecisionType.ATTEST: Wait.BY_HAND,
    DecisionType.SETTLE: Wait.PERSON,
    DecisionType.FACTS: Wait.FACTS,
    DecisionType.WORDS: Wait.WORDS,
    DecisionType.REPLACE: Wait.REPLACEMENT,
    DecisionType.ADVISE: Wait.ADVICE,
    DecisionType.CLOSE: Wait.CLOSING,
}


def standing(seen: Snapshot) -> Standing:
    """Judge the rows. An incident without a plan yet is *accepted* and waits for the engine."""
    if seen.incident.closed_at is not None:
        return Standing(IncidentState.CLOSED, _steps(seen), ())
    if seen.incident.plan is None:
        first = Waiting(Wait.ENGINE, since=seen.incident.opened_at)
        return Standing(IncidentState.ACCEPTED, _steps(seen), (first,))
    steps = _steps(seen)
    waits = _by_pressure((wait for step in steps for wait in step.waits), _to_publish(seen))
    assert waits, "an open incident waits for something, at last for its closing"
    busy = waits[0].wait == Wait.ENGINE
    return Standing(IncidentState.WORKING if busy else IncidentState.WAITING, steps, waits)


def _by_pressure(waits: Iterable[Waiting], to_publish: frozenset[str]) -> tuple[Waiting, ...]:
    """Words that only a person can publish press no more than those that wait for clearance."""

    def pressure(waiting: Waiting) -> int:
        later = waiting.wait == Wait.PERSON and waiting.target in to_publish
        return PRESSING.index(Wait.CLEARANCE if later else waiting.wait)

    return tuple(sorted(dict.fromkeys(waits), key=pressure))


def _to_publish(seen: Snapshot) -> frozenset[str]:
    """The statements that people were asked to publish by hand."""
    asked = {question.target for question in _open(seen, DecisionType.SETTLE)}
    return frozenset(statement.id for statement in seen.statements if statement.id in asked)


def _steps(seen: Snapshot) -> tuple[StepStanding, ...]:
    skipped = {d.target for d in seen.decisions if d.type == DecisionType.SKIP}
    found = (
        _step(Step.TELL, True, _tell(seen)),
        _step(Step.PRESERVE, _has_account(seen), _preserve(seen)),
        _step(Step.DELETE, _deletes(seen), _delete(seen)),
        _step(Step.VERIFY, _deletes(seen), _verify(seen)),
        _step(Step.WORD, _speaks(seen), _word(seen)),
        _step(Step.CLEAR, _speaks(seen), _clear(seen)),
        _step(Step.PUBLISH, _speaks(seen), _publish(seen)),
        _step(Step.ADVISE, True, _asked(seen, DecisionType.ADVISE, ask=Wait.ENGINE)),
    )
    steps = [
        StepStanding(s.step, StepState.SKIPPED) if s.step.value in skipped else s for s in found
    ]
    if seen.incident.closed_at is not None:
        return (*steps, StepStanding(Step.CLOSE, StepState.DONE))
    closing = _asked(seen, DecisionType.CLOSE, ask=None)
    undone = any(s.state in (StepState.WAITING, StepState.WORKING) for s in steps)
    state = StepState.WORKING if undone else StepState.WAITING
    return (*steps, StepStanding(Step.CLOSE, state, () if undone else closing or _closing()))


def _closing() -> tuple[Waiting, ...]:
    return (Waiting(Wait.CLOSING, asked_of=("dtu",)),)


def _step(step: Step, needed: bool, waits: tuple[Waiting, ...]) -> StepStanding:
    if not needed:
        return StepStanding(step, StepState.NOT_NEEDED)
    if not waits:
        return StepStanding(step, StepState.DONE)
    engine_only = all(waiting.wait == Wait.ENGINE for waiting in waits)
    return StepStanding(step, StepState.WORKING if engine_only else StepState.WAITING, waits)


def _tell(seen: Snapshot) -> tuple[Waiting, ...]:
    if not seen.notices:
        return (Waiting(Wait.ENGINE),)
    of_posts = {post.id for post in seen.posts}
    questions = _open(seen, DecisionType.CONFIRM)
    return tuple(_as_waiting(q) for q in questions if q.target not in of_posts) + tuple(
        Waiting(NOTICE_WAITS[n.state], n.id, (), n.queued_at, n.due_at)
        for n in seen.notices
        if n.state in NOTICE_WAITS and not n.digest_line
    )


def _has_account(seen: Snapshot) -> bool:
    return any(p.account_id for p in seen.posts)


def _preserve(seen: Snapshot) -> tuple[Waiting, ...]:
    return tuple(
        _capture_waiting(seen, p)
        for p in seen.posts
        if p.account_id and p.id not in seen.captures and p.state == PostState.LIVE
    )


def _capture_waiting(seen: Snapshot, post: Post) -> Waiting:
    """The engine keeps a copy at once; where that failed, the platform's time is waited for."""
    if waits_for_a_capture(seen, post):
        return Waiting(Wait.PLATFORM, post.id, (), post.reported_at, post.try_at)
    return Waiting(Wait.ENGINE, post.id, (), post.reported_at)


def _plan_word(seen: Snapshot, field: str) -> str:
    return str((seen.incident.plan or {}).get(field, ""))


def _deletes(seen: Snapshot) -> bool:
    return _plan_word(seen, "delete") != DeleteWord.NO


def _delete(seen: Snapshot) -> tuple[Waiting, ...]:
    asked = {d.target: d for d in _open(seen, DecisionType.CONFIRM, DecisionType.KEEP)}
    waits = []
    for post in seen.posts:
        if question := asked.get(post.id):
            waits.append(_as_waiting(question))
        elif post.state in (PostState.LIVE, PostState.ASKED, PostState.BY_HAND):
            waits.append(_post_waiting(seen, post))
    return tuple(waits)


def _verify(seen: Snapshot) -> tuple[Waiting, ...]:
    return tuple(_post_waiting(seen, post) for post in seen.posts if post.state not in POST_ENDS)


def _post_waiting(seen: Snapshot, post: Post) -> Waiting:
    question = next((d for d in seen.open_decisions() if d.target == post.id), None)
    if question is not None:
        return _as_waiting(question)
    if post.state == PostState.LIVE and waits_for_a_capture(seen, post):
        return _capture_waiting(seen, post)
    wait = POST_WAITS.get(post.state, Wait.ENGINE)
    if post.account_id is None and _is_the_engines(seen, post):
        wait = Wait.ENGINE
    return Waiting(wait, post.id, (), post.reported_at, post.look_at)


def _is_the_engines(seen: Snapshot, post: Post) -> bool:
    """On an account that is not ours: the engine is about to ask, or to look its one time."""
    let_go = any(
        d.type == DecisionType.SKIP and d.target == Step.DELETE.value for d in seen.decisions
    )
    return post.state == PostState.UNKNOWN or (post.state == PostState.BY_HAND and not let_go)


def _speaks(seen: Snapshot) -> bool:
    """Whether public words are due, or a person has written some that nobody asked for, or is
    asked for others in their place."""
    return (
        words_are_due(seen)
        or any(statement.state != StatementState.WITHDRAWN for statement in seen.statements)
        or bool(_open(seen, DecisionType.WORDS))
    )


def _word(seen: Snapshot) -> tuple[Waiting, ...]:
    if questions := _open(seen, DecisionType.FACTS, DecisionType.WORDS):
        return tuple(_as_waiting(q) for q in questions)
    return tuple(
        Waiting(Wait.ENGINE, one.account_id) for one in words_on_each(seen) if one.is_the_engines
    )


def _clear(seen: Snapshot) -> tuple[Waiting, ...]:
    return tuple(
        Waiting(Wait.CLEARANCE, s.id, _clearers(seen), s.drafted_at, s.words_due_at)
        for s in seen.statements
        if s.state == StatementState.WAITING
    ) + tuple(Waiting(Wait.ENGINE, w.target) for w in _word(seen))


def _clearers(seen: Snapshot) -> tuple[str, ...]:
    """The roles that the plan asks for a yes; empty where the words need none."""
    rule = (seen.incident.plan or {}).get("clearance", {})
    return tuple(dict.fromkeys(role for group in rule.get("groups", ()) for role in group))


def _publish(seen: Snapshot) -> tuple[Waiting, ...]:
    return (
        *(_statement_waiting(seen, s) for s in seen.statements if s.state in STATEMENT_WAITS),
        *(_as_waiting(question) for question in _open(seen, DecisionType.REPLACE)),
        *(Waiting(Wait.ENGINE, w.target) for w in _word(seen)),
    )


def _statement_waiting(seen: Snapshot, statement: Statement) -> Waiting:
    """The same wait as the step before has, where it is for clearance: it is shown once."""
    wait = STATEMENT_WAITS[statement.state]
    asked_of = _clearers(seen) if wait == Wait.CLEARANCE else ()
    return Waiting(wait, statement.id, asked_of, statement.drafted_at, statement.words_due_at)


def _asked(seen: Snapshot, type_: DecisionType, *, ask: Wait | None) -> tuple[Waiting, ...]:
    rows = [d for d in seen.decisions if d.type == type_ and d.withdrawn_at is None]
    if not rows:
        return (Waiting(ask),) if ask else ()
    return tuple(_as_waiting(d) for d in rows if d.choice is None)


def _open(seen: Snapshot, *types: DecisionType) -> tuple[Decision, ...]:
    return tuple(d for d in seen.open_decisions() if d.type in types)


def _as_waiting(question: Decision) -> Waiting:
    return Waiting(
        DECISION_WAITS[question.type],
        question.target,
        tuple(question.asked_of),
        question.asked_at,
        question.due_at,
    )
