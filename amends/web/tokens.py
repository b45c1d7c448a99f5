"""Making tokens, and exchanging a mailed code for HR's first one."""

from fastapi import APIRouter
from pydantic import BaseModel

from amends.web.bodies import ClaimBody, TokenBody
from amends.web.caller import Caller, Here
from flows.tokens import LIFE, claim, make_token

router = APIRouter(prefix="/tokens", tags=["tokens"])


class TokenAnswer(BaseModel):
    """The token, shown this once."""

    token: str
    days: int = LIFE.days


@router.post("", status_code=201)
def create(here: Here, person: Caller, body: TokenBody | None = None) -> TokenAnswer:
    """A token for the caller; for somebody else by an administrator; for HR by HR."""
    email = body.person if body and body.person else person.email
    return TokenAnswer(token=make_token(here, person, email))


@router.post("/claim", status_code=201)
def exchange(here: Here, body: ClaimBody) -> TokenAnswer:
    """The token that a mailed code stands for. The code works once."""
    return TokenAnswer(token=claim(here, body.code))
