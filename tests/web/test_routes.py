"""Every route is known here by who may call it: a new one fails until it is classified."""

from enum import StrEnum

import one_server
import pytest
from paper import ANA
from routes import all_routes
from served import Served


class Who(StrEnum):
    """Who may call a route."""

    EVERYBODY = "everybody"  # it tells nothing that is not for all
    HOLDER = "holder"  # whoever holds the secret that the request carries
    TOKEN = "token"  # a person, by their bearer token
    SIGNED_IN = "signed-in"  # a person, by the session of their browser


E, H, T, S = Who.EVERYBODY, Who.HOLDER, Who.TOKEN, Who.SIGNED_IN
API = "/api/v1"

ROUTES: dict[str, Who] = {
    "GET /": E,
    "GET /healthz": E,
    "GET /readyz": E,
    f"GET {API}/openapi.json": E,
    "GET /static/{version}/{name}": E,
    "GET /sign-in": E,
    "POST /sign-in": E,
    "GET /sign-in/sent": E,
    "GET /set-up": E,
    "POST /set-up": H,
    "GET /sign-in/{token}": H,
    "POST /sign-in/{token}": H,
    "GET /ack/{token}": H,
    "POST /ack/{token}": H,
    f"POST {API}/tokens/claim": H,
    f"POST {API}/tokens": T,
    f"GET {API}/incidents": T,
    f"POST {API}/incidents": T,
    f"GET {API}/incidents/{{reference}}": T,
    f"GET {API}/incidents/{{reference}}/timeline": T,
    f"GET {API}/incidents/{{reference}}/events": T,
    f"POST {API}/incidents/{{reference}}/clearances": T,
    f"POST {API}/incidents/{{reference}}/acknowledgements": T,
    f"POST {API}/incidents/{{reference}}/decisions": T,
    f"POST {API}/incidents/{{reference}}/exports": T,
    f"GET {API}/retention": T,
    f"POST {API}/subject-access": T,
    f"POST {API}/incidents/{{reference}}/hold": T,
    f"POST {API}/incidents/{{reference}}/hold/release": T,
    f"GET {API}/cases": T,
    f"GET {API}/cases/{{reference}}": T,
    f"POST {API}/cases/{{reference}}/decisions": T,
    f"POST {API}/cases/{{reference}}/moves": T,
    f"POST {API}/cases/{{reference}}/glass": T,
    f"GET {API}/reconciliation": T,
    f"POST {API}/reconciliation": T,
    "POST /sign-out": S,
    "GET /incidents": S,
    "POST /incidents/find": S,
    "GET /i/{reference}": S,
    "GET /i/{reference}/live": S,
    "POST /i/{reference}/clear": S,
    "POST /i/{reference}/acknowledge": S,
    "GET /cases": S,
    "POST /cases": S,
    "GET /cases/glass": S,
    "POST /cases/glass": S,
    "GET /cases/{address}": S,
    "POST /cases/{address}": S,
    "POST /i/{reference}/answer": S,
    "GET /i/{reference}/more": S,
    "POST /i/{reference}/more": S,
    "GET /i/{reference}/kind": S,
    "POST /i/{reference}/kind": S,
    "GET /report": S,
    "POST /report": S,
    "GET /report/link": S,
    "POST /report/link": S,
    "GET /report/kind": S,
    "POST /report/kind": S,
    "GET /report/about": S,
    "POST /report/about": S,
    "GET /report/check": S,
    "POST /report/check": S,
    "POST /report/forget": S,
    "GET /report/sent/{reference}": S,
}

SAFE = ("GET", "HEAD")


web = one_server.web


def test_every_route_has_somebody_who_may_call_it() -> None:
    assert all_routes() == set(ROUTES)


def _of(*who: Who, unsafe: bool = False) -> list[str]:
    return [r for r, w in ROUTES.items() if w in who and not (unsafe and r.startswith(SAFE))]


def _split(route: str) -> tuple[str, str]:
    method, path = route.split()
    for name, given in (("reference", "AM-XXXXX"), ("token", "nothing"), ("address", "A" * 38)):
        path = path.replace(f"{{{name}}}", given)
    return method, path


@pytest.mark.parametrize("route", _of(Who.TOKEN))
def test_a_route_for_tokens_needs_one_and_takes_no_cookie(web: Served, route: str) -> None:
    method, path = _split(route)
    assert web.call(method, path, json={}).status_code == 401
    session = web.browser(ANA)
    assert web.call(method, path, json={}, cookies=session.cookies).status_code == 401


@pytest.mark.parametrize("route", _of(Who.SIGNED_IN))
def test_a_page_needs_somebody_who_is_signed_in(web: Served, route: str) -> None:
    method, path = _split(route)
    answer = web.browser().get(path) if method == "GET" else web.browser().post(path)
    if method == "GET":
        assert answer.status_code == 303
        sealed = path.startswith("/cases")  # kept beside nobody's address
        leads_back = "/sign-in" if sealed else "/sign-in?goes_to=%2F"
        assert answer.headers["location"].startswith(leads_back)
        assert ("goes_to" in answer.headers["location"]) is not sealed
    else:
        assert answer.status_code == 403


@pytest.mark.parametrize("route", _of(Who.SIGNED_IN, unsafe=True))
def test_a_form_needs_the_token_of_its_session(web: Served, route: str) -> None:
    _, path = _split(route)
    for token in ("", "x", web.browser(ANA).csrf):
        assert web.browser(ANA).post(path, {"csrf": token}).status_code == 403


@pytest.mark.parametrize("route", _of(*Who, unsafe=True))
def test_what_changes_something_is_refused_to_another_site(web: Served, route: str) -> None:
    method, path = _split(route)
    session = web.browser(ANA)
    for headers in (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site", "Origin": web.url},
        {"Sec-Fetch-Site": "same-site"},
    ):
        answer = web.call(
            method,
            path,
            ANA,
            headers=headers,
            cookies=session.cookies,
            data={"csrf": session.csrf},
        )
        assert answer.status_code == 403, headers


@pytest.mark.parametrize("route", _of(*Who))
def test_nothing_but_its_own_methods_is_taken(web: Served, route: str) -> None:
    _, path = _split(route)
    assert web.call("DELETE", path).status_code == 405
