"""Who may look for cases in a browser: of HR, whoever has shown a token of theirs in this session.

The browser keeps a proof of that instead of the token. It is worthless without the session.
"""

from typing import Annotated

from fastapi import Depends, FastAPI, Request
from fastapi.responses import RedirectResponse, Response

from amends.web.caller import Here
from amends.web.signed_in import SEALED, SEE_OTHER, Signed, SignedIn, is_by_https
from flows.reviewing.door import is_shown, needs_token
from models.office import Office


class TokenFirstError(Exception):
    """A person of HR has not shown their token in this browser."""


def is_open(request: Request, here: Office, signed: Signed) -> bool:
    """Whether the session is enough, or a token was shown besides."""
    proof = request.cookies.get(_cookie(here), "")
    return not needs_token(signed.person) or is_shown(here, signed.session, proof)


def keep_proof(response: Response, here: Office, proof: str) -> None:
    """Have the browser show it with each look for a case, and with nothing else."""
    response.set_cookie(
        _cookie(here),
        proof,
        path=SEALED,
        secure=is_by_https(here),
        httponly=True,
        samesite="lax",
    )


def _cookie(here: Office) -> str:
    return "__Secure-amends-shown" if is_by_https(here) else "amends-shown"


def _reader(request: Request, here: Here, signed: SignedIn) -> Signed:
    if not is_open(request, here, signed):
        raise TokenFirstError
    return signed


Reader = Annotated[Signed, Depends(_reader)]
"""Whoever may look for a case. Others are led to where a token is shown, whatever the address."""


def install(app: FastAPI) -> None:
    """Whoever of HR has not shown their token is asked for it."""

    @app.exception_handler(TokenFirstError)
    def ask(_: Request, __: TokenFirstError) -> RedirectResponse:
        return RedirectResponse(SEALED, SEE_OTHER)
