"""The timeline of an incident: as a page, and live as server-sent events."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from amends.web.caller import Caller, Here
from amends.web.live import Reader
from amends.web.reference import LAST, Reference
from flows.shapes import EntryShape, TimelinePage
from flows.timeline import LONGEST_PAGE, entries_after, timeline
from flows.view import Viewer, viewer
from models.audit import chain_of_incident
from models.office import Office
from models.people import Person

router = APIRouter(prefix="/incidents/{reference}", tags=["timeline"])

PATIENCE_SECONDS = 10.0
"""How long a stream waits for the reader before it looks for itself."""


def looking(reference: Reference, here: Here, person: Caller) -> Viewer:
    """The caller before the incident; a 404 comes before the stream begins."""
    with here.store.read() as tx:
        return viewer(tx, here, person, reference)


Looking = Annotated[Viewer, Depends(looking)]


@router.get("/timeline")
def page(
    by: Looking,
    here: Here,
    after: Annotated[int, Query(ge=0, le=LAST, description="`next` of the page before")] = 0,
    limit: Annotated[int, Query(ge=1, le=LONGEST_PAGE, description="how many a page")] = 100,
) -> TimelinePage:
    """What happened, in sentences, the oldest first."""
    with here.store.read() as tx:
        return timeline(tx, by, after, limit)


@router.get("/events", response_class=EventSourceResponse)
async def events(
    by: Looking,
    request: Request,
    here: Here,
    last_event_id: Annotated[int, Header(ge=0, le=LAST, description="the last event seen")] = 0,
) -> AsyncIterator[ServerSentEvent]:
    """What happens, as it happens. An event's id is that of its entry; send back the last seen."""
    reader = request.app.state.reader
    assert isinstance(reader, Reader)
    reference, seen = by.seen.incident.reference, last_event_id
    with reader.following(chain_of_incident(by.seen.incident.id)) as follower:
        while not reader.closed:
            for entry in await run_in_threadpool(_news, here, by.person, reference, seen):
                seen = entry.id
                yield ServerSentEvent(data=entry, event="entry", id=str(entry.id))
            await follower.wait(PATIENCE_SECONDS)


def _news(here: Office, person: Person, reference: str, after: int) -> list[EntryShape]:
    """Whoever may no longer see the incident gets a 404 here, which ends the stream."""
    with here.store.read() as tx:
        return list(entries_after(tx, viewer(tx, here, person, reference), after, LONGEST_PAGE))
