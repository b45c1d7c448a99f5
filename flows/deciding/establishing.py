"""Establish: who can know it records a fact that public words may rest on (design §3.7)."""

from flows.deciding.before import Before
from flows.deciding.desk import desk
from flows.deciding.questions import decide, needed
from flows.refusals import BadRequestError
from models.office import Office
from models.people import Person
from models.words import Choice, DecisionType, Role
from policy.access import Act, Relation
from policy.grounds import fact_row
from policy.words import Fact

BY_ITSELF = "Nobody records this fact: {how}"
NOT_YOURS = "You cannot record this fact. {how}"
STANDS = {
    Role.POSTER: Relation.POSTER,
    Role.PUBLISHER: Relation.PUBLISHER,
    Role.ACCOUNT_OWNER: Relation.OWNER,
}
WHO_SAID = "Say who told you so, and when: it is not yours to know."


def establish(
    office: Office,
    person: Person,
    reference: str,
    *,
    fact: Fact,
    holds: bool,
    reason: str | None = None,
) -> None:
    """Record whether the fact holds. The last word on it counts, and words that rest on it are
    looked at again before they go out.

    A duty officer may record it for whoever knows, with who told them. Raises NotFoundError,
    NotAllowedError, BadRequestError and AlreadyDecidedError.
    """
    row = fact_row(fact)
    if not row.by:
        raise BadRequestError(BY_ITSELF.format(how=row.how))
    with desk(office, person, reference, "establish") as here:
        here.require_open()
        if not knows(here, fact):
            here.require(Act.ESTABLISH_FOR_OTHERS, NOT_YOURS.format(how=row.how))
            reason = needed(reason, WHO_SAID)
        choice = Choice.YES if holds else Choice.NO
        decide(here, DecisionType.ESTABLISH, target=fact, choice=choice, text=reason)
        here.record("fact-established" if holds else "fact-denied", fact=fact.value)


def may_establish(by: Before, fact: Fact) -> bool:
    """Whether this person may record it, by their own knowledge or for whoever knows."""
    return bool(fact_row(fact).by) and (knows(by, fact) or by.may(Act.ESTABLISH_FOR_OTHERS))


def knows(by: Before, fact: Fact) -> bool:
    """Whether the person has one of the roles themselves: whoever it falls to does not know it."""
    roles = fact_row(fact).by
    return any(by.person.has_role(role) or STANDS.get(role) in by.relations for role in roles)
