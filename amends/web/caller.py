"""Who calls: the person whose bearer token came with the request."""

from typing import Annotated

from fastapi import Depends, Header, Request
from starlette.exceptions import HTTPException

from flows.tokens import person_of
from models.office import Office
from models.people import Person

UNKNOWN = HTTPException(401, headers={"WWW-Authenticate": 'Bearer realm="amends"'})


def this_office(request: Request) -> Office:
    """The installation that this process serves."""
    office = request.app.state.office
    assert isinstance(office, Office)
    return office


Here = Annotated[Office, Depends(this_office)]


def caller(here: Here, authorization: Annotated[str | None, Header()] = None) -> Person:
    """The person of the token. Raises 401 where there is none that works."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise UNKNOWN
    with here.store.read() as tx:
        person = person_of(tx, token.strip())
    if person is None:
        raise UNKNOWN
    return person


Caller = Annotated[Person, Depends(caller)]
