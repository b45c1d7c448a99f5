"""Attest: a named person says that a post is gone, where we could not delete it ourselves."""

from flows.deciding.desk import Desk, desk
from flows.deciding.posts import posts_meant
from flows.deciding.questions import decide, may_answer, open_question, withdraw_questions
from flows.refusals import AlreadyDecidedError, NotAllowedError
from models.incident import Post
from models.office import Office
from models.people import Person
from models.words import Choice, DecisionType, PostState
from policy.access import Act, is_dtu

ENDED = frozenset({PostState.GONE, PostState.ATTESTED})
BY_HANDS = frozenset({PostState.BY_HAND, PostState.NEEDS_HUMAN, PostState.UNKNOWN})

NOT_YOURS = (
    "Only the poster, a publisher of the account or the duty officer can say that it is gone."
)
NOTHING = "No post waits to be deleted by hand."
GONE_ALREADY = "The post is recorded as gone already."


def attest(office: Office, person: Person, reference: str, *, target: str | None = None) -> None:
    """Say that a post is gone. An account of ours is looked at once before that is believed.

    A post on an account that we do not know is never looked at (design §3.5): the word of a named
    person stands. Raises NotFoundError, NotAllowedError, NotNowError and AlreadyDecidedError.
    """
    with desk(office, person, reference, "attest") as here:
        here.require(Act.ATTEST, NOT_YOURS)
        here.require_open()
        meant = posts_meant(
            here, DecisionType.ATTEST, target, lambda one: _waits(here, one), NOTHING
        )
        for post in meant:
            _say_gone(here, post)


def _waits(here: Desk, post: Post) -> bool:
    asked = open_question(here, DecisionType.ATTEST, post.id) is not None
    return asked or post.state in BY_HANDS


def _say_gone(here: Desk, post: Post) -> None:
    if not _may(here, post):
        raise NotAllowedError(NOT_YOURS)
    if post.state in ENDED:
        raise AlreadyDecidedError(GONE_ALREADY)
    decide(here, DecisionType.ATTEST, target=post.id, choice=Choice.GONE)
    here.record("attested", post=post.id)
    if post.account_id is None:
        post.state, post.verified_at = PostState.ATTESTED, here.now
        here.tx.add(post)
        withdraw_questions(here, post.id)


def _may(here: Desk, post: Post) -> bool:
    account = here.seen.accounts.get(post.account_id) if post.account_id else None
    return (
        is_dtu(here.person)
        or here.person.email == here.incident.poster_email
        or (account is not None and account.published_by(here.person.email))
        or may_answer(here, open_question(here, DecisionType.ATTEST, post.id))
    )
