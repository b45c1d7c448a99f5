"""Cases, for those who work them and for whoever each is about; everybody else finds nothing."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from amends.web.again import again
from amends.web.answers import API, AcceptedAnswer
from amends.web.bodies import CaseDecisionBody
from amends.web.caller import Caller, Here
from amends.web.case_bodies import CaseMoveBody, GlassBody, asked_by
from amends.web.reference import CURSOR, Reference
from flows.cases import CasePage, CaseShape, case, cases
from flows.deciding.referring import NO_CASE, refer
from flows.refusals import NotFoundError
from flows.reviewing.moving import break_glass, make_move
from models.words import Role

NEXT = "`next` of the page before"

router = APIRouter(prefix="/cases", tags=["cases"])


@router.get("")
def listing(
    here: Here,
    person: Caller,
    before: Annotated[str | None, Query(pattern=CURSOR, description=NEXT)] = None,
) -> CasePage:
    """The cases that the caller may read, the newest first. Each look is recorded."""
    page = again(lambda: cases(here, person, before))
    if not page.cases and not person.has_role(Role.HR):
        raise NotFoundError(NO_CASE)
    return page


@router.get("/{reference}")
def one(reference: Reference, here: Here, person: Caller) -> CaseShape:
    """One case, as far as the caller reads it. That they looked is recorded first."""
    return again(lambda: case(here, person, reference))


@router.post("/{reference}/decisions", status_code=202)
def decide(
    reference: Reference, body: CaseDecisionBody, response: Response, here: Here, person: Caller
) -> CaseShape:
    """Refer, do not refer, or hand over, with the rule and the reason; once."""
    again(
        lambda: refer(
            here,
            person,
            reference,
            verdict=body.choice,
            rule=body.rule,
            reason=body.reason,
            condition=body.condition,
        )
    )
    return _as_it_is_now(reference, response, here, person)


@router.post("/{reference}/moves", status_code=202)
def move(
    reference: Reference, body: CaseMoveBody, response: Response, here: Here, person: Caller
) -> CaseShape:
    """One move of the case; `you_may` of the case names those that are the caller's now."""
    again(lambda: make_move(here, person, reference, asked_by(body)))
    return _as_it_is_now(reference, response, here, person)


@router.post("/{reference}/glass", status_code=202)
def glass(reference: Reference, body: GlassBody, here: Here, person: Caller) -> AcceptedAnswer:
    """Break the glass: one person asks, another agrees, HR hears of both at once. The answer is
    the same whether there is a case or not."""
    again(lambda: break_glass(here, person, reference, reason=body.reason, with_=body.agree_with))
    return AcceptedAnswer(reference=reference, location=f"{API}/cases/{reference}")


def _as_it_is_now(reference: str, response: Response, here: Here, person: Caller) -> CaseShape:
    response.headers["Location"] = f"{API}/cases/{reference}"
    return again(lambda: case(here, person, reference))
