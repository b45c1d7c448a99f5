"""Words: a person writes a new version of a statement, and every earlier yes is left behind."""

from datetime import timedelta

from flows.deciding.desk import Desk, desk
from flows.deciding.inspecting_words import refuse_what_cannot_be_sent
from flows.deciding.questions import decide, needed, open_question, withdraw_question
from flows.deciding.statements import account_meant, statement_meant, take_back
from flows.refusals import BadRequestError, NotNowError
from flows.tainting import taint_of, where
from flows.truth import read_words
from models.columns import new_id
from models.holding_lines import is_ahead
from models.office import Office
from models.people import Account, Person
from models.statements import Statement, Wording, wording_digest
from models.words import Choice, DecisionType, StatementKind, StatementState
from policy.access import Act
from policy.clearing import given
from policy.directions import why_not_balanced
from policy.stored import plan_of

NOT_YOURS = "Only a publisher of the account, a clearer or the duty officer can write these words."
WRITE = "Write the words."
SAME = "These words were there before. Change them, or clear the ones that stand."
ONLY_CHECKING = (
    "A holding line says only that we are checking. Leave out what was wrong, what is right and "
    "what has been done: the words that are due say that."
)
WAIT = "The plan is being made. Try again in a moment."


def write_words(
    office: Office,
    person: Person,
    reference: str,
    *,
    text: str,
    statement: str | None = None,
    account: str | None = None,
    language: str | None = None,
) -> str:
    """Store the version, which waits for clearance by somebody else; returns its digest.

    Without ``statement`` the words are for the account's own, made where there is none. Raises
    NotFoundError, NotAllowedError, BadRequestError and NotNowError. Design §3.8.
    """
    text = needed(text, WRITE)
    with desk(office, person, reference, "write-words") as here:
        here.require(Act.WRITE_WORDS, NOT_YOURS)
        here.require_open()
        return put_words(here, _statement(here, statement, account), text, language)


def put_words(here: Desk, about: Statement, text: str, language: str | None = None) -> str:
    """Make these the statement's words, which wait for clearance; returns their digest.

    Raises NotNowError, also where they hold what cannot be sent, and BadRequestError where they
    repeat what may not be repeated.
    """
    language = language or here.incident.language
    if not about.restores and (why := why_not_balanced(text)):
        raise BadRequestError(why)
    _require_clean(here, about, text, language)
    if about.kind == StatementKind.CHECKING:
        _require_no_claim(here, about, text, language)
    claims = refuse_what_cannot_be_sent(here, about, text, language)
    take_back(here, about, "words-changed")
    withdraw_question(here, DecisionType.SETTLE, about.id)  # nobody publishes what is not cleared
    wording = _version(here, about, text, language, claims)
    _void(here, about)
    about.wording_id, about.state = wording.id, StatementState.WAITING
    about.length = about.longest = None  # those of the earlier words
    here.tx.add(about)
    _answer(here, about)
    here.record(
        "words-written",
        statement=about.id,
        digest=wording.digest,
        version=wording.version,
        claims=claims,
    )
    return wording.digest


def _require_clean(here: Desk, about: Statement, text: str, language: str | None) -> None:
    spoken = language or here.incident.language
    if found := taint_of(here.tx, here.office, here.incident, about.kind, text, spoken):
        raise BadRequestError(where(found))


def _require_no_claim(here: Desk, about: Statement, text: str, language: str) -> None:
    """A holding line says only that it is checked: even what is true waits for the words due."""
    if read_words(here.office, here.seen, about, text, language).made:
        raise NotNowError(ONLY_CHECKING)


def _statement(here: Desk, statement: str | None, account: str | None) -> Statement:
    if statement:
        return statement_meant(here, statement)
    spoken_on = account_meant(here, account)
    mine = [
        one
        for one in here.seen.statements
        if one.account_id == spoken_on.id
        and one.generation == here.incident.generation
        and not one.edits
        and not one.restores
        and not one.in_place_of
        and not is_ahead(one)
    ]
    return mine[-1] if mine else open_statement(here, spoken_on)


def open_line(here: Desk, account: Account, line: StatementKind, lasts: timedelta) -> Statement:
    """A statement without words yet that goes out ahead of the words that are due."""
    made = Statement(
        id=new_id(),
        incident_id=here.incident.id,
        account_id=account.id,
        kind=line,
        generation=here.incident.generation,
        drafted_at=here.now,
        expires_at=here.now + lasts,
    )
    here.tx.add(made)
    here.tx.flush()
    return made


def open_statement(here: Desk, account: Account, edits: str = "", restores: str = "") -> Statement:
    """A statement without words yet; ``edits`` is the post in whose place they will go,
    ``restores`` the one that they publish again.

    Raises NotNowError.
    """
    plan = plan_of(here.incident)
    if plan is None:
        raise NotNowError(WAIT)
    due = plan.words_due
    # A post that is published again says what it said, whatever words its deletion called for.
    said = StatementKind.NONE if restores else plan.statement
    made = Statement(
        id=new_id(),
        incident_id=here.incident.id,
        account_id=account.id,
        kind=said if said != StatementKind.NONE else StatementKind.NOTE,
        generation=here.incident.generation,
        edits=edits,
        restores=restores,
        drafted_at=here.now,
        words_due_at=here.incident.opened_at + timedelta(minutes=due) if due else None,
    )
    here.tx.add(made)
    here.tx.flush()
    return made


def _version(here: Desk, about: Statement, text: str, language: str, claims: list[str]) -> Wording:
    account = here.tx.get_one(Account, about.account_id)
    digest = wording_digest(
        text, platform=account.platform, handle=account.handle, edits=about.edits
    )
    earlier = [w for w in here.seen.wordings.values() if w.statement_id == about.id]
    # A yes is bound to the bytes: the same bytes again would bring back what an edit left behind.
    # A post that is put back says what it said: who asks for it again has left that behind.
    again = about.restores and about.state == StatementState.WITHDRAWN
    if any(wording.digest == digest for wording in earlier) and not again:
        raise NotNowError(SAME)
    wording = Wording(
        id=new_id(),
        statement_id=about.id,
        version=max((one.version for one in earlier), default=0) + 1,
        text_sealed=b"",
        digest=digest,
        language=language,
        author=here.person.email,
        claims=claims,
        written_at=here.now,
    )
    wording.text_sealed = here.seal(text, "wording", wording.id, "text")
    here.tx.add(wording)
    here.tx.flush()
    return wording


def _void(here: Desk, about: Statement) -> None:
    if any(one.approved for one in given(here.seen, about)):
        here.record("clearance-voided", statement=about.id)


def _answer(here: Desk, about: Statement) -> None:
    """The question for these words is answered, whether it named the statement or the account."""
    asked = (about.id, about.account_id)
    targets = [one for one in asked if open_question(here, DecisionType.WORDS, one)]
    for target in targets or [about.id]:
        decide(here, DecisionType.WORDS, target=target, choice=Choice.GIVEN)
