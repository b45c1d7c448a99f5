"""Asking before posting: somebody who is not sure gets advice instead of an incident (line 38).

The Digital Transformation Unit is always asked, the line manager and the media office where whoever
asks says so. The first answer stands.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import col, func, select, update

from flows.refusals import AlreadyDecidedError, BadRequestError, NotFoundError, NotNowError
from models.advice import AdviceRequest, Verdict
from models.columns import new_id
from models.office import Office
from models.people import Person
from models.sealed import place
from models.sign_in import SIGN_INS, LinkState, Sends, SignIn
from models.store import Transaction
from models.words import Role
from policy.access import is_dtu

MOST_A_DAY = 20
MOST_SHOWN = 50
MOST_TEXT = 5000
DAY = timedelta(days=1)

SAY_WHAT = "Write what you want to post, and what you are not sure of"
SAY_ANSWER = "Choose an answer, and say why"
TOO_LONG = f"Use {MOST_TEXT:,} characters or fewer"
TOO_MANY = "You have asked many questions today. Phone the duty officer."
NO_SUCH = "There is no such question."


@dataclass(frozen=True)
class Question:
    """One question, as somebody who may read it sees it. ``asked_by`` is a name."""

    id: str
    asked_by: str
    asked_at: datetime
    text: str = field(repr=False)
    verdict: Verdict | None = None
    answer: str = field(default="", repr=False)
    answered_by: str = ""
    answered_at: datetime | None = None


def ask_first(
    here: Office, person: Person, text: str, *, manager: bool, media_office: bool
) -> None:
    """Keep the question and have those told who are asked. Raises BadRequestError, NotNowError."""
    _require(text, SAY_WHAT)
    asked = AdviceRequest(
        id=new_id(),
        person_id=person.id,
        manager=manager,
        media_office=media_office,
        text_sealed=b"",
        asked_at=datetime.min,
    )
    asked.text_sealed = here.content.close(text, _place(asked.id, "text"))
    with here.store.write("ask-first") as tx:
        asked.asked_at = tx.now()
        mine = select(func.count()).select_from(AdviceRequest)
        mine = mine.where(col(AdviceRequest.person_id) == person.id)
        if tx.exec(mine.where(col(AdviceRequest.asked_at) > tx.now() - DAY)).one() >= MOST_A_DAY:
            raise NotNowError(TOO_MANY)
        tx.add(asked)
        for address in dict.fromkeys(_asked_of(tx, here, person, asked)):
            _mail(tx, address, Sends.ADVICE_ASKED)


def _asked_of(tx: Transaction, here: Office, by: Person, asked: AdviceRequest) -> Iterator[str]:
    yield here.settings.organisation.dtu
    if asked.manager and by.line_manager:
        yield by.line_manager
    if asked.media_office:
        people = tx.exec(select(Person).where(col(Person.registered).is_(True))).all()
        yield from (one.email for one in people if one.has_role(Role.MEDIA_OFFICE) and one != by)


def _mail(tx: Transaction, address: str, sends: Sends) -> None:
    """Beside the links to sign in: such a mail holds nothing, and its page is the truth."""
    now = tx.now()
    tx.add(
        SignIn(
            address=address,
            goes_to="/advice",
            sends=sends,
            state=LinkState.ASKED,
            asked_at=now,
            due_at=now,
            expires_at=now + DAY,
        )
    )
    tx.wake(SIGN_INS)


def my_questions(here: Office, person: Person) -> tuple[Question, ...]:
    """What this person asked, the newest first."""
    mine = select(AdviceRequest).where(col(AdviceRequest.person_id) == person.id)
    newest = mine.order_by(col(AdviceRequest.asked_at).desc()).limit(MOST_SHOWN)
    with here.store.read() as tx:
        return tuple(_opened(tx, here, one) for one in tx.exec(newest).all())


def waiting_questions(here: Office, person: Person) -> tuple[Question, ...]:
    """What waits for an answer that this person may give, the oldest first."""
    with here.store.read() as tx:
        return tuple(_opened(tx, here, one) for one in _waiting(tx, person)[:MOST_SHOWN])


def how_many_wait(here: Office, person: Person) -> int:
    """The same, counted."""
    with here.store.read() as tx:
        return len(_waiting(tx, person))


def _waiting(tx: Transaction, person: Person) -> list[AdviceRequest]:
    unanswered = select(AdviceRequest).where(col(AdviceRequest.answered_at).is_(None))
    rows = tx.exec(unanswered.order_by(col(AdviceRequest.asked_at))).all()
    return [one for one in rows if _may_answer(tx, person, one)]


def _may_answer(tx: Transaction, person: Person, asked: AdviceRequest) -> bool:
    """Whoever was asked; nobody advises themselves."""
    if asked.person_id == person.id:
        return False
    if is_dtu(person) or (asked.media_office and person.has_role(Role.MEDIA_OFFICE)):
        return True
    by = tx.get_one(Person, asked.person_id)
    return asked.manager and by.line_manager == person.email


def answer_first(here: Office, person: Person, question_id: str, verdict: str, text: str) -> None:
    """Answer it, and have whoever asked told. Raises NotFoundError, BadRequestError, and
    AlreadyDecidedError for whoever comes second."""
    with here.store.read() as tx:
        asked = tx.get(AdviceRequest, question_id)
        if asked is None or not _may_answer(tx, person, asked):
            raise NotFoundError(NO_SUCH)
    if verdict not in set(Verdict):
        raise BadRequestError(SAY_ANSWER)
    _require(text, SAY_ANSWER)
    with here.store.write("answer-first") as tx:
        answer = {
            "verdict": Verdict(verdict),
            "answer_sealed": here.content.close(text, _place(question_id, "answer")),
            "answered_by": person.email,
            "answered_at": tx.now(),
        }
        open_still = update(AdviceRequest).where(
            col(AdviceRequest.id) == question_id, col(AdviceRequest.answered_at).is_(None)
        )
        if not tx.changed(open_still.values(**answer)):
            was = tx.get_one(AdviceRequest, question_id)
            raise AlreadyDecidedError(f"{was.answered_by} answered it at {was.answered_at:%H:%M}.")
        _mail(tx, tx.get_one(Person, asked.person_id).email, Sends.ADVICE_GIVEN)


def _require(text: str, sentence: str) -> None:
    if not text:
        raise BadRequestError(sentence)
    if len(text) > MOST_TEXT:
        raise BadRequestError(TOO_LONG)


def _opened(tx: Transaction, here: Office, row: AdviceRequest) -> Question:
    sealed = row.answer_sealed
    answer = here.content.open_text(sealed, _place(row.id, "answer")) if sealed else ""
    return Question(
        row.id,
        tx.get_one(Person, row.person_id).name,
        row.asked_at,
        here.content.open_text(row.text_sealed, _place(row.id, "text")),
        row.verdict,
        answer,
        row.answered_by or "",
        row.answered_at,
    )


def _place(row_id: str, name: str) -> str:
    return place("advice_request", row_id, name)
