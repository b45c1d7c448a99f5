"""The few pages that need no token: acknowledging by the link of a notice, and where to look."""

import re
from typing import Annotated

from fastapi import APIRouter, Path, Response
from fastapi.responses import HTMLResponse

from amends.web.caller import Here
from flows.deciding.acknowledging import acknowledge_by_link, notice_of_link
from flows.refusals import NotFoundError
from models.incident import Incident
from models.office import Office
from templates.page import STYLESHEET, render_page

router = APIRouter(include_in_schema=False)

REFERENCE = re.compile(r"[A-Z]{2,5}-[A-Z0-9]{1,9}")
Link = Annotated[str, Path(max_length=200)]


@router.get("/static/plain.css")
def stylesheet() -> Response:
    """The one stylesheet."""
    return Response(
        STYLESHEET.read_bytes(),
        media_type="text/css",
        headers={"Cache-Control": "public, max-age=3600"},
    )


@router.get("/ack/{token}")
def ask(token: Link, here: Here) -> HTMLResponse:
    """A button. Looking does not acknowledge: mail scanners follow links."""
    try:
        with here.store.read() as tx:
            incident = tx.get_one(Incident, notice_of_link(tx, token).incident_id)
    except NotFoundError:
        return _page(here, "no_link", 404)
    return _page(here, "ack", reference=incident.reference)


@router.post("/ack/{token}")
def take(token: Link, here: Here) -> HTMLResponse:
    """Acknowledge as whoever the link was sent to."""
    try:
        reference = acknowledge_by_link(here, token)
    except NotFoundError:
        return _page(here, "no_link", 404)
    return _page(here, "acknowledged", reference=reference)


@router.get("/i/{reference}")
def where(reference: str, here: Here) -> HTMLResponse:
    """How to see an incident. The same for one that exists and one that does not."""
    named = reference.upper()
    return _page(here, "incident", reference=named if REFERENCE.fullmatch(named) else "AM-…")


@router.get("/")
def home(here: Here) -> HTMLResponse:
    """What this address is."""
    return _page(here, "home")


@router.get("/cases")
def sealed(here: Here) -> HTMLResponse:
    """Where the link in HR's mail leads. It says nothing of any case."""
    return _page(here, "cases")


def _page(here: Office, name: str, status: int = 200, **facts: str) -> HTMLResponse:
    organisation = here.settings.organisation
    words = {"organisation": organisation.name, "duty_officer": organisation.duty_officer}
    says = here.settings.drill.says if here.settings.drill else ""
    return HTMLResponse(render_page(name, drill=says, **words, **facts), status)
