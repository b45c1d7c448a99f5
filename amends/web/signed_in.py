"""Who looks at a page: the person whose session the browser's cookie names.

A form of a page counts only with the token of the page's own session: another site can have a
browser send our cookie, and cannot read what our pages hold.
"""

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from amends.web.caller import Here
from amends.web.form import Form, read_form
from amends.web.origin import SAFE
from amends.web.pages import frame_of
from flows.signing_in import session_of, stir
from models.office import Office
from models.people import Person
from models.sign_in import WebSession
from templates.page import Frame, render_page

SEE_OTHER = 303
SEALED = "/cases"
"""Where cases are. It is kept beside nobody's address: the row of their link would tell."""
BY_ITSELF = "again"
"""In the address of a page that loads itself again: nobody is there by that."""


class SignInFirstError(Exception):
    """Nobody is signed in: the page is for those who are. ``goes_to`` is where they wanted."""

    def __init__(self, goes_to: str) -> None:
        self.goes_to = goes_to
        super().__init__()


@dataclass(frozen=True)
class Signed:
    """One browser of one person, and one page of it."""

    office: Office
    person: Person
    session: WebSession
    csrf: str = field(repr=False)
    at: str

    def page(
        self, name: str, facts: dict[str, object] | None = None, status: int = 200
    ) -> HTMLResponse:
        """The page, in their frame."""
        return HTMLResponse(render_page(name, self.frame(), facts), status)

    def frame(self) -> Frame:
        """What every page of theirs knows."""
        return frame_of(self.office, self.person, self.csrf, self.at)


def cookie_name(office: Office) -> str:
    """With https a name that no other site of the same machine can set (RFC 6265bis)."""
    return "__Host-amends" if is_by_https(office) else "amends"


def is_by_https(office: Office) -> bool:
    """Whether browsers reach the installation by https."""
    return office.settings.public_url.startswith("https://")


def csrf_of(secret: str) -> str:
    """What a form of this session sends back; the session's secret cannot be had from it."""
    return hmac.new(secret.encode(), b"csrf", hashlib.sha256).hexdigest()


def signed_in(request: Request, here: Here) -> Signed:
    """The person. Raises SignInFirstError; where something would be changed, HTTPException 403."""
    found = someone_signed_in(request, here)
    if found is not None:
        if BY_ITSELF not in request.query_params:
            stir(here, found.session)
        return found
    if request.method in SAFE:
        query = f"?{request.url.query}" if request.url.query else ""
        raise SignInFirstError(request.url.path + query)
    raise HTTPException(403)


def someone_signed_in(request: Request, here: Here) -> Signed | None:
    """The person, if there is one: for pages that are for everybody."""
    secret = request.cookies.get(cookie_name(here))
    if not secret:
        return None
    with here.store.read() as tx:
        found = session_of(tx, secret)
    if found is None:
        return None
    return Signed(here, found[1], found[0], csrf_of(secret), request.url.path)


SignedIn = Annotated[Signed, Depends(signed_in)]
MaybeSignedIn = Annotated[Signed | None, Depends(someone_signed_in)]
Sent = Annotated[Form, Depends(read_form)]


def _our_form(form: Sent, signed: SignedIn) -> Form:
    """The form, if a page of this session sent it. Raises HTTPException 403."""
    if not hmac.compare_digest(form.one("csrf").encode(), signed.csrf.encode()):
        raise HTTPException(403)
    return form


OurForm = Annotated[Form, Depends(_our_form)]


def begin(response: Response, office: Office, secret: str) -> None:
    """Have the browser remember the session until it is closed; what ends it is ours to say."""
    response.set_cookie(
        cookie_name(office),
        secret,
        path="/",
        secure=is_by_https(office),
        httponly=True,
        samesite="lax",
    )


def end(response: Response, office: Office) -> None:
    """Have the browser forget it."""
    response.delete_cookie(
        cookie_name(office), path="/", secure=is_by_https(office), httponly=True, samesite="lax"
    )


def install(app: FastAPI) -> None:
    """Whoever is not signed in is asked to, and comes back to where they wanted; the first page
    leads on to what is sealed."""

    @app.exception_handler(SignInFirstError)
    def ask(_: Request, error: SignInFirstError) -> RedirectResponse:
        nowhere = error.goes_to == "/" or error.goes_to.startswith(SEALED)
        wanted = "" if nowhere else urlencode({"goes_to": error.goes_to})
        return RedirectResponse(f"/sign-in?{wanted}".rstrip("?"), SEE_OTHER)
