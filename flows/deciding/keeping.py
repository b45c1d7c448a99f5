"""Keep: where the table says ask, a person says delete or keep, and "keep" is an answer too."""

from flows.deciding.desk import Desk, desk
from flows.deciding.posts import posts_meant
from flows.deciding.questions import (
    decide,
    last_answer,
    may_answer,
    needed,
    open_question,
    withdraw_questions,
)
from flows.refusals import NotAllowedError, NotNowError
from models.incident import Post
from models.office import Office
from models.people import Person
from models.words import Choice, DecisionType, PostState
from policy.access import Act

UNDELETED = frozenset({PostState.LIVE, PostState.ASKED, PostState.BY_HAND, PostState.NEEDS_HUMAN})

NOT_YOURS = "Only the duty officer, or who was asked, can decide whether this post stays."
NOTHING = "No post waits for this decision."
TOO_LATE = "The post is being deleted or is gone already."
WHY_KEEP = "Say why the post stays."


def keep(
    office: Office,
    person: Person,
    reference: str,
    *,
    stays: bool,
    target: str | None = None,
    reason: str | None = None,
) -> None:
    """Answer whether posts stay; that one does needs a reason (source: scenario SC04, line 86).

    Raises NotFoundError, NotAllowedError, BadRequestError, NotNowError and AlreadyDecidedError.
    """
    with desk(office, person, reference, "keep") as here:
        here.require(Act.KEEP, NOT_YOURS)
        here.require_open()
        reason = needed(reason, WHY_KEEP) if stays else reason
        meant = posts_meant(here, DecisionType.KEEP, target, lambda one: _waits(here, one), NOTHING)
        for post in meant:
            _answer(here, post, stays=stays, reason=reason)


def _waits(here: Desk, post: Post) -> bool:
    asked = open_question(here, DecisionType.KEEP, post.id)
    return asked is not None or post.state == PostState.ASKED or _is_undecided(here, post)


def _is_undecided(here: Desk, post: Post) -> bool:
    """A duty officer may decide before anybody asked."""
    if not here.is_dtu or post.state != PostState.LIVE:
        return False
    return last_answer(here, DecisionType.KEEP, post.id) is None


def _answer(here: Desk, post: Post, *, stays: bool, reason: str | None) -> None:
    question = open_question(here, DecisionType.KEEP, post.id)
    if not here.is_dtu and not may_answer(here, question):
        raise NotAllowedError(NOT_YOURS)
    if question is None and post.state not in UNDELETED | {PostState.KEPT}:
        raise NotNowError(TOO_LATE)
    choice = Choice.KEEP if stays else Choice.DELETE
    decide(here, DecisionType.KEEP, target=post.id, choice=choice, text=reason, once=True)
    here.record("kept" if stays else "confirmed", post=post.id, choice=choice.value)
    if stays and post.state in UNDELETED:
        post.state = PostState.KEPT
        here.tx.add(post)
        withdraw_questions(here, post.id)
