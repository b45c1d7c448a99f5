"""One move of a case, by one person, in one transaction: what is allowed is decided purely."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import DBAPIError

from flows.refusals import (
    AlreadyDecidedError,
    BadRequestError,
    NotAllowedError,
    NotFoundError,
    NotNowError,
    Refusal,
)
from flows.reviewing.cabinet import NotRecordedError, Opened, note, opened, put_back
from flows.reviewing.letters import Letter, address_of, queue_letter
from flows.reviewing.papers import WRITTEN, with_paper
from models.office import Office
from models.people import Person
from models.reconciliation import is_reconciling
from models.review import (
    SUBJECTS_PAPERS,
    AppealOutcome,
    Case,
    CaseMove,
    CaseOutcome,
    Condition,
    Hand,
)
from models.store import Transaction
from models.words import PosterKnown, Role
from policy.conditions import usual_condition
from policy.conflicts import may_work_case
from policy.fairness import Question, asked_of_referrer
from policy.review import LONGEST_LINE, NotDone, NotDoneError, Request, take
from policy.review_times import longest_suspension, next_look, time_of, with_deadline

CANNOT_BE_NAMED = (
    "This person cannot be named for this. Name somebody who has no other part in the case and has "
    "nothing to do with the incident; and to keep the case, somebody of HR."
)
"""One sentence for all that stands against a person: which it is would tell who reported."""

REFUSALS: dict[NotDone, tuple[type[Refusal], str]] = {
    NotDone.NOT_NOW: (NotNowError, "The case stands in a way in which this cannot be done."),
    NotDone.NOT_YOURS: (NotAllowedError, "This is for another person of the case to do."),
    NotDone.WRONG_ROUTE: (
        NotNowError,
        "Whoever employs the person has another route. Refer where it is a case here; else hand "
        "over.",
    ),
    NotDone.NO_SUBJECT: (
        NotNowError,
        "The incident names nobody of the register as who posted. Once it does, this can be done.",
    ),
    NotDone.CONFLICTED: (BadRequestError, CANNOT_BE_NAMED),
    NotDone.SAME_PERSON: (BadRequestError, CANNOT_BE_NAMED),
    NotDone.NOT_STAFF: (BadRequestError, "There is nobody with this address in the register."),
    NotDone.KEPT: (
        NotNowError,
        "Another person of HR keeps this case. They can hand it on to you.",
    ),
    NotDone.NOT_HR: (BadRequestError, CANNOT_BE_NAMED),
    NotDone.NO_EVIDENCE: (
        NotNowError,
        "Add the evidence first: the person is told in writing with all of it.",
    ),
    NotDone.TOO_EARLY: (NotNowError, "It is too early for this. See the dates of the case."),
    NotDone.NEEDS_MEETING: (
        NotNowError,
        "Only that there is no case can be decided without a meeting. Call one first.",
    ),
    NotDone.NEEDS_TEXT: (BadRequestError, "Write what it is, or why."),
    NotDone.NEEDS_CHOICE: (BadRequestError, "Something is missing: see what this move needs."),
    NotDone.NOT_ONE_LINE: (
        BadRequestError,
        f"Write the rule, or who comes along, on one line of {LONGEST_LINE} characters or fewer.",
    ),
    NotDone.TOO_LONG: (BadRequestError, "A suspension is brief. Choose an earlier end."),
}
"""Why a move was not made, for the person who made it."""

TRIES = 3
"""How often the glass is tried where somebody else was quicker with the case."""

GLASS = (CaseMove.ASK_GLASS, CaseMove.AGREE_GLASS)
NO_GLASS = (
    "A restore is not finished: nothing leaves Amends, and HR would not hear of this. Phone HR, or "
    "wait until it is lifted."
)
HEALTH = "Health is for the person alone to speak of, in their own answer."
WHICH_QUESTION = "Say which of the questions it answers."


@dataclass(frozen=True)
class Asked:
    """A move as it was asked for."""

    move: CaseMove
    text: str = ""
    rule: str = ""
    about: str = ""
    health: str = ""
    person: str | None = None
    hand: Hand | None = None
    outcome: CaseOutcome | None = None
    appeal_outcome: AppealOutcome | None = None
    at: datetime | None = None
    condition: Condition | None = None


def make_move(office: Office, person: Person, reference: str, asked: Asked) -> None:
    """Make it, write its papers, and tell whoever is next; all of it or nothing.

    Why it is refused says how the case stands, so it is recorded before it is said. Raises
    NotFoundError to everybody outside the case, the refusals of REFUSALS, and NotRecordedError.
    """
    try:
        with office.store.write("move-case") as tx:
            here = opened(tx, office, person, reference)
            _make(tx, office, here, asked)
    except NotFoundError:
        raise
    except Refusal as refusal:
        _record_refusal(office, person, reference, asked)
        raise refusal from None


def _make(tx: Transaction, office: Office, here: Opened, asked: Asked) -> None:
    request = _request(tx, here, asked)
    try:
        taken = take(here.case, request, here.parts)
    except NotDoneError as error:
        kind, sentence = REFUSALS[error.why]
        if kind is NotNowError and here.case.referred_at and _is_referring(asked.move):
            raise _already(here.case) from None
        raise kind(sentence) from None
    if taken.state is not here.case.state:
        taken = with_deadline(taken, here.register.office)
    store(tx, office, here, with_paper(here, taken, request), request)


def _record_refusal(office: Office, person: Person, reference: str, asked: Asked) -> None:
    """What was tried, and of whom; in a transaction of its own, since the other came to nothing.

    Raises NotFoundError to whoever is outside by now, and NotRecordedError."""
    try:
        with office.store.write("refuse-move") as tx:
            here = opened(tx, office, person, reference)
            facts = {"move": asked.move.value} | ({"person": asked.person} if asked.person else {})
            note(tx, here.row, here.seal, person.email, "case-refused", **facts)
    except DBAPIError:
        raise NotRecordedError from None


def store(tx: Transaction, office: Office, here: Opened, case: Case, request: Request) -> None:
    """The case as it is after the move, its entry, and the letters that go with it."""
    look = next_look(case, here.register.office)
    put_back(tx, here.row, here.seal, case, look_at=look)
    note(tx, here.row, here.seal, here.person.email, f"case-{request.move}", state=case.state.value)
    for address in _told(office, here, case, request.move):
        why = f"{request.move}/{here.row.version}"
        says = Letter.GLASS if request.move in GLASS else Letter.SOMETHING
        queue_letter(tx, office, here.row, here.seal, to=address, why=why, says=says)


def break_glass(
    office: Office, person: Person, reference: str, *, reason: str, with_: str | None = None
) -> None:
    """Ask to read a case in an emergency, or agree that ``with_`` does.

    The answer is the same whether there is a case or not. HR is told at once; so while nothing can
    leave, after a restore, it cannot be done. Raises NotNowError then.
    """
    move = CaseMove.AGREE_GLASS if with_ else CaseMove.ASK_GLASS
    if not reason.strip():
        raise BadRequestError(REFUSALS[NotDone.NEEDS_TEXT][1])
    for _ in range(TRIES):
        with suppress(AlreadyDecidedError):  # said to whoever asks, it would tell that there is one
            _use_glass(office, person, reference, Asked(move, text=reason, person=with_))
            return


def _use_glass(office: Office, person: Person, reference: str, asked: Asked) -> None:
    with office.store.write("break-glass") as tx:
        if is_reconciling(tx):
            raise NotNowError(NO_GLASS)
        try:
            here = opened(tx, office, person, reference, outside=True)
        except NotFoundError:
            return
        request = Request(asked.move, person.email, tx.now(), text=asked.text, person=asked.person)
        try:
            taken = take(here.case, request, here.parts)
        except NotDoneError:
            return
        store(tx, office, here, taken, request)


def _request(tx: Transaction, here: Opened, asked: Asked) -> Request:
    address = asked.person.strip().lower() if asked.person else None
    named = here.register.person(address)
    if asked.move is CaseMove.CONSIDER:
        _require_question(asked.about)
    now = tx.now()
    return Request(
        asked.move,
        here.person.email,
        now,
        text=asked.text,
        rule=asked.rule,
        about=asked.about,
        health=asked.health,
        person=address,
        free=_is_free(here, named),
        staff=named is not None,
        hr=named is not None and named.has_role(Role.HR),
        vacant=not _is_kept(here),
        unknown=here.seen.incident.poster_known is PosterKnown.UNKNOWN,
        hand=asked.hand,
        outcome=asked.outcome,
        appeal_outcome=asked.appeal_outcome,
        at=asked.at,
        longest=longest_suspension(now, here.register.office),
        condition=asked.condition or usual_condition(),
    )


def _is_free(here: Opened, person: Person | None) -> bool:
    return person is not None and may_work_case(person, here.seen, here.register)


def _is_kept(here: Opened) -> bool:
    """Whether somebody of HR keeps the case who is still there, and still may."""
    keeper = here.register.person(here.case.holder(Hand.COORDINATOR))
    return keeper is not None and keeper.has_role(Role.HR) and _is_free(here, keeper)


def _require_question(about: str) -> None:
    if about == Question.HEALTH:
        raise BadRequestError(HEALTH)
    if about not in {row.question for row in asked_of_referrer()}:
        raise BadRequestError(WHICH_QUESTION)


def _is_referring(move: CaseMove) -> bool:
    return move in (CaseMove.REFER, CaseMove.DO_NOT_REFER, CaseMove.HAND_OVER)


def _already(case: Case) -> AlreadyDecidedError:
    when = f"{case.referred_at:%H:%M UTC on %-d %B %Y}"
    return AlreadyDecidedError(f"{case.referred_by} decided this at {when}.")


def _told(office: Office, here: Opened, case: Case, move: CaseMove) -> list[str]:
    """Whom the move concerns: the person for whom there is a paper, and whose turn it is next."""
    hr = office.settings.organisation.hr
    told: list[str | None] = []
    if move in GLASS:
        told = [hr, case.holder(Hand.COORDINATOR)]
    elif WRITTEN.get(move) in SUBJECTS_PAPERS:
        told = [case.subject]
    if case.state is not here.case.state and (time := time_of(case.state)):
        told.append(address_of(time.who, case, hr))
    if move is CaseMove.ASSIGN:
        told += [one.person for one in case.holdings if one not in here.case.holdings]
    if move is CaseMove.RELEASE:
        told.append(hr)
    if move is CaseMove.CLOSE:
        told.append(case.subject)
    return [one for one in dict.fromkeys(told) if one and one != here.person.email]
