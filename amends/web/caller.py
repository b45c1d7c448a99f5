"""Who calls: the person whose bearer token came with the request."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException

from flows.tokens import person_of
from models.office import Office
from models.people import Person

BEARER = HTTPBearer(auto_error=False, description="`amends token create` makes one.")
UNKNOWN = HTTPException(401, headers={"WWW-Authenticate": 'Bearer realm="amends"'})


async def this_office(request: Request) -> Office:
    """The installation that this process serves. It waits for nothing, so it needs no thread."""
    office = request.app.state.office
    assert isinstance(office, Office)
    return office


Here = Annotated[Office, Depends(this_office)]


def caller(
    here: Here, sent: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)]
) -> Person:
    """The person of the token. Raises 401 where there is none that works."""
    if sent is None or not sent.credentials:
        raise UNKNOWN
    with here.store.read() as tx:
        person = person_of(tx, sent.credentials)
    if person is None:
        raise UNKNOWN
    return person


Caller = Annotated[Person, Depends(caller)]
