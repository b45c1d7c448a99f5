"""Pages to sign in at the department's own service (OpenID Connect), and to come back from it."""

import logging
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from amends.web.again import again
from amends.web.caller import Here
from amends.web.pages import open_page
from amends.web.sign_in import begin_here, brake, ours
from amends.web.signed_in import SEE_OTHER, MaybeSignedIn, Sent, is_by_https
from flows.signing_in import sign_out
from flows.signing_in_elsewhere import WAY_LIFE, come_back, let_in, set_out
from models.identity import COMES_BACK_TO, Begun, IdentityProvider, Stop, StoppedError
from models.office import Office

router = APIRouter(include_in_schema=False)
log = logging.getLogger("amends.sign_in")

STOPPED = "/sign-in/stopped"
LONGEST = 8000
"""Of what a service sends back in an address; some codes have thousands of letters."""

SAID_NO = {
    "temporarily_unavailable": Stop.DOWN,
    "server_error": Stop.DOWN,
    "unauthorized_client": Stop.CLIENT,
    "invalid_request": Stop.CLIENT,
    "invalid_scope": Stop.CLIENT,
    "unsupported_response_type": Stop.CLIENT,
}
"""Why a service sent somebody back (RFC 6749, section 4.1.2.1); all else is that it said no."""

STATUSES = {
    Stop.DOWN: 503,
    Stop.CLIENT: 503,
    Stop.REFUSED: 403,
    Stop.NO_ADDRESS: 403,
    Stop.UNVERIFIED: 403,
    Stop.UNKNOWN: 403,
}
BAD = 400

Back = Annotated[str, Query(max_length=LONGEST)]


def provider_here(request: Request) -> IdentityProvider:
    """The department's own service. Raises HTTPException 404 where there is none."""
    provider: IdentityProvider | None = request.app.state.provider
    if provider is None:
        raise HTTPException(404)
    return provider


Elsewhere = Annotated[IdentityProvider, Depends(provider_here)]


@router.post("/sign-in/elsewhere")
def go(request: Request, here: Here, provider: Elsewhere, form: Sent) -> Response:
    """Go to the service. By a page, not at once: a form may lead to our own pages alone."""
    brake(request)
    secret = again(lambda: set_out(here, ours(form.one("goes_to"))))
    try:
        address = provider.address_for(Begun.of(secret), another=bool(form.one("other")))
    except StoppedError as stopped:
        return _stop(stopped.why)
    response = open_page(here, "sign_in_elsewhere", {"address": address, "name": _name(here)})
    response.set_cookie(
        _cookie(here),
        secret,
        path="/",
        max_age=int(WAY_LIFE.total_seconds()),
        secure=is_by_https(here),
        httponly=True,
        samesite="lax",  # the way back begins at another site
    )
    return response


@router.get(COMES_BACK_TO)
def back(
    request: Request,
    here: Here,
    provider: Elsewhere,
    signed: MaybeSignedIn,
    state: Back = "",
    code: Back = "",
    error: Back = "",
    iss: Back = "",
) -> Response:
    """Sign in whoever the service has let in. Whatever comes of it, the browser goes on at once:
    what came back stays in no address."""
    if error:  # by whomever it was sent: nobody is signed in by it, and nothing used up
        return _stop(SAID_NO.get(error, Stop.REFUSED))
    secret = request.cookies.get(_cookie(here), "")
    try:
        goes_to = again(lambda: come_back(here, secret, state))
        _check(here, code, iss)
        identity = provider.identity_of(Begun.of(secret), code)
        opened = again(lambda: let_in(here, identity, goes_to))
    except StoppedError as stopped:
        return _stop(stopped.why)
    if signed is not None:
        sign_out(here, signed.session.id)
    return begin_here(here, opened)


@router.get(STOPPED)
def stopped(here: Here, why: Annotated[str, Query(max_length=40)] = "") -> Response:
    """Why nobody was signed in, and what to do."""
    if why not in set(Stop):
        raise HTTPException(404)
    facts = {
        "why": why,
        "name": _name(here),
        "dtu": here.settings.organisation.dtu,
        "links": here.settings.links_sign_in,
    }
    return open_page(here, "sign_in_stopped", facts, STATUSES.get(Stop(why), BAD))


def _check(here: Office, code: str, iss: str) -> None:
    """Raises StoppedError where the service sends no code, or it is another's (RFC 9207)."""
    issuer = here.settings.oidc.issuer if here.settings.oidc else ""
    if not code or (iss and iss != issuer):
        raise StoppedError(Stop.UNTRUSTED)


def _stop(why: Stop) -> Response:
    log.warning("nobody is signed in: %s", why.value)
    return RedirectResponse(f"{STOPPED}?why={why.value}", SEE_OTHER)


def _name(here: Office) -> str:
    return here.settings.oidc.name if here.settings.oidc else ""


def _cookie(here: Office) -> str:
    """With https a name that no other site of the same machine can set (RFC 6265bis)."""
    return "__Host-amends-way" if is_by_https(here) else "amends-way"
