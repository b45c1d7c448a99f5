"""How long things are kept, what is held longer, and the word that holds an incident."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from amends.web.again import again
from amends.web.answers import AcceptedAnswer, accepted
from amends.web.bodies import Body
from amends.web.caller import Caller, Here
from amends.web.reference import Reference
from flows.legal_holding import hold_by_law, holds_seen, release_by_law
from policy.retention import Record, load_retention

router = APIRouter(tags=["retention"])


class KeptShape(BaseModel):
    """A class of records, and how many days one is kept. `note` says from when."""

    record: Record
    days: int
    note: str


class HoldShape(BaseModel):
    """One legal hold; it stands until somebody releases it."""

    reference: str
    held_by: str
    held_at: datetime
    reason: str | None = Field(description="empty once the incident was erased")
    released_by: str | None
    released_at: datetime | None


class RetentionAnswer(BaseModel):
    """How long things are kept, and what is or was kept longer."""

    kept: list[KeptShape]
    holds: list[HoldShape]
    last_purge_at: datetime | None


class HoldBody(Body):
    """Why nothing of the incident may be erased."""

    reason: Annotated[str, Field(min_length=1, max_length=1000, description="why, in a sentence")]


@router.get("/retention")
def show(here: Here, person: Caller) -> RetentionAnswer:
    """For lawyers, the data protection officer and auditors."""
    holds, last = holds_seen(here, person)
    return RetentionAnswer(
        kept=[KeptShape(record=r.record, days=r.days, note=r.note) for r in load_retention()],
        holds=[
            HoldShape(
                reference=one.reference,
                held_by=one.by,
                held_at=one.at,
                reason=one.reason,
                released_by=one.released_by,
                released_at=one.released_at,
            )
            for one in holds
        ],
        last_purge_at=last,
    )


@router.post("/incidents/{reference}/hold", status_code=202)
def hold(
    reference: Reference, body: HoldBody, response: Response, here: Here, person: Caller
) -> AcceptedAnswer:
    """A legal hold: nothing of the incident is erased until it is released."""
    again(lambda: hold_by_law(here, person, reference, reason=body.reason))
    return accepted(response, reference)


@router.post("/incidents/{reference}/hold/release", status_code=202)
def release(reference: Reference, response: Response, here: Here, person: Caller) -> AcceptedAnswer:
    """The incident goes when its time is up, which it may be already."""
    again(lambda: release_by_law(here, person, reference))
    return accepted(response, reference)
