"""Pages to sign in by a mailed link, to sign out, and for the first set-up."""

import re
from ipaddress import ip_address, ip_network
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from amends.web.again import again
from amends.web.caller import Here
from amends.web.pace import Pace
from amends.web.pages import open_page
from amends.web.signed_in import (
    SEALED,
    SEE_OTHER,
    MaybeSignedIn,
    OurForm,
    Sent,
    SignedIn,
    begin,
    end,
)
from flows.refusals import NotAllowedError, NotFoundError
from flows.signing_in import (
    LINK_LIFE,
    Opened,
    ask_for_link,
    sign_out,
    use_link,
    use_set_up_code,
    whose_link,
)
from models.office import Office

router = APIRouter(include_in_schema=False)

ADDRESS = re.compile(r"[^@\s]{1,100}@[^@\s]{1,150}")
OURS = re.compile(r"/(?![/\\])[\w/?=&.%+~-]{0,198}", re.ASCII)
"""Where one may go on to: a page of ours, never another site."""

ENTER_ADDRESS = "Enter your work email address, like name@dept.example"
ENTER_CODE = "Enter the code that was printed when Amends started"

MOST_A_MINUTE = 3000
"""Links and codes that everybody together may try in this process within a minute."""

MOST_OF_A_CLIENT = 60
"""Of these, how many from one address of the network: an office may stand behind one."""

Token = Annotated[str, Path(max_length=200)]


@router.get("/sign-in")
def ask(
    here: Here, signed: MaybeSignedIn, goes_to: Annotated[str, Query(max_length=2000)] = "/"
) -> Response:
    """Whose link it shall be."""
    if signed is not None:
        return RedirectResponse(ours(goes_to), SEE_OTHER)
    return _ask(here, "", ours(goes_to), {})


@router.post("/sign-in")
def mail(request: Request, here: Here, form: Sent) -> Response:
    """Have a link mailed; the answer is the same whether the address is anybody's or not."""
    address, goes_to = form.one("email"), ours(form.one("goes_to"))
    if not here.settings.links_sign_in:
        return _ask(here, "", goes_to, {})
    if not ADDRESS.fullmatch(address.lower()):  # some letters are longer then, as it is stored
        return _ask(here, address, goes_to, {"email": ENTER_ADDRESS})
    brake(request)
    again(lambda: ask_for_link(here, address, goes_to))
    return RedirectResponse("/sign-in/sent", SEE_OTHER)


def _ask(here: Office, address: str, goes_to: str, errors: dict[str, str]) -> HTMLResponse:
    facts = {"email": address[:254], "goes_to": goes_to, "errors": errors, **_ways(here)}
    return open_page(here, "sign_in", facts, 422 if errors else 200)


def _ways(here: Office) -> dict[str, object]:
    """How people get in here: by a link, by the department's own service, or as they like."""
    oidc = here.settings.oidc
    return {"links": here.settings.links_sign_in, "elsewhere": oidc.name if oidc else ""}


@router.get("/sign-in/sent")
def sent(here: Here) -> HTMLResponse:
    """What to do next."""
    facts = {"minutes": _minutes(), "practice": here.settings.is_practice}
    return open_page(here, "sign_in_sent", facts)


@router.get("/sign-in/{token}")
def look(token: Token, here: Here) -> HTMLResponse:
    """A button. Looking uses nothing up: mail scanners follow links."""
    address = whose_link(here, token)
    return open_page(here, "sign_in_link", {"address": address}) if address else _no_link(here)


@router.post("/sign-in/{token}")
def use(token: Token, here: Here, signed: MaybeSignedIn) -> Response:
    """Sign in, once. Whoever was signed in in this browser is no longer."""
    try:
        opened = again(lambda: use_link(here, token))
    except NotFoundError:
        return _no_link(here)
    if signed is not None:
        sign_out(here, signed.session.id)
    return begin_here(here, opened)


@router.post("/sign-out")
def leave(here: Here, signed: SignedIn, _: OurForm) -> Response:
    """End the session."""
    again(lambda: sign_out(here, signed.session.id))
    response = RedirectResponse("/", SEE_OTHER)
    end(response, here)
    return response


@router.get("/set-up")
def ask_for_code(here: Here) -> HTMLResponse:
    """The first way in, before mail works."""
    return _set_up(here, "", {})


@router.post("/set-up")
def set_up(request: Request, here: Here, form: Sent) -> Response:
    """Sign in with the code that was printed on the machine, once."""
    address, code = form.one("email"), form.one("code")
    errors = {} if code else {"code": ENTER_CODE}  # in the order of the fields
    errors |= {} if ADDRESS.fullmatch(address) else {"email": ENTER_ADDRESS}
    if errors:
        return _set_up(here, address, errors)
    brake(request)
    try:
        return begin_here(here, again(lambda: use_set_up_code(here, code, address)))
    except NotAllowedError as error:
        return _set_up(here, address, {"email": str(error)})
    except NotFoundError as error:
        return _set_up(here, address, {"code": str(error)})


def _set_up(here: Office, address: str, errors: dict[str, str]) -> HTMLResponse:
    facts = {"email": address[:254], "errors": errors, "links": here.settings.links_sign_in}
    return open_page(here, "set_up", facts, 422 if errors else 200)


def brake(request: Request) -> None:
    """Count one who tries to get in. Raises HTTPException 429."""
    of_client, of_all = request.app.state.client_pace, request.app.state.sign_in_pace
    assert isinstance(of_client, Pace)
    assert isinstance(of_all, Pace)
    if (client := _client(request)) is not None:
        of_client.count(client)
    of_all.count("everybody")


def _client(request: Request) -> str | None:
    """Where it comes from; of IPv6 the network, of which one household has all. None where a proxy
    in front does not say: else everybody would be one."""
    try:
        host = ip_address(request.client.host) if request.client else None
    except ValueError:
        return None
    if host is None or host.is_loopback:
        return None
    return str(ip_network((host, 64), strict=False)) if host.version == 6 else str(host)


def begin_here(here: Office, opened: Opened) -> Response:
    """Have the browser remember the session, and go on to where its person wanted."""
    response = RedirectResponse(ours(opened.goes_to), SEE_OTHER)
    begin(response, here, opened.secret)
    return response


def _no_link(here: Office) -> HTMLResponse:
    facts = {"minutes": _minutes(), "links": here.settings.links_sign_in}
    return open_page(here, "sign_in_no_link", facts, 404)


def _minutes() -> int:
    return int(LINK_LIFE.total_seconds() // 60)


def ours(wanted: str) -> str:
    """Where they wanted, if it is a page of ours that may be kept beside an address; else the
    first page."""
    sealed = wanted.startswith(SEALED)
    return wanted if OURS.fullmatch(wanted) and not sealed else "/"
