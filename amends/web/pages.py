"""Answers that are pages: HTML in the frame that every page has."""

from collections.abc import Mapping

from fastapi.responses import HTMLResponse

from models.office import Office
from templates.page import Frame, render_page


def open_page(
    here: Office, name: str, facts: Mapping[str, object] | None = None, status: int = 200
) -> HTMLResponse:
    """A page that needs nobody to be signed in, and no database."""
    organisation = here.settings.organisation
    frame = Frame(organisation.name, organisation.duty_officer)
    return HTMLResponse(render_page(name, frame, facts), status)
