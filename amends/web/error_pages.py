"""Errors as people read them in a browser: what happened, what to do, and whom to phone."""

from collections.abc import Iterable

from fastapi.responses import HTMLResponse
from starlette.types import Scope

from amends.web.pages import open_page
from models.office import Office

TITLES = {
    401: "Sign in first",
    403: "You cannot do this",
    404: "There is nothing at this address",
    405: "This address does not take that",
    409: "It stands differently now",
    413: "That is too much at once",
    422: "Check what you entered",
    429: "Wait a minute",
    503: "Amends cannot keep anything just now",
}
FAILED = "Something went wrong here"

SENTENCES = {
    400: "The page sent something that cannot be read. Go back, and try again.",
    401: "Sign in, then go on.",
    403: "The page that you came from is out of date, or is not one of ours. Go to the first page "
    "and start from there.",
    404: "Check the address. What you look for may also not be for you to see.",
    429: "You have asked for very much in a short time. Wait a minute, then go on.",
}
"""What people read instead of the sentences that are for programs."""

FOR_PROGRAMS = ("/api/", "/healthz", "/readyz")


def wants_page(scope: Scope) -> bool:
    """Whether this is a browser that shows a page: programs get a problem (RFC 9457)."""
    if scope["path"].startswith(FOR_PROGRAMS):
        return False
    return any("text/html" in accepted for accepted in _accepted(scope["headers"]))


def _accepted(headers: Iterable[tuple[bytes, bytes]]) -> Iterable[str]:
    return (value.decode("latin-1") for name, value in headers if name == b"accept")


def error_page(here: Office, status: int, sentence: str) -> HTMLResponse:
    """The page of this error."""
    facts = {"title": TITLES.get(status, FAILED), "sentence": sentence}
    return open_page(here, "error", facts, status)
