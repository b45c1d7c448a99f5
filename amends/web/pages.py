"""Answers that are pages: HTML in the frame that every page has."""

from collections.abc import Mapping

from fastapi.responses import HTMLResponse

from amends.web.navigation import links_for
from models.office import Office
from models.people import Person
from templates.page import Frame, render_page


def open_page(
    here: Office, name: str, facts: Mapping[str, object] | None = None, status: int = 200
) -> HTMLResponse:
    """A page that needs nobody to be signed in, and no database."""
    return HTMLResponse(render_page(name, frame_of(here), facts), status)


def frame_of(here: Office, person: Person | None = None, csrf: str = "", at: str = "") -> Frame:
    """The frame of this installation's pages, for whoever is signed in."""
    organisation, drill = here.settings.organisation, here.settings.drill
    return Frame(
        organisation.name,
        organisation.duty_officer,
        person.name if person else None,
        csrf,
        at,
        drill=drill.says if drill else "",
        links=links_for(person) if person else (),
    )
