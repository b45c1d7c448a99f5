"""The register of people: who has which role, stands in for whom, has a turn, and is signed in."""

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from amends.web.again import again
from amends.web.caller import Here
from amends.web.signed_in import SEE_OTHER, OurForm, SignedIn
from flows.ending_sessions import end_sessions
from flows.people_register import people_seen
from policy.access import may_end_sessions

router = APIRouter(prefix="/people", include_in_schema=False)


@router.get("")
def listed(here: Here, signed: SignedIn, ended: str = "") -> Response:
    """Everybody. ``ended``: a session was ended just now."""
    with here.store.read() as tx:
        seen = people_seen(tx, here, signed.person)
    facts: dict[str, object] = {
        "seen": seen,
        "may_end": may_end_sessions(signed.person),
        "this_one": signed.session.id,
        "ended": bool(ended),
    }
    return signed.page("people", facts)


@router.post("/sessions")
def end(here: Here, signed: SignedIn, form: OurForm) -> Response:
    """End one session, or all of a person's where none is named."""
    person, session = form.one("person"), form.one("session")
    again(lambda: end_sessions(here, signed.person, person[:32], session[:32] or None))
    return RedirectResponse("/people?ended=yes", SEE_OTHER)
