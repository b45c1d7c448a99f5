"""Clearing words, and acknowledging notices."""

from fastapi import APIRouter, Response

from amends.web.again import again
from amends.web.answers import AcceptedAnswer, accepted
from amends.web.bodies import AcknowledgementBody, ClearanceBody
from amends.web.caller import Caller, Here
from amends.web.reference import Reference
from flows.deciding.acknowledging import acknowledge
from flows.deciding.clearing import clear

router = APIRouter(prefix="/incidents/{reference}", tags=["clearances"])


@router.post("/clearances", status_code=202)
def give_clearance(
    reference: Reference, body: ClearanceBody, response: Response, here: Here, person: Caller
) -> AcceptedAnswer:
    """Say yes or no to exact words; 409 where the digest is no longer theirs."""
    state = again(
        lambda: clear(
            here,
            person,
            reference,
            statement=body.statement,
            digest=body.digest,
            approve=body.decision == "approve",
            reason=body.reason,
            claims=body.claims,
            confirmed=body.confirmed,
        )
    )
    return accepted(response, reference, state=state.value)


@router.post("/acknowledgements", status_code=202)
def give_acknowledgement(
    reference: Reference,
    response: Response,
    here: Here,
    person: Caller,
    body: AcknowledgementBody | None = None,
) -> AcceptedAnswer:
    """Say that the caller's notices reached them. To say it twice is no error."""
    again(lambda: acknowledge(here, person, reference, notice=body.notice if body else None))
    return accepted(response, reference)
