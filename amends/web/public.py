"""The few pages that need no token: acknowledging by the link of a notice, and where to look."""

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import HTMLResponse

from amends.web.caller import Here
from amends.web.pages import open_page
from amends.web.signed_in import MaybeSignedIn
from flows.deciding.acknowledging import acknowledge_by_link, notice_of_link
from flows.refusals import NotFoundError
from models.incident import Incident
from models.office import Office

router = APIRouter(include_in_schema=False)

Link = Annotated[str, Path(max_length=200)]


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


@router.get("/")
def home(here: Here, signed: MaybeSignedIn) -> HTMLResponse:
    """What this address is."""
    return signed.page("home") if signed else _page(here, "home")


def _page(here: Office, name: str, status: int = 200, **facts: str) -> HTMLResponse:
    return open_page(here, name, facts, status)
