"""Help that helps: the procedure, what to do by hand, accessibility, and whom to ask.

Everybody may read it, signed in or not, and with the database gone: it is needed most then.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from sqlalchemy.exc import DBAPIError, TimeoutError

from amends.web.caller import Here
from amends.web.pages import open_page
from amends.web.signed_in import Signed, someone_signed_in
from models.office import Office
from models.words import DeleteWord
from policy.tables import load
from templates.kinds import KindWords, kinds_in_words
from templates.procedure import procedure_in_words

router = APIRouter(prefix="/help", include_in_schema=False)


def whoever_asks(request: Request, here: Here) -> Signed | None:
    """Who is signed in, where that can be known."""
    try:
        return someone_signed_in(request, here)
    except (DBAPIError, TimeoutError):
        return None


Reader = Annotated[Signed | None, Depends(whoever_asks)]


@dataclass(frozen=True)
class Lines:
    """One kind of mistake as the page of the procedure lists it."""

    kind: KindWords
    lines: tuple[int, ...]


@router.get("")
def contents(here: Here, reader: Reader) -> HTMLResponse:
    """What there is to read."""
    return _page(here, reader, "contents")


@router.get("/procedure")
def procedure(here: Here, reader: Reader) -> HTMLResponse:
    """What happens after a report, step by step, and which kinds are deleted how."""
    facts: dict[str, object] = {
        "steps": procedure_in_words(),
        "deleted": {word: list(_of(word)) for word in DeleteWord},
    }
    return _page(here, reader, "procedure", facts)


@router.get("/by-hand")
def by_hand(here: Here, reader: Reader) -> HTMLResponse:
    """What to do without Amends: to be printed, and kept, before it is needed."""
    return _page(here, reader, "by_hand")


@router.get("/accessibility")
def accessibility(here: Here, reader: Reader) -> HTMLResponse:
    """What was tested, and what was not, in the form that GOV.UK asks for."""
    return _page(here, reader, "accessibility")


@router.get("/contact")
def contact(here: Here, reader: Reader) -> HTMLResponse:
    """Whom to ask. Mailboxes are for those who work here."""
    return _page(here, reader, "contact", {"dtu": here.settings.organisation.dtu})


def _of(word: DeleteWord) -> Iterator[Lines]:
    tables = load()
    for one in kinds_in_words():
        row = tables.row_of(one.kind)
        if row.delete is word:
            yield Lines(one, row.source)


def _page(
    here: Office, reader: Signed | None, name: str, facts: dict[str, object] | None = None
) -> HTMLResponse:
    page = f"help/{name}"
    return reader.page(page, facts) if reader else open_page(here, page, facts)
