"""Answering: a question that was asked is answered in place; an unasked decision is a row too."""

from sqlmodel import col, func, select, update

from flows.deciding.before import Before
from flows.deciding.desk import Desk
from flows.refusals import AlreadyDecidedError, BadRequestError, NotNowError
from models.columns import new_id
from models.decisions import Decision
from models.words import Choice, DecisionType
from policy.access import Relation, answerers

TAKEN_BACK = "The question was taken back. Look at the incident again."


def needed(text: str | None, sentence: str) -> str:
    """The text without white space around it. Raises BadRequestError where nothing is left."""
    if not (kept := (text or "").strip()):
        raise BadRequestError(sentence)
    return kept


def open_question(by: Before, type_: DecisionType, target: str = "") -> Decision | None:
    """The question that waits, if one does."""
    return next(
        (d for d in by.seen.open_decisions() if d.type == type_ and d.target == target), None
    )


def last_answer(desk: Desk, type_: DecisionType, target: str = "") -> Decision | None:
    """What was decided last and still stands."""
    answered = [
        d
        for d in desk.seen.decisions
        if d.type == type_ and d.target == target and d.choice and d.withdrawn_at is None
    ]
    return max(answered, key=lambda one: one.generation, default=None)


def may_answer(by: Before, question: Decision | None) -> bool:
    """Whether this person is among those whom the question is for."""
    return question is not None and by.person.email in answerers(
        question, by.seen, by.register, by.now
    )


def may_judge(by: Before, type_: DecisionType, target: str = "") -> bool:
    """The DTU, or who was asked this very question; to be asked another one is not enough."""
    return Relation.DTU in by.relations or may_answer(by, open_question(by, type_, target))


def require_asked(desk: Desk, type_: DecisionType, *targets: str) -> None:
    """For whoever answers a question that they were shown: it must be open still, about one of
    these, or about the incident where none is named.

    Raises AlreadyDecidedError with who was quicker, and NotNowError where it was taken back.
    """
    named = targets or ("",)
    if any(open_question(desk, type_, one) for one in named):
        return
    answered = [one for target in named if (one := last_answer(desk, type_, target))]
    raise already(desk, answered[-1]) if answered else NotNowError(TAKEN_BACK)


def decide(
    desk: Desk,
    type_: DecisionType,
    *,
    target: str = "",
    choice: Choice,
    text: str | None = None,
    once: bool = False,
) -> Decision:
    """Answer the question that waits, or put the decision down unasked.

    With ``once`` an answer stands: raises AlreadyDecidedError where one was given and the
    question was not asked anew. Raises it too where somebody was quicker.
    """
    question = open_question(desk, type_, target)
    if question is None and once and (before := last_answer(desk, type_, target)):
        raise already(desk, before)
    if question is None:
        question = _put_down(desk, type_, target)
    sealed = desk.seal(text, "decision", question.id, "text") if text else None
    taken = desk.tx.changed(
        update(Decision)
        .where(col(Decision.id) == question.id)
        .where(col(Decision.choice).is_(None), col(Decision.withdrawn_at).is_(None))
        .values(
            choice=choice, decided_by=desk.person.email, decided_at=desk.now, text_sealed=sealed
        )
    )
    desk.tx.refresh(question)
    if not taken:
        raise already(desk, question)
    return question


def _put_down(desk: Desk, type_: DecisionType, target: str) -> Decision:
    last = desk.tx.exec(
        select(func.coalesce(func.max(Decision.generation), 0)).where(
            col(Decision.incident_id) == desk.incident.id,
            col(Decision.type) == type_,
            col(Decision.target) == target,
        )
    ).one()
    row = Decision(
        id=new_id(),
        incident_id=desk.incident.id,
        type=type_,
        target=target,
        generation=last + 1,
        asked_at=desk.now,
    )
    desk.tx.add(row)
    desk.tx.flush()
    return row


def already(desk: Desk, decision: Decision) -> AlreadyDecidedError:
    """Who was quicker, with what and when."""
    if decision.choice is None or decision.decided_at is None:
        return AlreadyDecidedError(TAKEN_BACK)
    who = desk.name_of(decision.decided_by)
    when = f"{decision.decided_at:%H:%M UTC on %-d %B %Y}"
    return AlreadyDecidedError(f"{who} decided this at {when}: {decision.choice.value}.")


def nothing_waits(desk: Desk, type_: DecisionType, sentence: str) -> NotNowError:
    """Who was quicker, where somebody was; else the sentence."""
    answered = [d for d in desk.seen.decisions if d.type == type_ and d.choice]
    last = max(answered, key=lambda one: one.decided_at or one.asked_at, default=None)
    return already(desk, last) if last else NotNowError(sentence)


def withdraw_question(desk: Desk, type_: DecisionType, target: str) -> None:
    """Take back this one, where it is still asked."""
    if question := open_question(desk, type_, target):
        question.withdrawn_at = desk.now
        desk.tx.add(question)


def withdraw_questions(desk: Desk, target: str) -> None:
    """Take back what is still asked about something that has been decided another way."""
    for question in desk.seen.open_decisions():
        if question.target == target and question.choice is None:
            question.withdrawn_at = desk.now
            desk.tx.add(question)
