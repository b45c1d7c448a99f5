"""Advise: the Digital Transformation Unit's advice on further handling, recorded (line 124)."""

from flows.deciding.desk import desk
from flows.deciding.questions import decide, may_judge, needed, require_asked
from flows.refusals import NotAllowedError
from models.office import Office
from models.people import Person
from models.words import Choice, DecisionType
from policy.access import Act

NOT_YOURS = "Advice is the Digital Transformation Unit’s. Phone the duty officer."
WRITE = "Write the advice."


def advise(
    office: Office, person: Person, reference: str, *, text: str, asked: bool = False
) -> None:
    """Record the advice. It may be given more than once; each stays. With ``asked`` it answers the
    question that waits, and nothing else.

    Raises NotFoundError, NotAllowedError, BadRequestError, NotNowError and AlreadyDecidedError.
    Line 124.
    """
    with desk(office, person, reference, "advise") as here:
        here.require(Act.ADVISE, NOT_YOURS)
        if not may_judge(here, DecisionType.ADVISE):
            raise NotAllowedError(NOT_YOURS)
        here.require_open()
        if asked:
            require_asked(here, DecisionType.ADVISE)
        decide(here, DecisionType.ADVISE, choice=Choice.GIVEN, text=needed(text, WRITE))
        here.record("advised")
