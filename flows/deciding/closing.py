"""Close: a named person ends the incident once every step is done or skipped (design §3.11)."""

from flows.deciding.desk import desk
from flows.deciding.questions import decide, may_judge
from flows.refusals import NotAllowedError, NotNowError, UnfinishedError
from models.office import Office
from models.people import Person
from models.standing import standing
from models.words import Choice, DecisionType, IncidentState
from policy.access import Act

NOT_YOURS = "Only the Digital Transformation Unit can close an incident."
PLANNING = "Another kind was just set and its plan is being made. Try again in a moment."


def close(office: Office, person: Person, reference: str, *, review: str | None = None) -> None:
    """Close it, with a short review; its posts may then be reported anew.

    Raises NotFoundError, NotAllowedError, NotNowError, AlreadyDecidedError, and UnfinishedError
    with the steps that are still to be done.
    """
    with desk(office, person, reference, "close") as here:
        here.require(Act.CLOSE, NOT_YOURS)
        if not may_judge(here, DecisionType.CLOSE):
            raise NotAllowedError(NOT_YOURS)
        here.require_open()
        if here.incident.plan is None:
            raise NotNowError(PLANNING)
        if undone := standing(here.seen).undone:
            raise UnfinishedError(undone)
        decide(here, DecisionType.CLOSE, choice=Choice.YES, text=review)
        incident = here.incident
        incident.closed_at, incident.state = here.now, IncidentState.CLOSED
        incident.waiting_for = None
        here.tx.add(incident)
        for post in here.seen.posts:
            post.open = False
            here.tx.add(post)
        here.record("closed")
