"""Reporting, listing and reading incidents."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from amends.web.again import again
from amends.web.answers import AcceptedAnswer, accepted
from amends.web.bodies import ReportBody
from amends.web.caller import Caller, Here
from amends.web.pace import Pace
from amends.web.reference import CURSOR, Reference
from flows.crowd import Crowd
from flows.intake import Accepted, Asked, accept
from flows.listing import Wanted, incidents
from flows.shapes import IncidentPage, IncidentShape
from flows.view import view, viewer
from models.office import Office
from models.words import IncidentState, Kind

KEY = "makes sending the same report again harmless"
NEXT = "`next` of the page before"

router = APIRouter(prefix="/incidents", tags=["incidents"])


@router.post("", status_code=202)
async def report(
    body: ReportBody,
    request: Request,
    response: Response,
    here: Here,
    person: Caller,
    idempotency_key: Annotated[str | None, Header(max_length=200, description=KEY)] = None,
) -> AcceptedAnswer:
    """Report a mistake. The report is durable when this answers; the same post is one incident."""
    answer = await take_in(request, here, Asked(person, body.request(), idempotency_key))
    return accepted(response, answer.reference, created=answer.created)


async def take_in(request: Request, here: Office, asked: Asked) -> Accepted:
    """Store one report, by whatever door it came. Raises HTTPException 429 and Refusal."""
    pace, crowd = request.app.state.pace, request.app.state.crowd
    assert isinstance(pace, Pace)
    assert isinstance(crowd, Crowd)
    pace.count(asked.reporter.id)
    if here.store.has_one_writer:
        return await asyncio.wrap_future(crowd.accept(asked))
    return await run_in_threadpool(_store, here, asked)


def _store(here: Office, asked: Asked) -> Accepted:
    return again(lambda: accept(here, asked.reporter, asked.request, asked.idempotency_key))


@router.get("")
def listing(
    here: Here,
    person: Caller,
    state: Annotated[IncidentState | None, Query(description="only those in this state")] = None,
    kind: Annotated[Kind | None, Query(description="only those of this kind")] = None,
    severity: Annotated[
        int | None, Query(ge=1, le=4, description="only those this serious")
    ] = None,
    before: Annotated[str | None, Query(pattern=CURSOR, description=NEXT)] = None,
    limit: Annotated[int, Query(ge=1, le=100, description="how many a page")] = 50,
) -> IncidentPage:
    """The incidents that the caller may see, the newest first."""
    with here.store.read() as tx:
        return incidents(tx, person, Wanted(state, kind, severity, before, limit))


@router.get("/{reference}")
def one(reference: Reference, here: Here, person: Caller) -> IncidentShape:
    """One incident, as far as the caller may see it."""
    with here.store.read() as tx:
        return view(viewer(tx, here, person, reference))
