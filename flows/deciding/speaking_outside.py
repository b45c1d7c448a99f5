"""Speak: a named person spoke to somebody outside the department; nothing automatic ever does."""

from flows.deciding.desk import desk
from flows.deciding.questions import decide, needed
from models.office import Office
from models.people import Person
from models.words import Choice, DecisionType
from policy.access import Act

NOT_YOURS = "Only who was told of it, or works on it, can record this. Phone the duty officer."
WHOM = "Say whom you spoke to."
WHAT = "Say what was agreed, with their reference number where they gave one."


def speak_outside(office: Office, person: Person, reference: str, *, whom: str, said: str) -> None:
    """Record whom this person spoke to and what came of it, sealed; as often as they do.

    Raises NotFoundError, NotAllowedError, BadRequestError and AlreadyDecidedError. Design §3.
    """
    with desk(office, person, reference, "speak-outside") as here:
        here.require(Act.SPEAK_OUTSIDE, NOT_YOURS)
        here.require_open()
        text = f"{needed(whom, WHOM)}: {needed(said, WHAT)}"
        decide(here, DecisionType.SPEAK, choice=Choice.GIVEN, text=text)
        here.record("spoke-outside")
