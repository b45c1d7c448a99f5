"""An administrator ends what others have open: one browser, or all of a person's."""

from sqlmodel import col, select, update

from flows.refusals import NotAllowedError, NotFoundError
from models.office import Office
from models.people import Person
from models.sign_in import WebSession
from policy.access import may_end_sessions

NOT_YOURS = "Only an administrator ends what others have open."
NOBODY = "There is no such person."


def chain_of_sessions(person_id: str) -> str:
    """The name of the chain that tells whose sessions others have ended."""
    return f"sessions:{person_id}"


def end_sessions(here: Office, by: Person, person_id: str, session_id: str | None = None) -> int:
    """End one session of this person's, or all of them; returns how many were open.

    A draft ends with its session. Raises NotAllowedError and NotFoundError.
    """
    if not may_end_sessions(by):
        raise NotAllowedError(NOT_YOURS)
    with here.store.write("end-sessions") as tx:
        if tx.exec(select(Person.id).where(col(Person.id) == person_id)).first() is None:
            raise NotFoundError(NOBODY)
        theirs = [col(WebSession.person_id) == person_id, col(WebSession.revoked_at).is_(None)]
        if session_id is not None:
            theirs.append(col(WebSession.id) == session_id)
        ended = tx.changed(
            update(WebSession).where(*theirs).values(revoked_at=tx.now(), draft_sealed=None)
        )
        if ended:
            tx.record(chain_of_sessions(person_id), by.email, "session-ended", ended=ended)
        return ended
