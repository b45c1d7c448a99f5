"""Keep: where the table says ask, a person says delete, keep, or keep and put right in place."""

from flows.asking import ask_by_hand
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
from flows.deciding.statements import take_back
from flows.deciding.writing import open_statement, put_words
from flows.differing import text_before
from flows.refusals import BadRequestError, NotAllowedError, NotNowError
from models.incident import Post
from models.office import Office
from models.people import Account, Person
from models.words import Because, Choice, DecisionType, Kind, PostState, StatementState
from policy.access import Act

UNDELETED = frozenset({PostState.LIVE, PostState.ASKED, PostState.BY_HAND, PostState.NEEDS_HUMAN})

NOT_YOURS = "Only the duty officer, or who was asked, can decide whether this post stays."
NOTHING = "No post waits for this decision."
TOO_LATE = "The post is being deleted or is gone already."
WHY_KEEP = "Say why the post stays."
WRITE = "Write the post as it should read."
NO_CHANGE = "The text is the same as the post’s. Write the post as it should read."
WHICH_POST = "Say which post: there are several, and each has words of its own."
NOT_OUR_ACCOUNT = "The account is not one of ours: ask the person to put it right themselves."
ONLY_TYPOS = (
    "Only a typo is put right in place. What may have misled people is corrected where they can "
    "see it: keep or delete the post."
)

SAID = {Choice.KEEP: "kept", Choice.EDIT: "put-right", Choice.DELETE: "confirmed"}
UNSAID = frozenset({StatementState.DRAFTED, StatementState.WAITING, StatementState.CLEARED})


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
    choice = Choice.KEEP if stays else Choice.DELETE
    with desk(office, person, reference, "keep") as here:
        here.require(Act.KEEP, NOT_YOURS)
        here.require_open()
        reason = needed(reason, WHY_KEEP) if stays else reason
        meant = posts_meant(here, DecisionType.KEEP, target, lambda one: _waits(here, one), NOTHING)
        for post in meant:
            _answer(here, post, choice, reason)


def put_right(
    office: Office, person: Person, reference: str, *, text: str, target: str | None = None
) -> str:
    """Keep one post, and have these words take the place of its own once somebody clears them.

    Only for typos: what misled people is corrected where they can see it (line 122). Returns the
    digest of the words. Raises as ``keep`` does.
    """
    text = needed(text, WRITE)
    with desk(office, person, reference, "keep") as here:
        here.require(Act.KEEP, NOT_YOURS)
        here.require_open()
        if here.incident.kinds != [Kind.TYPO]:
            raise BadRequestError(ONLY_TYPOS)
        meant = posts_meant(here, DecisionType.KEEP, target, lambda one: _waits(here, one), NOTHING)
        if len(meant) > 1:
            raise BadRequestError(WHICH_POST)
        post = meant[0]
        if text_before(here.office, here.seen, post.id) == text:
            raise BadRequestError(NO_CHANGE)
        if post.account_id is None:
            raise BadRequestError(NOT_OUR_ACCOUNT)
        _answer(here, post, Choice.EDIT, None)
        account = here.seen.accounts[post.account_id]
        _withdraw_note(here, account)
        return put_words(here, open_statement(here, account, edits=post.id), text)


def _withdraw_note(here: Desk, account: Account) -> None:
    """A post that is put right in place needs no second one that says so."""
    for one in here.seen.statements:
        if one.account_id == account.id and not one.edits and one.state in UNSAID:
            take_back(here, one, "edited-instead")
            one.state = StatementState.WITHDRAWN
            here.tx.add(one)
            decide(here, DecisionType.WAIVE, target=one.id, choice=Choice.YES)
            withdraw_questions(here, one.id)
            here.record("note-not-needed", statement=one.id)


def _waits(here: Desk, post: Post) -> bool:
    asked = open_question(here, DecisionType.KEEP, post.id)
    return asked is not None or post.state == PostState.ASKED or _is_undecided(here, post)


def _is_undecided(here: Desk, post: Post) -> bool:
    """A duty officer may decide before anybody asked."""
    if not here.is_dtu or post.state != PostState.LIVE:
        return False
    return last_answer(here, DecisionType.KEEP, post.id) is None


def _answer(here: Desk, post: Post, choice: Choice, reason: str | None) -> None:
    question = open_question(here, DecisionType.KEEP, post.id)
    if not here.is_dtu and not may_answer(here, question):
        raise NotAllowedError(NOT_YOURS)
    if question is None and post.state not in UNDELETED | {PostState.KEPT}:
        raise NotNowError(TOO_LATE)
    stays = choice != Choice.DELETE
    decide(here, DecisionType.KEEP, target=post.id, choice=choice, text=reason, once=True)
    here.record(SAID[choice], post=post.id, choice=choice.value)
    if stays and post.state in UNDELETED:
        post.state = PostState.KEPT
        here.tx.add(post)
        withdraw_questions(here, post.id)
    elif not stays and _was_refused(here, post):
        post.state = PostState.BY_HAND
        here.tx.add(post)
        ask_by_hand(here.tx, post, Because.WILL_NOT)


def _was_refused(here: Desk, post: Post) -> bool:
    """Who could delete it said that they will not: "delete" asks them once more."""
    answer = last_answer(here, DecisionType.ATTEST, post.id)
    refused = answer is not None and answer.choice == Choice.WILL_NOT
    return refused and post.state == PostState.NEEDS_HUMAN
