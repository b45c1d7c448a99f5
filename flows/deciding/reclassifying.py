"""Reclassify: another kind of mistake, and so another plan for what is not yet done."""

from collections.abc import Sequence

from flows.deciding.desk import desk
from flows.deciding.questions import already, decide, last_answer
from flows.refusals import BadRequestError, NotNowError
from models.office import Office
from models.people import Person
from models.words import Choice, Circumstance, DecisionType, Kind
from policy.access import Act
from policy.decide import decide as decide_plan
from policy.reader import PolicyError

NOT_YOURS = "Only the Digital Transformation Unit can change the kind of mistake."
CHANGED = "The incident has changed since you saw it. Look at it again."


def reclassify(
    office: Office,
    person: Person,
    reference: str,
    *,
    kinds: Sequence[Kind],
    circumstances: Sequence[Circumstance] | None = None,
    reason: str | None = None,
    generation: int | None = None,
) -> None:
    """Set the kinds; the engine plans anew what is not done, and keeps what is (design §3).

    ``circumstances`` stay as they are where left out. ``generation`` is the plan's that the person
    was shown the change of: somebody else's change meanwhile goes before. Raises NotFoundError,
    NotAllowedError, BadRequestError, NotNowError and AlreadyDecidedError.
    """
    with desk(office, person, reference, "reclassify") as here:
        here.require(Act.RECLASSIFY, NOT_YOURS)
        here.require_open()
        incident = here.incident
        if generation not in (None, incident.generation):
            last = last_answer(here, DecisionType.RECLASSIFY)
            raise already(here, last) if last else NotNowError(CHANGED)
        stay = [Circumstance(word) for word in incident.circumstances]
        try:
            decide_plan(kinds, stay if circumstances is None else circumstances)
        except PolicyError as error:
            raise BadRequestError(str(error)) from None
        before = list(incident.kinds)
        incident.kinds = [kind.value for kind in dict.fromkeys(kinds)]
        if circumstances is not None:
            incident.circumstances = [word.value for word in dict.fromkeys(circumstances)]
        incident.plan = None
        incident.generation += 1
        here.tx.add(incident)
        decide(here, DecisionType.RECLASSIFY, choice=Choice.GIVEN, text=reason)
        here.record("reclassified", before=before, after=incident.kinds)
