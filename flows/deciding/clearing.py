"""Clear: a person's yes or no to the exact words that they were shown (lines 76-80)."""

from collections.abc import Collection

from flows.deciding.closing import PLANNING
from flows.deciding.desk import Desk, desk
from flows.deciding.inspecting_words import confirmed_claims, confirmed_findings, inspected
from flows.deciding.questions import already, last_answer, needed
from flows.deciding.statements import statement_meant, take_back
from flows.inspecting import NOTHING_FOUND
from flows.refusals import (
    AlreadyDecidedError,
    DigestDiffersError,
    NotAllowedError,
    NotNowError,
    Refusal,
)
from flows.tainting import taint_of_wording, where
from models.office import Office
from models.people import Person
from models.statements import Clearance, Statement
from models.words import DecisionType, StatementState
from policy.access import Act
from policy.clearing import Answer, NotTaken, given, judge, recorded_by, wording_of
from policy.words import Claim, Finding

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
    claims: Collection[Claim] | None = None,
    confirmed: Collection[Finding] | None = None,
) -> StatementState:
    """Give the yes or no, and return where the statement then stands.

    The first answer of each person stands. A "no" needs a reason and takes the words back: new
    ones are asked for. ``claims`` are those that the words make, where the clearer is asked; None
    where they were not. ``confirmed`` is what they were shown to look at again and go on with.
    Raises NotFoundError, NotAllowedError, BadRequestError, NotNowError, DigestDiffersError and
    AlreadyDecidedError. Lines 76-80.
    """
    with desk(office, person, reference, "clear") as here:
        about = _about(here, statement, digest)
        answer = Answer(person, digest, approve, here.may(Act.CLEAR))
        taken = judge(here.seen, about, answer, here.register, here.now)
        if isinstance(taken, NotTaken):
            raise _refusal(here, about, taken)
        reason = reason if approve else needed(reason, WHY_NOT)
        if approve:
            _require_clean(here, about)
        found = inspected(here, about) if approve else NOTHING_FOUND
        said = confirmed_claims(here, found, claims) if approve else []
        if person.email in recorded_by(here.seen, said):
            raise NotAllowedError(NOT_YOUR_OWN)
        seen = confirmed_findings(found, confirmed)
        _give(here, about, Clearance(
            statement_id=about.id, digest=digest, person_id=person.id, role=taken.role,
            approved=approve, reason=reason, claims=said, confirmed=seen,
            given_at=here.now,
        ))  # fmt: skip
        _record_confirmed(here, about, claims if approve else None, seen)
        if not approve:
            take_back(here, about, "clearance-refused")
        about.state = taken.state
        here.tx.add(about)
        return about.state


def _require_clean(here: Desk, about: Statement) -> None:
    """What was reported since, or another kind of mistake, may have made these words unfit."""
    wording = wording_of(here.seen, about)
    assert wording is not None, "only words that are there are judged"
    if found := taint_of_wording(here.tx, here.office, here.incident, about, wording):
        raise NotNowError(where(found))


def _about(here: Desk, statement: str | None, digest: str) -> Statement:
    """The statement that is named, else the one with the words that were shown: somebody may have
    taken those back meanwhile, and whoever was slower hears who."""
    shown = [
        one
        for one in here.seen.statements
        if (wording := wording_of(here.seen, one)) and wording.digest == digest
    ]
    return shown[0] if not statement and len(shown) == 1 else statement_meant(here, statement)


def _refusal(here: Desk, about: Statement, why: NotTaken) -> Refusal:
    said = given(here.seen, about)
    mine = [one for one in said if one.person_id == here.person.id]
    taken_back = why == NotTaken.NOT_YOURS and about.state == StatementState.WITHDRAWN
    if why == NotTaken.GIVEN or (said and (taken_back or why == NotTaken.NOT_WAITING)):
        return _already(here, (mine or said)[-1])
    if taken_back:
        waived = last_answer(here, DecisionType.WAIVE, about.id)
        return already(here, waived) if waived else NotNowError(NOT_WAITING)
    if why == NotTaken.NOT_YOURS and here.incident.plan is None:
        return NotNowError(PLANNING)
    if why == NotTaken.CLOSED:
        return here.closed()
    refusal, text = REFUSALS[why]
    return refusal(text)


REFUSALS: dict[NotTaken, tuple[type[Refusal], str]] = {
    NotTaken.NO_WORDS: (NotNowError, NO_WORDS),
    NotTaken.NOT_YOUR_OWN: (NotAllowedError, NOT_YOUR_OWN),
    NotTaken.NOT_YOURS: (NotAllowedError, NOT_YOURS),
    NotTaken.CHANGED: (DigestDiffersError, CHANGED),
    NotTaken.NOT_WAITING: (NotNowError, NOT_WAITING),
}


def _give(here: Desk, about: Statement, clearance: Clearance) -> None:
    if not here.tx.insert_once(clearance):
        raise AlreadyDecidedError("You have decided on these words already.")
    here.record(
        "cleared" if clearance.approved else "clearance-refused",
        statement=about.id,
        digest=clearance.digest,
        role=clearance.role.value,
    )


def _record_confirmed(
    here: Desk, about: Statement, claims: Collection[Claim] | None, seen: list[str]
) -> None:
    """What the clearer said of them, on the timeline: each by itself, or that there is none."""
    for claim in sorted(claims or ()):
        here.record("claim-confirmed", statement=about.id, claim=claim.value)
    if claims is not None and not claims:
        here.record("no-claim-confirmed", statement=about.id)
    for finding in seen:
        here.record("finding-confirmed", statement=about.id, finding=finding)


def _already(here: Desk, clearance: Clearance) -> AlreadyDecidedError:
    by_id = {one.id: one.email for one in here.register.people}
    who = here.name_of(by_id.get(clearance.person_id))
    what = "cleared" if clearance.approved else "refused"
    when = f"{clearance.given_at:%H:%M UTC on %-d %B %Y}"
    return AlreadyDecidedError(f"{who} {what} these words at {when}.")
