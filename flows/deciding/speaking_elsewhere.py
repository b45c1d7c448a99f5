"""Elsewhere: where an account is not safe, a sister account says the words (design §3.9)."""

from sqlmodel import select

from flows.deciding.before import Before
from flows.deciding.desk import Desk, desk
from flows.deciding.questions import decide, needed, withdraw_questions
from flows.deciding.statements import statement_meant, take_back
from flows.refusals import BadRequestError, NotFoundError, NotNowError
from models.columns import new_id
from models.office import Office
from models.people import Account, Person
from models.statements import Statement
from models.words import Choice, DecisionType, StatementState
from policy.access import Act

NOT_YOURS = "Only the Digital Transformation Unit can have another account say the words."
WHY = "Say why the account itself should not say the words."
WHICH = "Say which account of ours is to say the words, as platform/handle."
CARRIED = "This account carried the error: its own words are due there. Choose another one."
TAKEN = "This account says words about the same mistake already. Choose another one."
STANDS_ALONE = "Only words that stand alone can be said elsewhere."


def speak_elsewhere(
    office: Office,
    person: Person,
    reference: str,
    *,
    account: str,
    reason: str,
    statement: str | None = None,
) -> None:
    """Withdraw the words on the account that is not safe, by name, and have the engine draft them
    for the other one, whose clearers then read them.

    Raises NotFoundError, NotAllowedError, BadRequestError and NotNowError.
    """
    with desk(office, person, reference, "elsewhere") as here:
        here.require(Act.SPEAK_ELSEWHERE, NOT_YOURS)
        here.require_open()
        why = needed(reason, WHY)
        about = statement_meant(here, statement)
        if not stands_alone(about):
            raise NotNowError(STANDS_ALONE)
        other = _other(here, account)
        take_back(here, about, "elsewhere")
        decide(here, DecisionType.WAIVE, target=about.id, choice=Choice.GIVEN, text=why, once=True)
        about.state = StatementState.WITHDRAWN
        here.tx.add(about)
        withdraw_questions(here, about.id)
        made = _open(here, about, other)
        here.record("said-elsewhere", statement=about.id, instead=made.id, account=other.id)


def stands_alone(about: Statement) -> bool:
    """Whether another account could say it: neither an edit in place nor a post put back."""
    return not (about.edits or about.restores)


def sisters(by: Before) -> tuple[Account, ...]:
    """The accounts of ours that did not carry the error."""
    carried = {post.account_id for post in by.seen.posts}
    return tuple(one for one in by.register.accounts if one.registered and one.id not in carried)


def _other(here: Desk, named: str) -> Account:
    """A registered account that did not carry the error. Raises."""
    bare = named.strip().lower().lstrip("@")
    accounts = here.tx.exec(select(Account)).all()
    found = [
        one
        for one in accounts
        if one.registered and bare in (one.id, one.handle, f"{one.platform}/{one.handle}")
    ]
    if not found:
        raise NotFoundError("There is no such account of ours.")
    if len(found) > 1:
        raise BadRequestError(WHICH)
    if found[0].id in {post.account_id for post in here.seen.posts}:
        raise BadRequestError(CARRIED)
    return found[0]


def _open(here: Desk, about: Statement, other: Account) -> Statement:
    """The words, as the engine will draft them."""
    made = Statement(
        id=new_id(),
        incident_id=about.incident_id,
        account_id=other.id,
        kind=about.kind,
        generation=here.incident.generation,
        speaks_for=about.account_id,
        drafted_at=here.now,
        words_due_at=about.words_due_at,
    )
    if not here.tx.insert_once(made):
        raise NotNowError(TAKEN)
    return made
