"""Facts: what was wrong, what is right, and where that can be read (line 122)."""

import json

from flows.deciding.desk import Desk, desk
from flows.deciding.questions import decide, needed, require_asked
from flows.refusals import BadRequestError
from models.office import Office
from models.people import Person
from models.web_links import is_web_link
from models.words import Choice, DecisionType, Kind
from policy.access import Act
from policy.correcting import BAD_SOURCE, NO_RIGHT, NO_WRONG, why_no_correction

NOT_YOURS = "Only who reported it, the poster, a publisher or the duty officer can give the facts."


def give_facts(
    office: Office,
    person: Person,
    reference: str,
    *,
    wrong: str,
    right: str,
    source_url: str | None = None,
    asked: bool = False,
) -> None:
    """Store the facts that the correction will state; whoever gives them never clears it. With
    ``asked`` they answer the question that waits, and never take the place of somebody else's.

    Raises NotFoundError, NotAllowedError, BadRequestError, NotNowError and AlreadyDecidedError.
    Line 122.
    """
    facts = {"wrong": needed(wrong, NO_WRONG), "right": needed(right, NO_RIGHT)}
    if source_url and source_url.strip():
        facts["source_url"] = source_url.strip()
        if not is_web_link(facts["source_url"]):
            raise BadRequestError(BAD_SOURCE)
    with desk(office, person, reference, "give-facts") as here:
        here.require(Act.GIVE_FACTS, NOT_YOURS)
        here.require_open()
        if asked:
            require_asked(here, DecisionType.FACTS)
        kinds = [Kind(kind) for kind in here.incident.kinds]
        if refused := why_no_correction(facts["wrong"], facts["right"], kinds):
            raise BadRequestError(refused)
        _store(here, facts)
        decide(here, DecisionType.FACTS, choice=Choice.GIVEN)
        here.record("facts-given")


def _store(here: Desk, facts: dict[str, str]) -> None:
    incident = here.incident
    content = json.dumps(facts, ensure_ascii=False)
    incident.facts_sealed = here.seal(content, "incident", incident.id, "facts")
    incident.facts_by = here.person.email
    here.tx.add(incident)
