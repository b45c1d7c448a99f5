"""FOI: a named person notes that a request for information came in, or that it is answered.

From then on nothing of the incident may be destroyed (Freedom of Information Act 2000, section 77).
"""

from datetime import date

from sqlmodel import col, select

from flows.deciding.desk import Desk, desk
from flows.refusals import AlreadyDecidedError, BadRequestError, NotFoundError, NotNowError
from models.columns import new_id
from models.information_requests import InformationRequest
from models.office import Office
from models.people import Person
from policy.access import Act
from policy.clocks import LAW, answer_due_on

NOT_YOURS = "Only the Digital Transformation Unit or an auditor can note a request for information."
NOT_YET = "A request cannot come in on a day that is still to come. Look at the date."
LONG_AGO = "That is long before the mistake was reported. Look at the date."
NO_SUCH = "This incident has no such request. Look at the incident for their ids."
NONE_OPEN = "No request about this incident waits for an answer."
WHICH = "Several requests wait for an answer. Say which one, by its id."
LONGEST_BEFORE_DAYS = 366


def note_request(
    office: Office, person: Person, reference: str, *, received: date, text: str | None = None
) -> InformationRequest:
    """Note the request; its clock runs from the day on which it came in, the incident open or not.

    ``text`` may hold its number; never who asked. Raises NotFoundError, NotAllowedError and
    BadRequestError.
    """
    with desk(office, person, reference, "note-request") as here:
        here.require(Act.NOTE_REQUEST, NOT_YOURS)
        if received > here.now.astimezone(LAW).date():
            raise BadRequestError(NOT_YET)
        if (here.incident.opened_at.date() - received).days > LONGEST_BEFORE_DAYS:
            raise BadRequestError(LONG_AGO)
        made = InformationRequest(
            id=new_id(),
            incident_id=here.incident.id,
            received_on=received.isoformat(),
            due_on=answer_due_on(received).isoformat(),
            noted_by=person.email,
            noted_at=here.now,
            remind_at=here.now,  # they hear of it at once, and then by the clock
        )
        if text and text.strip():
            made.text_sealed = here.seal(text.strip(), "information_request", made.id, "text")
        here.tx.add(made)
        here.tx.flush()
        here.record("foi-noted", request=made.id, due_on=made.due_on)
        return made


def answer_request(
    office: Office, person: Person, reference: str, *, target: str | None = None
) -> None:
    """Say that a request was answered: its clock stops, and the row stays.

    Raises NotFoundError, NotAllowedError, BadRequestError, NotNowError and AlreadyDecidedError.
    """
    with desk(office, person, reference, "answer-request") as here:
        here.require(Act.NOTE_REQUEST, NOT_YOURS)
        about = _meant(here, target)
        about.answered_by, about.answered_at, about.remind_at = person.email, here.now, None
        here.tx.add(about)
        here.record("foi-answered", request=about.id)


def _meant(here: Desk, target: str | None) -> InformationRequest:
    mine = select(InformationRequest).where(col(InformationRequest.incident_id) == here.incident.id)
    rows = here.tx.exec(mine).all()
    if target:
        named = next((one for one in rows if one.id == target), None)
        if named is None:
            raise NotFoundError(NO_SUCH)
        if named.answered_by:
            raise AlreadyDecidedError(f"{here.name_of(named.answered_by)} said so already.")
        return named
    waiting = [one for one in rows if one.answered_at is None]
    if not waiting:
        raise NotNowError(NONE_OPEN)
    if len(waiting) > 1:
        raise BadRequestError(WHICH)
    return waiting[0]
