"""Attest: a named person says that a post is gone, or that they will not delete it."""

from flows.asking import ask_after_refusal
from flows.deciding.before import Before
from flows.deciding.desk import Desk, desk
from flows.deciding.posts import posts_meant
from flows.deciding.questions import (
    already,
    decide,
    last_answer,
    may_answer,
    open_question,
    withdraw_question,
)
from flows.refusals import AlreadyDecidedError, NotAllowedError, NotNowError
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
NOT_YOURS_TO_REFUSE = "Only who was asked to delete the post can say that they will not."
NOTHING = "No post waits to be deleted by hand."
GONE_ALREADY = "The post is recorded as gone already."
STAYS = "It was decided that the post stays. Nobody waits for it to be deleted."
LOOKING = "Somebody said that the post is gone, and we are about to look. Try again in a moment."


def attest(
    office: Office,
    person: Person,
    reference: str,
    *,
    target: str | None = None,
    gone: bool = True,
    reason: str | None = None,
) -> None:
    """Say that a post is gone, or (not ``gone``) that one will not delete it, with or without why.

    The engine then looks: at an account of ours as often as it needs to; at any other once, as a
    member of the public, and never before (design §3.5). A refusal is put before the DTU, and is
    no sign of misconduct. Raises NotFoundError, NotAllowedError, NotNowError and
    AlreadyDecidedError.
    """
    with desk(office, person, reference, "attest") as here:
        here.require(Act.ATTEST, NOT_YOURS)
        here.require_open()
        meant = posts_meant(
            here, DecisionType.ATTEST, target, lambda one: _waits(here, one), NOTHING
        )
        own = [post for post in meant if may_attest(here, post)]
        for post in meant if target else own or meant:
            _say_gone(here, post) if gone else _refuse(here, post, reason)


def _waits(here: Desk, post: Post) -> bool:
    asked = open_question(here, DecisionType.ATTEST, post.id) is not None
    return asked or post.state in BY_HANDS


def _say_gone(here: Desk, post: Post) -> None:
    if not may_attest(here, post):
        raise NotAllowedError(NOT_YOURS)
    _require_undecided(post)
    before = last_answer(here, DecisionType.ATTEST, post.id)
    once = before is not None and before.choice == Choice.GONE
    decide(here, DecisionType.ATTEST, target=post.id, choice=Choice.GONE, once=once)
    here.record("attested", post=post.id)
    withdraw_question(here, DecisionType.KEEP, post.id)
    if post.account_id is None:
        post.state = PostState.UNKNOWN
        here.tx.add(post)


def _refuse(here: Desk, post: Post, reason: str | None) -> None:
    asked = open_question(here, DecisionType.ATTEST, post.id)
    if not (may_answer(here, asked) or may_attest(here, post)):
        raise NotAllowedError(NOT_YOURS_TO_REFUSE)
    _require_undecided(post)
    before = last_answer(here, DecisionType.ATTEST, post.id)
    if asked is None and before is not None:
        raise already(here, before) if before.choice == Choice.WILL_NOT else NotNowError(LOOKING)
    if asked is None and post.state != PostState.BY_HAND:
        raise NotNowError(NOTHING)
    decide(here, DecisionType.ATTEST, target=post.id, choice=Choice.WILL_NOT, text=reason)
    here.record("will-not-delete", post=post.id)
    if post.state in (PostState.BY_HAND, PostState.NEEDS_HUMAN):
        # While we still try it ourselves, nothing hangs on what this person will not do.
        post.state = PostState.NEEDS_HUMAN
        here.tx.add(post)
        ask_after_refusal(here.tx, post)


def _require_undecided(post: Post) -> None:
    if post.state in ENDED:
        raise AlreadyDecidedError(GONE_ALREADY)
    if post.state == PostState.KEPT:
        raise NotNowError(STAYS)


def may_attest(by: Before, post: Post) -> bool:
    """Who can know it: the DTU, the poster, whoever publishes on the account, whoever was asked."""
    account = by.seen.accounts.get(post.account_id) if post.account_id else None
    return (
        is_dtu(by.person)
        or by.person.email == by.seen.incident.poster_email
        or (account is not None and account.published_by(by.person.email))
        or may_answer(by, open_question(by, DecisionType.ATTEST, post.id))
    )
