"""Short answers, the same for every POST: accepted, and where to look."""

from fastapi import Response
from pydantic import BaseModel

API = "/api/v1"


class AcceptedAnswer(BaseModel):
    """It is stored; the engine goes on from here. ``location`` is where to look."""

    reference: str
    location: str
    created: bool | None = None
    state: str | None = None


def accepted(
    response: Response, reference: str, *, created: bool | None = None, state: str | None = None
) -> AcceptedAnswer:
    """202 with a Location."""
    location = f"{API}/incidents/{reference}"
    response.status_code, response.headers["Location"] = 202, location
    return AcceptedAnswer(reference=reference, location=location, created=created, state=state)
