"""Making tokens of one's own, having a code mailed to others, and exchanging such a code."""

from fastapi import APIRouter, Response
from pydantic import BaseModel

from amends.web.bodies import ClaimBody, TokenBody
from amends.web.caller import Caller, Here
from flows.tokens import LIFE, claim, make_token

router = APIRouter(prefix="/tokens", tags=["tokens"])


class TokenAnswer(BaseModel):
    """The token, shown this once."""

    token: str
    days: int = LIFE.days


class MadeAnswer(BaseModel):
    """The caller's token, shown this once; or to whose own address a code is mailed."""

    token: str | None = None
    mailed_to: str | None = None
    days: int = LIFE.days


@router.post("", status_code=201)
def create(
    here: Here, person: Caller, response: Response, body: TokenBody | None = None
) -> MadeAnswer:
    """A token for the caller. For somebody else, whom an administrator names, and of HR whom HR
    does, 202: a code is mailed to their own address, and they alone exchange it."""
    email = body.person if body and body.person else person.email
    token = make_token(here, person, email)
    if token is not None:
        return MadeAnswer(token=token)
    response.status_code = 202
    return MadeAnswer(mailed_to=email.strip().lower())


@router.post("/claim", status_code=201)
def exchange(here: Here, body: ClaimBody) -> TokenAnswer:
    """The token that a mailed code stands for. The code works once."""
    return TokenAnswer(token=claim(here, body.code))
