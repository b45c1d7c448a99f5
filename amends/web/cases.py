"""Cases, for HR; everybody else finds nothing here."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from amends.web.again import again
from amends.web.answers import API
from amends.web.bodies import CaseDecisionBody
from amends.web.caller import Caller, Here
from amends.web.reference import CURSOR, Reference
from flows.cases import CasePage, CaseShape, case, cases
from flows.deciding.referring import NO_CASE, refer
from flows.refusals import NotFoundError
from models.words import Role

NEXT = "`next` of the page before"

router = APIRouter(prefix="/cases", tags=["cases"])


@router.get("")
def listing(
    here: Here,
    person: Caller,
    before: Annotated[str | None, Query(pattern=CURSOR, description=NEXT)] = None,
) -> CasePage:
    """The cases that the caller may see, the newest first."""
    if not person.has_role(Role.HR):
        raise NotFoundError(NO_CASE)
    return cases(here, person, before)


@router.get("/{reference}")
def one(reference: Reference, here: Here, person: Caller) -> CaseShape:
    """One case. That the caller looked is recorded."""
    return case(here, person, reference)


@router.post("/{reference}/decisions", status_code=202)
def decide(
    reference: Reference, body: CaseDecisionBody, response: Response, here: Here, person: Caller
) -> CaseShape:
    """Refer, or do not refer, with the rule and the reason; once."""
    again(
        lambda: refer(
            here, person, reference, verdict=body.choice, rule=body.rule, reason=body.reason
        )
    )
    response.headers["Location"] = f"{API}/cases/{reference}"
    return case(here, person, reference)
