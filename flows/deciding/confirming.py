"""Confirm: a second person agrees to a deletion that somebody else asked for (design §8)."""

from flows.deciding.before import Before
from flows.deciding.desk import Desk, desk
from flows.deciding.posts import posts_meant
from flows.deciding.questions import (
    decide,
    may_answer,
    needed,
    open_question,
    withdraw_questions,
)
from flows.refusals import BadRequestError, NotAllowedError
from models.incident import Post
from models.office import Office
from models.people import Person
from models.words import Choice, DecisionType, PostState
from policy.access import Act, Relation

SECURE = "secure"
"""The question whether the account is secured again."""

MANAGER = "manager"
"""The question whether the line manager may hear: who posted is one person's word."""

UNDELETED = frozenset({PostState.LIVE, PostState.ASKED, PostState.BY_HAND})

NOT_YOURS = "Only the duty officer or another publisher of the account can confirm this."
NOT_YOUR_OWN = "You reported this, so somebody else must confirm it: the duty officer can."
NOTHING = "Nothing waits to be confirmed."
WHY_NOT = "Say why you do not confirm it."

LINES = (50, 54, 92, 108)
"""The lines of the policy for which a person may be asked to delete what is on their own account.

Safety, what no channel may say, secrets, and political activity (design §3.5).
"""

WHICH_LINE = (
    "The post is not on an account of ours. Say which line of the policy it breaks: 50 (safety), "
    "54 (what no channel may say), 92 (secrets) or 108 (political activity). If it breaks none, "
    "answer no."
)


def confirm(
    office: Office,
    person: Person,
    reference: str,
    *,
    yes: bool,
    target: str | None = None,
    reason: str | None = None,
    line: int | None = None,
) -> None:
    """Answer for one post or question, or for all that wait; a "no" keeps the post, with a reason.

    For a post that is not on an account of ours a "yes" names the ``line`` of the policy that it
    breaks, and only then is the poster asked to delete it. Whether the account is secured is asked
    apart, unless nothing else waits. Raises NotFoundError, NotAllowedError, BadRequestError,
    NotNowError and AlreadyDecidedError. Design §3.5, §8.
    """
    with desk(office, person, reference, "confirm") as here:
        here.require(Act.CONFIRM, NOT_YOURS)
        here.require_open()
        reason = needed(reason, WHY_NOT) if not yes else reason
        for one in _meant(here, target):
            _answer(here, one, yes=yes, reason=reason, line=line)


def _meant(here: Desk, target: str | None) -> list[str]:
    if target in (SECURE, MANAGER) or target in {one.id for one in here.seen.statements}:
        return [str(target)]
    waiting = [
        question
        for question in here.seen.open_decisions()
        if question.type == DecisionType.CONFIRM and may_confirm(here, question.target)
    ]
    asked = [q.target for q in waiting if q.target != SECURE] or [q.target for q in waiting]
    if not target and asked:
        return asked
    meant = posts_meant(here, DecisionType.CONFIRM, target, _undeleted, NOTHING)
    return [post.id for post in meant]


def _undeleted(post: Post) -> bool:
    return post.state in (PostState.LIVE, PostState.ASKED)


def may_confirm(by: Before, target: str) -> bool:
    """The DTU; for a post, a publisher of its account too; never on one's own report alone."""
    if Relation.DTU in by.relations:
        return True
    if _reported(by):
        return False
    post = next((one for one in by.seen.posts if one.id == target), None)
    account = by.seen.accounts.get(post.account_id) if post and post.account_id else None
    if account is not None and account.published_by(by.person.email):
        return True
    return may_answer(by, open_question(by, DecisionType.CONFIRM, target))


def _reported(by: Before) -> bool:
    return any(report.reporter_id == by.person.id for report in by.seen.reports)


def _answer(here: Desk, target: str, *, yes: bool, reason: str | None, line: int | None) -> None:
    if not may_confirm(here, target):
        raise NotAllowedError(NOT_YOUR_OWN if _reported(here) else NOT_YOURS)
    choice = Choice.YES if yes else Choice.NO
    post = next((one for one in here.seen.posts if one.id == target), None)
    elsewhere = post is not None and post.account_id is None
    if elsewhere and yes and line not in LINES:
        raise BadRequestError(WHICH_LINE)
    answer = decide(
        here, DecisionType.CONFIRM, target=target, choice=choice, text=reason, once=True
    )
    answer.line = line if elsewhere and yes else None
    here.tx.add(answer)
    if post is None or yes or post.state not in UNDELETED:
        named = {"line": line} if elsewhere and yes else {}
        here.record("confirmed", choice=choice.value, target=target, **named)
        return
    post.state = PostState.KEPT
    here.tx.add(post)
    withdraw_questions(here, post.id)
    here.record("kept", post=post.id, choice=choice.value)
