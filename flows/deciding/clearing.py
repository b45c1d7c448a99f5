"""Clear: a person's yes or no to the exact words that they were shown (lines 76-80)."""

from flows.deciding.desk import Desk, desk
from flows.deciding.questions import needed
from flows.deciding.statements import statement_meant, take_back
from flows.refusals import (
    AlreadyDecidedError,
    DigestDiffersError,
    NotAllowedError,
    NotNowError,
)
from models.office import Office
from models.people import Person
from models.statements import Clearance, Statement
from models.words import StatementState
from policy.access import Act
from policy.clearing import given, groups_for, never_clears, wording_of
from policy.people import Group, is_cleared

NOT_YOURS = "You are not among those who clear these words. Look at the incident for who is."
NOT_YOUR_OWN = (
    "You may not clear these words: who wrote them, gave their facts, posted or cleared the post "
    "is never their clearer. Somebody else must."
)
CHANGED = "The words have changed since you saw them. Read them again, then decide."
NO_WORDS = "There are no words to decide on yet."
NOT_WAITING = "These words do not wait for clearance now. Look at the incident again."
WHY_NOT = "Say why the words may not go out."


def clear(
    office: Office,
    person: Person,
    reference: str,
    *,
    statement: str | None,
    digest: str,
    approve: bool,
    reason: str | None = None,
) -> StatementState:
    """Give the yes or no, and return where the statement then stands.

    The first answer of each person stands. A "no" needs a reason and takes the words back: new
    ones are asked for. Raises NotFoundError, NotAllowedError, BadRequestError, NotNowError,
    DigestDiffersError and AlreadyDecidedError. Lines 76-80.
    """
    with desk(office, person, reference, "clear") as here:
        about = statement_meant(here, statement)
        wording = wording_of(here.seen, about)
        if wording is None:
            raise NotNowError(NO_WORDS)
        groups = groups_for(here.seen, about, here.register, here.now)
        group = _group_of(here, about, groups)
        here.require_open()
        if digest != wording.digest:
            raise DigestDiffersError(CHANGED)
        _require_waiting(here, about)
        reason = reason if approve else needed(reason, WHY_NOT)
        _give(here, about, Clearance(
            statement_id=about.id, digest=digest, person_id=person.id, role=group.role,
            approved=approve, reason=reason, given_at=here.now,
        ))  # fmt: skip
        if not approve:
            take_back(here, about, "clearance-refused")
            about.state = StatementState.WITHDRAWN
        elif is_cleared(groups, _said_yes(here, about) | {person.email}):
            about.state = StatementState.CLEARED
        here.tx.add(about)
        return about.state


def _group_of(here: Desk, about: Statement, groups: tuple[Group, ...]) -> Group:
    """The first group that still wants this person's yes, else the first that they are in."""
    if here.person.email in never_clears(here.seen, about):
        raise NotAllowedError(NOT_YOUR_OWN)
    mine = [g for g in groups if here.person.email in {one.email for one in g.people}]
    if not here.may(Act.CLEAR) or not mine:
        raise NotAllowedError(NOT_YOURS)
    said = _said_yes(here, about)
    return next((g for g in mine if not is_cleared([g], said)), mine[0])


def _said_yes(here: Desk, about: Statement) -> frozenset[str]:
    by_id = {one.id: one.email for one in here.register.people}
    return frozenset(by_id[c.person_id] for c in given(here.seen, about) if c.approved)


def _require_waiting(here: Desk, about: Statement) -> None:
    said = given(here.seen, about)
    mine = [one for one in said if one.person_id == here.person.id]
    if mine:
        raise _already(here, mine[-1])
    if about.state != StatementState.WAITING:
        raise _already(here, said[-1]) if said else NotNowError(NOT_WAITING)


def _give(here: Desk, about: Statement, clearance: Clearance) -> None:
    if not here.tx.insert_once(clearance):
        raise AlreadyDecidedError("You have decided on these words already.")
    here.record(
        "cleared" if clearance.approved else "clearance-refused",
        statement=about.id,
        digest=clearance.digest,
        role=clearance.role.value,
    )


def _already(here: Desk, clearance: Clearance) -> AlreadyDecidedError:
    by_id = {one.id: one.email for one in here.register.people}
    who = here.name_of(by_id.get(clearance.person_id))
    what = "cleared" if clearance.approved else "refused"
    when = f"{clearance.given_at:%H:%M UTC on %-d %B %Y}"
    return AlreadyDecidedError(f"{who} {what} these words at {when}.")
