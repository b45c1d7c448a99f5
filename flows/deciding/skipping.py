"""Skip: a named person lets a step of the procedure go, with a reason (design §3.11)."""

from flows.deciding.desk import desk
from flows.deciding.questions import decide, needed
from flows.refusals import BadRequestError
from models.office import Office
from models.people import Person
from models.words import Choice, DecisionType, Step
from policy.access import Act

NEVER = frozenset({Step.TELL, Step.REFER, Step.CLOSE})
"""Telling is never skipped, the referral is not visible here, and closing is its own decision."""

NOT_YOURS = "Only the Digital Transformation Unit can skip a step."
WHY = "Say why the step is skipped."
CANNOT = "This step cannot be skipped. Choose another one."


def skip(office: Office, person: Person, reference: str, *, step: Step, reason: str) -> None:
    """Skip the step for good. Raises NotFoundError, NotAllowedError, BadRequestError, NotNowError
    and AlreadyDecidedError."""
    with desk(office, person, reference, "skip") as here:
        here.require(Act.SKIP, NOT_YOURS)
        here.require_open()
        if step in NEVER:
            raise BadRequestError(CANNOT)
        text = needed(reason, WHY)
        decide(
            here, DecisionType.SKIP, target=step.value, choice=Choice.GIVEN, text=text, once=True
        )
        here.record("skipped", step=step.value)
