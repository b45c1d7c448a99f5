"""The page of an incident, live, with clearance in place."""

from collections import deque
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import RedirectResponse, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from amends.web.again import again
from amends.web.caller import Here
from amends.web.desk_forms import Tried
from amends.web.form import Form
from amends.web.live import Reader
from amends.web.questions import held_accounts, questions_of
from amends.web.reference import LAST, Reference
from amends.web.signed_in import SEE_OTHER, OurForm, Signed, SignedIn, someone_signed_in
from amends.web.timelines import PATIENCE_SECONDS
from flows.deciding.acknowledging import acknowledge
from flows.deciding.clearing import clear
from flows.may_do import may_do
from flows.refusals import BadRequestError, NotFoundError, NotNowError
from flows.timeline import entries_after
from flows.view import Viewer, view, viewer
from models.audit import chain_of_incident
from models.office import Office
from models.words import StatementState
from policy.words import Claim, Finding

router = APIRouter(include_in_schema=False)

REFRESH_SECONDS = 15
"""How often a browser without scripts loads the page again, where it has nothing to fill in."""

MOST_ENTRIES = 500
"""Entries of the timeline on the page: the newest. The API has all of them."""

SAY_YES_OR_NO = "Say whether these words may go out"
DECISIONS = ("approve", "reject")


def looking(reference: Reference, here: Here, signed: SignedIn) -> Viewer:
    """Whoever is signed in before the incident. Raises NotFoundError."""
    with here.store.read() as tx:
        return viewer(tx, here, signed.person, reference)


Looking = Annotated[Viewer, Depends(looking)]


@router.get("/i/{reference}")
def incident(here: Here, signed: SignedIn, by: Looking, done: str = "") -> Response:
    """All that the person may see of it."""
    return incident_page(here, signed, by, done=bool(done))


def incident_page(
    here: Office,
    signed: Signed,
    by: Viewer,
    *,
    errors: dict[str, str] | None = None,
    tried: Tried | None = None,
    status: int = 422,
    done: bool = False,
) -> Response:
    """The page; with what was refused, and ``status``, where something was. ``done``: something was
    decided just now."""
    seen = view(by)
    questions = questions_of(by, seen)
    with here.store.read() as tx:
        entries = list(deque(entries_after(tx, by, 0, LAST), maxlen=MOST_ENTRIES + 1))
    errors = (errors or {}) | ({f"{tried.key}-error": tried.sentence} if tried else {})
    filled_in = bool(questions) or any(one.you_may_clear for one in seen.statements)
    facts: dict[str, object] = {
        "seen": seen,
        "questions": questions,
        "may_do": may_do(by),
        "held": held_accounts(by),
        "entries": entries[-MOST_ENTRIES:],
        "has_older": len(entries) > MOST_ENTRIES,
        "last": entries[-1].id if entries else 0,
        "errors": errors,
        "tried": tried,
        "done": done,
        "refresh": None if errors or filled_in else REFRESH_SECONDS,
    }
    return signed.page("incident", facts, status if errors else 200)


@router.post("/i/{reference}/clear")
def give_clearance(here: Here, signed: SignedIn, form: OurForm, by: Looking) -> Response:
    """Say yes or no to exactly the words that were shown."""
    reference, statement = by.seen.incident.reference, form.one("statement")
    if form.one("decision") not in DECISIONS:
        wrong = {f"decision-{statement}": SAY_YES_OR_NO}
        return incident_page(here, signed, by, errors=wrong)
    try:
        again(lambda: _clear(here, signed, reference, form))
    except (BadRequestError, NotNowError) as error:
        with here.store.read() as tx:
            fresh = viewer(tx, here, signed.person, reference)
        wrong = {f"decision-{statement}": str(error)}
        return incident_page(here, signed, fresh, errors=wrong)
    return RedirectResponse(f"/i/{reference}#words", SEE_OTHER)


def _clear(here: Office, signed: Signed, reference: str, form: Form) -> StatementState:
    asked = bool(form.one("asked"))
    return clear(
        here,
        signed.person,
        reference,
        statement=form.one("statement"),
        digest=form.one("digest"),
        approve=form.one("decision") == "approve",
        reason=form.one("reason")[:1000] or None,
        claims=[Claim(one) for one in form.all("claims") if one in set(Claim)] if asked else None,
        confirmed=[Finding(one) for one in form.all("confirmed") if one in set(Finding)],
    )


@router.post("/i/{reference}/acknowledge")
def give_acknowledgement(here: Here, signed: SignedIn, form: OurForm, by: Looking) -> Response:
    """Say that one's notices reached one."""
    reference = by.seen.incident.reference
    again(lambda: acknowledge(here, signed.person, reference, notice=form.one("notice") or None))
    return RedirectResponse(f"/i/{reference}#notices", SEE_OTHER)


@router.get("/i/{reference}/live", response_class=EventSourceResponse)
async def live(
    by: Looking,
    request: Request,
    here: Here,
    last_event_id: Annotated[int, Header(ge=0, le=LAST)] = 0,
    after: Annotated[int, Query(ge=0, le=LAST)] = 0,
) -> AsyncIterator[ServerSentEvent]:
    """Says that something happened, as it happens; the page then loads itself again."""
    reader = request.app.state.reader
    assert isinstance(reader, Reader)
    seen = max(last_event_id, after)
    with reader.following(chain_of_incident(by.seen.incident.id)) as follower:
        while not reader.closed:
            newest = await run_in_threadpool(_newest, request, here, by, seen)
            if newest is None:
                return
            if newest > seen:
                seen = newest
                yield ServerSentEvent(data="changed", event="changed", id=str(newest))
            await follower.wait(PATIENCE_SECONDS)


def _newest(request: Request, here: Office, by: Viewer, after: int) -> int | None:
    """The newest entry; None once the session has ended, or the incident is no longer theirs."""
    signed = someone_signed_in(request, here)
    if signed is None:
        return None
    try:
        with here.store.read() as tx:
            now = viewer(tx, here, signed.person, by.seen.incident.reference)
            newest = deque(entries_after(tx, now, after, LAST), maxlen=1)
    except NotFoundError:
        return None
    return newest[0].id if newest else after
