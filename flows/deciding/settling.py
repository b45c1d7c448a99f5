"""Settle: a person says whether something is there, where the ledger could not read it."""

from flows.deciding.desk import Desk, desk
from flows.deciding.pasted import require_link
from flows.deciding.questions import already, decide, last_answer, may_answer, open_question
from flows.refusals import BadRequestError, NotAllowedError, NotFoundError, NotNowError
from models.decisions import Decision
from models.office import Office
from models.people import Person
from models.words import (
    Choice,
    DecisionType,
    EffectState,
    NoticeState,
    PostState,
    StatementState,
)
from policy.access import Act

NOT_YOURS = "Only the duty officer, or who was asked, can say what is true here."
NO_TARGET = "There is no such thing in this incident. Look at the incident for what waits."
NOTHING = "Nothing waits for a person to say what is true."
SEVERAL = "Several things wait. Say which one: look at the incident for their ids."
NOT_OURS = (
    "The post is not on an account of ours. Say that it is gone with attest, or that it stays with "
    "keep."
)
KNOWN = "It is known already: nothing about it waits for a person."


def settle(
    office: Office,
    person: Person,
    reference: str,
    *,
    there: bool,
    target: str | None = None,
    link: str | None = None,
) -> None:
    """Say that it is there (with the link to it, where it is public words), or that it is not.

    ``target`` is the id of an effect, post, statement or notice. The engine acts on the answer.
    Raises NotFoundError, NotAllowedError, BadRequestError, NotNowError and AlreadyDecidedError.
    """
    with desk(office, person, reference, "settle") as here:
        if target is None:
            here.require(Act.SETTLE, NOT_YOURS)
        here.require_open()
        about = _about(here, target)
        if any(post.id == about and post.account_id is None for post in here.seen.posts):
            raise NotNowError(NOT_OURS)
        question = open_question(here, DecisionType.SETTLE, about)
        before = last_answer(here, DecisionType.SETTLE, about)
        known = question is None and not _needs_a_person(here, about)
        if not here.is_dtu and not may_answer(here, before if known else question):
            raise NotAllowedError(NOT_YOURS)
        if known:
            raise already(here, before) if before else NotNowError(KNOWN)
        choice = Choice.THERE if there else Choice.NOT_THERE
        text = _link(here, about, link) if there else None
        decide(here, DecisionType.SETTLE, target=about, choice=choice, text=text, once=True)
        here.record("settled", target=about, choice=choice.value)


def _link(here: Desk, about: str, link: str | None) -> str | None:
    """The link to public words. Without one, words that we sent ourselves are looked for; words
    that a person published are not: only the person knows where."""
    effect = next((one for one in here.seen.effects if one.id == about), None)
    meant = effect.target if effect else about
    statement = next((one for one in here.seen.statements if one.id == meant), None)
    if statement is None or (effect is not None and not link):
        return None
    return require_link(here, statement, link)


def _about(here: Desk, target: str | None) -> str:
    """The target as the question names it: people name what they see, the ledger its effect."""
    asked = [q for q in here.seen.open_decisions() if q.type == DecisionType.SETTLE]
    if target is None:
        return _only(asked)
    if target not in _ids(here):
        raise NotFoundError(NO_TARGET)
    same = {target} | {effect.id for effect in here.seen.effects if effect.target == target}
    # An answer that is not carried out yet is an answer to this as well: never a second one.
    answered = (d for d in reversed(here.seen.decisions) if _is_answered(d))
    return next((one.target for one in (*asked, *answered) if one.target in same), target)


def _is_answered(one: Decision) -> bool:
    return one.type == DecisionType.SETTLE and one.choice is not None and one.withdrawn_at is None


def _ids(here: Desk) -> set[str]:
    seen = here.seen
    return (
        {effect.id for effect in seen.effects}
        | {post.id for post in seen.posts}
        | {statement.id for statement in seen.statements}
        | {notice.id for notice in seen.notices}
    )


def _only(asked: list[Decision]) -> str:
    if not asked:
        raise NotNowError(NOTHING)
    if len(asked) > 1:
        raise BadRequestError(SEVERAL)
    return asked[0].target


def _needs_a_person(here: Desk, target: str) -> bool:
    unsettled = (
        {e.id for e in here.seen.effects if e.state == EffectState.NEEDS_HUMAN}
        | {p.id for p in here.seen.posts if p.state == PostState.NEEDS_HUMAN}
        | {s.id for s in here.seen.statements if s.state == StatementState.NEEDS_HUMAN}
        | {n.id for n in here.seen.notices if n.state == NoticeState.FAILED}
    )
    return target in unsettled
