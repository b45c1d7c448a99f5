"""Signing in by the department's own service: who is let in, who is not, and what is said."""

import json
import logging
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import httpx
import pytest
from joserfc.jwk import OctKey, RSAKey
from paper import ADA, ANA, BO, DEE, HAL, SAM, Paper
from served import Served, Visitor, serve
from sign_in_service import (
    SECRET,
    House,
    Liar,
    Mock,
    lying_service,
    mock_service,
    open_house,
    path_of,
    set_out,
)
from sqlmodel import col, delete, select, update

from amends.patience import sooner_or_later
from amends.settings import Settings, SettingsError, load
from amends.supervise import children_of, free_port
from amends.web.pace import Pace
from amends.web.sign_in import MOST_A_MINUTE
from flows.group_roles import end_old_group_roles
from flows.hands import Hands
from flows.held_back import begin
from flows.reviewing.cabinet import BREAKERS
from flows.sign_in_mail import mail_links
from flows.signing_in import ask_for_link, set_up_code
from flows.signing_in_elsewhere import WAY_LIFE
from flows.tokens import digest_of
from integrations.identity.authlib import AT_ONCE
from integrations.identity.authlib_tokens import LEEWAY_SECONDS
from integrations.notices.outbox import OutboxCarrier
from integrations.platforms.connections import Connections
from models.group_roles import NEVER
from models.identity import Stop
from models.office import Office
from models.people import Person
from models.reconciliation import Reconciliation, WentBack
from models.register import check, sync
from models.sign_in import LinkState, SignIn, WebSession
from models.words import Role

GROUPS = """
[oidc.groups]
"GRP Digital" = ["dtu", "dtu-duty"]
"GRP Press" = ["media-office"]
"""


@pytest.fixture(scope="module")
def mock() -> Iterator[Mock]:
    """``oidc-provider-mock``, for all tests of this file."""
    with mock_service() as mock:
        yield mock


@pytest.fixture(scope="module")
def housed(mock: Mock, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One installation that it signs people in to."""
    house = open_house(tmp_path_factory.mktemp("elsewhere"), mock.register, GROUPS)
    yield house
    house.close()


@pytest.fixture(scope="module")
def lied_to(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, Liar]]:
    """One installation, and a service that can lie to it."""
    with lying_service() as liar:
        house = open_house(tmp_path_factory.mktemp("lied-to"), liar.register)
        yield house, liar
        house.close()


@pytest.fixture
def house(housed: House) -> House:
    """Before anybody ever signed in."""
    _clear(housed)
    return housed


@pytest.fixture
def liar(lied_to: tuple[House, Liar]) -> Liar:
    """It tells the truth to begin with."""
    house, liar = lied_to
    _clear(house)
    liar.anew()
    return liar


@pytest.fixture
def web(lied_to: tuple[House, Liar], liar: Liar) -> Served:
    """The installation that may be lied to."""
    return lied_to[0].web


def _clear(house: House) -> None:
    with house.paper.office.store.write("anew") as tx:
        tx.exec(delete(SignIn))
        tx.exec(delete(WebSession))
        tx.exec(update(Person).values(group_roles=[], group_roles_until=None))
    house.web.web.app.state.sign_in_pace = Pace(MOST_A_MINUTE)


def _come(house: House, mock: Mock, sub: str, goes_to: str = "/") -> tuple[Visitor, httpx.Response]:
    """Somebody signs in there, and comes back."""
    visitor = house.web.browser()
    back = mock.sign_in(set_out(house.web, visitor, goes_to), sub)
    return visitor, visitor.get(path_of(back))


def _put(mock: Mock, who: str, **more: object) -> str:
    sub = who.partition("@")[0]
    mock.put(sub, **({"email": who, "email_verified": True} | more))
    return sub


def _why(answer: httpx.Response) -> str:
    """Why nobody was signed in."""
    assert answer.status_code == 303, answer.text
    assert "amends=" not in answer.headers.get("set-cookie", "")
    assert answer.headers["location"].startswith("/sign-in/stopped?why=")
    return answer.headers["location"].partition("why=")[2]


def _name(visitor: Visitor) -> str:
    """Whom the first page greets."""
    found = re.findall(r'amends-header__name">([^<]+)<', visitor.get("/").text)
    return found[0] if found else ""


def _sessions(paper: Paper) -> int:
    with paper.office.store.read() as tx:
        live = select(WebSession).where(col(WebSession.revoked_at).is_(None))
        return len(tx.exec(live).all())


def test_somebody_of_the_register_signs_in(house: House, mock: Mock) -> None:
    visitor, answer = _come(house, mock, _put(mock, "Ana@Dept.example"), "/i/AM-7K3QX?after=3")
    assert (answer.status_code, answer.headers["location"]) == (303, "/i/AM-7K3QX?after=3")
    assert _name(visitor) == "Ana"
    assert visitor.post("/sign-out", {"csrf": _csrf(visitor)}).status_code == 303
    assert _name(visitor) == ""


def _csrf(visitor: Visitor) -> str:
    return re.findall(r'name="csrf" value="([^"]+)"', visitor.get("/").text)[0]


def test_what_is_sent_there_holds_no_secret_and_binds_the_answer(house: House) -> None:
    visitor = house.web.browser()
    asked = httpx.URL(set_out(house.web, visitor)).params
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert asked["scope"] == "openid email"
    assert asked["redirect_uri"] == f"{house.web.url}/sign-in/back"
    values = [asked["state"], asked["nonce"], asked["code_challenge"]]
    assert len(set(values)) == 3
    secret = visitor.cookies["amends-way"]
    assert not [value for value in asked.values() if value in (secret, house.client.secret)]
    stored = (house.paper.home / "amends.db-wal").read_bytes()
    assert not [one for one in (*values, secret) if one.encode() in stored], "hashes alone"
    again = httpx.URL(set_out(house.web, house.web.browser())).params
    assert asked["state"] != again["state"]


@pytest.mark.parametrize("public_url", ["http://127.0.0.1:8000", "https://amends.dept.example"])
def test_what_the_browser_keeps_on_the_way_is_its_own(
    house: House, monkeypatch: pytest.MonkeyPatch, public_url: str
) -> None:
    monkeypatch.setattr(house.paper.office.settings, "public_url", public_url)
    cookie = house.web.browser().post("/sign-in/elsewhere").headers["set-cookie"]
    assert {"HttpOnly", "SameSite=lax", "Path=/", "Max-Age=600"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    secure = public_url.startswith("https")
    assert ("Secure" in cookie, cookie.startswith("__Host-amends-way=")) == (secure, secure)


def test_the_session_is_like_any_other(house: House, mock: Mock) -> None:
    sub = _put(mock, ANA)
    for values in ("seen_at", "expires_at"):
        visitor, _ = _come(house, mock, sub)
        assert _name(visitor) == "Ana"
        with house.paper.office.store.write("later") as tx:
            hours = getattr(tx.exec(select(WebSession)).first(), values)
            tx.exec(update(WebSession).values({values: hours.replace(year=2020)}))
        assert _name(visitor) == "", values


def test_whoever_was_signed_in_in_this_browser_is_no_longer(house: House, mock: Mock) -> None:
    visitor, _ = _come(house, mock, _put(mock, ANA))
    back = mock.sign_in(set_out(house.web, visitor), _put(mock, BO))
    visitor.get(path_of(back))
    assert (_name(visitor), _sessions(house.paper)) == ("Bo", 1)


def test_an_answer_works_once(house: House, mock: Mock) -> None:
    visitor = house.web.browser()
    back = path_of(mock.sign_in(set_out(house.web, visitor), _put(mock, ANA)))
    assert visitor.get(back).headers["location"] == "/"
    assert _why(visitor.get(back)) == Stop.REPLAYED
    assert _name(visitor) == "Ana"
    assert _sessions(house.paper) == 1


def test_nobody_is_signed_in_as_another_without_knowing(house: House, mock: Mock) -> None:
    """Another site has the victim's browser come back with the answer that it was given."""
    attacker = house.web.browser()
    back = path_of(mock.sign_in(set_out(house.web, attacker), _put(mock, SAM)))
    for victim in (house.web.browser(), house.web.browser()):
        assert _why(victim.get(back)) == Stop.OTHER_BROWSER
        set_out(house.web, victim)  # and where they are on their own way
        assert _why(victim.get(back)) == Stop.OTHER_BROWSER
        assert _name(victim) == ""
    assert _why(attacker.get("/sign-in/back")) == Stop.OTHER_BROWSER
    assert attacker.get(back).headers["location"] == "/", "it was not used up by any of that"


def test_another_site_cannot_have_a_browser_set_out(house: House) -> None:
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = house.web.call(
            "POST", "/sign-in/elsewhere", headers=headers, data={"goes_to": "/"}
        )
        assert answer.status_code == 403


def test_who_stays_away_too_long_starts_again(house: House, mock: Mock) -> None:
    visitor = house.web.browser()
    back = path_of(mock.sign_in(set_out(house.web, visitor), _put(mock, ANA)))
    with house.paper.office.store.write("later") as tx:
        tx.exec(update(SignIn).values(expires_at=tx.now()))
    assert _why(visitor.get(back)) == Stop.EXPIRED
    assert WAY_LIFE.total_seconds() == 600


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "/cases/x", "/a b"]
)
def test_nobody_is_led_elsewhere(house: House, mock: Mock, elsewhere: str) -> None:
    _, answer = _come(house, mock, _put(mock, ANA), elsewhere)
    assert answer.headers["location"] == "/"
    with house.paper.office.store.read() as tx:
        assert tx.exec(select(SignIn.goes_to)).all() == ["/"], "nor is it kept"


def test_who_says_no_there_is_told(house: House, mock: Mock) -> None:
    visitor = house.web.browser()
    back = mock.sign_in(set_out(house.web, visitor), action="deny")
    assert _why(visitor.get(path_of(back))) == Stop.REFUSED


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"email": "nobody@dept.example"}, Stop.UNKNOWN),
        ({"email": "nobody@dept.example", "email_verified": False}, Stop.UNVERIFIED),
        ({"email_verified": False}, Stop.UNVERIFIED),
        ({"email_verified": None}, Stop.UNVERIFIED),
        ({"email_verified": "no"}, Stop.UNVERIFIED),
        ({"email": ""}, Stop.NO_ADDRESS),
        ({"email": None}, Stop.NO_ADDRESS),
        ({"email": [ANA]}, Stop.NO_ADDRESS),
        ({"email": "\N{KELVIN SIGN}im@dept.example"}, Stop.NO_ADDRESS),
    ],
)
def test_whoever_is_not_known_or_not_verified_is_refused(
    house: House, mock: Mock, claims: dict[str, object], why: Stop
) -> None:
    sub = _put(mock, ANA, **claims)
    visitor, answer = _come(house, mock, sub)
    assert _why(answer) == why
    assert (_name(visitor), _sessions(house.paper)) == ("", 0)
    with house.paper.office.store.read() as tx:
        assert len(tx.exec(select(Person)).all()) == 12, "nobody comes into the register by this"


def test_whoever_left_the_register_is_refused(house: House, mock: Mock) -> None:
    mine = update(Person).where(col(Person.email) == SAM)
    with house.paper.office.store.write("leave") as tx:
        tx.exec(mine.values(registered=False))
    _, answer = _come(house, mock, _put(mock, SAM))
    with house.paper.office.store.write("leave") as tx:
        tx.exec(mine.values(registered=True))
    assert _why(answer) == Stop.UNKNOWN


@pytest.mark.parametrize("why", Stop)
def test_each_reason_has_a_page_that_says_what_to_do(house: House, why: Stop) -> None:
    page = house.web.browser().get(f"/sign-in/stopped?why={why}")
    assert page.status_code in (400, 403, 503)
    assert 'href="/sign-in"' in page.text
    assert "+44 20 7946 0000" in page.text
    assert house.web.browser().get("/sign-in/stopped?why=x").status_code == 404


def test_whoever_is_unknown_reads_whom_to_ask(house: House) -> None:
    page = house.web.browser().get("/sign-in/stopped?why=unknown").text
    assert "Nobody in this department’s register has the email address" in page
    assert "dtu@dept.example" in page


def test_whoever_came_with_the_wrong_account_may_choose_another(house: House) -> None:
    for why in (Stop.UNKNOWN, Stop.UNVERIFIED):
        page = house.web.browser().get(f"/sign-in/stopped?why={why}").text
        assert "Sign in with another account" in page
    asked = httpx.URL(set_out(house.web, house.web.browser(), other="yes")).params
    assert asked["prompt"] == "select_account"
    assert "prompt" not in httpx.URL(set_out(house.web, house.web.browser())).params


def test_a_group_gives_its_roles_and_takes_them_back(house: House, mock: Mock) -> None:
    reference = house.paper.planned()
    assert house.web.browser(SAM).get(f"/i/{reference}").status_code == 404
    sub = _put(mock, SAM, groups=["GRP Digital", "GRP Else"])
    first, _ = _come(house, mock, sub)
    assert first.get(f"/i/{reference}").status_code == 200
    sam = house.paper.person(SAM)
    assert (sam.roles, sam.group_roles) == ([], ["dtu", "dtu-duty"])
    assert sam.has_role(Role.DTU)
    assert _come(house, mock, sub)
    assert _name(first) == "Sam", "the same roles as before end no session"
    second, _ = _come(house, mock, _put(mock, SAM, groups="GRP Press"))
    assert house.paper.person(SAM).group_roles == ["media-office"]
    assert (_name(first), _name(second)) == ("", "Sam"), "other roles sign out of all browsers"
    third, _ = _come(house, mock, _put(mock, SAM, groups=[{"no": "name"}, 7]))
    assert house.paper.person(SAM).group_roles == []
    assert (_name(second), _name(third)) == ("", "Sam")
    assert third.get(f"/i/{reference}").status_code == 404


def test_roles_of_a_group_end_with_the_day_and_the_sessions_with_them(
    house: House, mock: Mock
) -> None:
    visitor, _ = _come(house, mock, _put(mock, SAM, groups=["GRP Digital"]))
    end_old_group_roles(house.paper.office)
    assert house.paper.person(SAM).has_role(Role.DTU)
    with house.paper.office.store.write("later") as tx:
        tx.exec(update(Person).values(group_roles_until=tx.now()))
    end_old_group_roles(house.paper.office)
    assert not house.paper.person(SAM).has_role(Role.DTU)
    assert _name(visitor) == ""


def test_hr_and_administrators_have_what_the_file_gives_and_nothing_else(
    house: House, mock: Mock
) -> None:
    for email in (HAL, ADA):
        before = house.paper.person(email).roles
        visitor, _ = _come(house, mock, _put(mock, email, groups=["GRP Digital"]))
        after = house.paper.person(email)
        assert (after.roles, after.group_roles) == (before, [])
        assert _name(visitor) == email.partition("@")[0].title()


def test_a_group_takes_nothing_away_that_the_file_gives(house: House, mock: Mock) -> None:
    _come(house, mock, _put(mock, DEE, groups=[]))
    assert house.paper.person(DEE).roles == ["dtu", "dtu-duty"]


def test_a_map_that_is_changed_takes_roles_back_at_the_next_start(house: House, mock: Mock) -> None:
    visitor, _ = _come(house, mock, _put(mock, SAM, groups=["GRP Digital", "GRP Press"]))
    was = house.config.read_text()
    _sync(house, was)
    assert _name(visitor) == "Sam", "nothing was changed"
    _sync(house, was.replace('["dtu", "dtu-duty"]', '["dtu"]'))
    assert house.paper.person(SAM).group_roles == ["dtu", "media-office"]
    assert _name(visitor) == ""
    _sync(house, was)


def test_a_restore_and_leaving_the_register_take_them_back(house: House, mock: Mock) -> None:
    _come(house, mock, _put(mock, SAM, groups=["GRP Digital"]))
    with house.paper.office.store.write("restored") as tx:
        begin(tx, WentBack.RESTORED, tx.now())
    assert house.paper.person(SAM).group_roles == []
    with house.paper.office.store.write("lifted") as tx:
        tx.exec(delete(Reconciliation))
    _come(house, mock, _put(mock, SAM, groups=["GRP Digital"]))
    was = house.config.read_text()
    _sync(house, was.replace(f'email = "{SAM}"', 'email = "sam2@dept.example"'))
    assert house.paper.person(SAM).group_roles == []
    _sync(house, was)
    assert house.paper.person(SAM).group_roles == [], "nor back again"
    with house.paper.office.store.write("never-was") as tx:
        tx.exec(delete(Person).where(col(Person.email) == "sam2@dept.example"))


def _sync(house: House, text: str) -> None:
    house.config.write_text(text)
    sync(house.paper.office.store, _load(house))


def _load(house: House) -> Settings:
    home = house.paper.home
    return load({"AMENDS_HOME": str(home), "AMENDS_CONFIG": str(house.config)})


def test_no_group_makes_anybody_hr_or_an_administrator_or_opens_the_seal() -> None:
    assert {Role.HR, Role.ADMIN} | BREAKERS <= NEVER


@pytest.mark.parametrize("role", [*sorted(NEVER), Role.LINE_MANAGER, "boss"])
def test_a_map_that_gives_too_much_stops_the_start(house: House, role: str) -> None:
    was = house.config.read_text()
    house.config.write_text(was.replace('["media-office"]', f'["{role}"]'))
    with pytest.raises(SettingsError, match=f"GRP Press.*{role}"):
        check(_load(house))
    house.config.write_text(was)


@pytest.mark.parametrize(
    ("was", "now", "says"),
    [
        ('issuer = "http://', 'issuer = "http://login.dept.example#', "starts with https"),
        ('issuer = "http://', 'issuer = "ftp://', "starts with https"),
        ("[oidc.groups]", '[drill]\nsays = "x"\n[oidc.groups]', "a drill has no"),
        ("client_id =", 'scopes = ["email"]\nclient_id =', "openid has to be"),
        ("client_id =", 'secret = "x"\nclient_id =', "there is no setting named oidc.secret"),
    ],
)
def test_settings_that_cannot_be_meant_stop_the_start(
    house: House, was: str, now: str, says: str
) -> None:
    before = house.config.read_text()
    house.config.write_text(before.replace(was, now, 1))
    with pytest.raises(SettingsError, match=says):
        _load(house)
    house.config.write_text(before)


def test_only_by_the_service_where_links_are_switched_off(
    house: House, mock: Mock, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = house.web.browser().get("/sign-in").text
    assert both.count("<button") == 2
    visitor = house.web.browser()
    assert visitor.post("/sign-in", {"email": ANA}).status_code == 303
    monkeypatch.setattr(type(house.paper.office.settings), "links_sign_in", False)
    one = house.web.browser().get("/sign-in").text
    assert one.count("<button") == 1
    assert "Sign in with your department account" in one
    before = _asked(house.paper)
    assert visitor.post("/sign-in", {"email": ANA}).status_code == 200
    assert _asked(house.paper) == before
    visitor, _ = _come(house, mock, _put(mock, ANA))
    assert _name(visitor) == "Ana"


def _asked(paper: Paper) -> int:
    with paper.office.store.read() as tx:
        return len(tx.exec(select(SignIn)).all())


def test_a_link_from_before_it_was_switched_off_works_no_more(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = house.paper.office
    ask_for_link(office, ANA, "/")
    with office.store.write("mailed") as tx:
        tx.add(
            SignIn(
                address=ANA, goes_to="/", state=LinkState.SENT, digest=digest_of("a-link"),
                asked_at=tx.now(), expires_at=tx.now() + WAY_LIFE,
            )
        )  # fmt: skip
    assert house.web.browser().get("/sign-in/a-link").status_code == 200
    monkeypatch.setattr(type(office.settings), "links_sign_in", False)
    before = _asked(house.paper)
    ask_for_link(office, ANA, "/")
    assert _asked(house.paper) == before
    for method in ("get", "post"):
        assert getattr(house.web.browser(), method)("/sign-in/a-link").status_code == 404
    carrier = OutboxCarrier(office.settings.outbox)
    mail_links(Hands(office, "engine-1", Connections(), carrier))
    assert list(office.settings.outbox.glob("sign-in.*")) == []
    with office.store.read() as tx:
        codes = tx.exec(select(SignIn.code).where(col(SignIn.state) == LinkState.NOT_SENT)).all()
    assert codes == ["switched-off"]


def test_the_first_set_up_still_works_where_links_are_switched_off(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(house.paper.office.settings), "links_sign_in", False)
    code = set_up_code(house.paper.office)
    assert code
    visitor = house.web.browser()
    assert visitor.post("/set-up", {"email": ADA, "code": code}).status_code == 303
    assert _name(visitor) == "Ada"


def test_a_way_there_is_no_code_and_no_link(house: House) -> None:
    visitor = house.web.browser()
    state = httpx.URL(set_out(house.web, visitor)).params["state"]
    assert visitor.post(f"/sign-in/{state}").status_code == 404
    assert visitor.post("/set-up", {"email": ADA, "code": state}).status_code == 422


def test_who_tries_without_end_is_braked(house: House) -> None:
    house.web.web.app.state.sign_in_pace = Pace(2)
    codes = [house.web.browser().post("/sign-in/elsewhere").status_code for _ in range(3)]
    assert codes == [200, 200, 429]


def test_where_there_is_no_service_there_are_no_pages_of_it(served_alone: Served) -> None:
    visitor = served_alone.browser()
    assert visitor.post("/sign-in/elsewhere").status_code == 404
    assert visitor.get("/sign-in/back").status_code == 404
    assert "department account" not in visitor.get("/sign-in").text


@pytest.fixture(scope="module")
def served_alone(housed: House) -> Iterator[Served]:
    """The same rows, served by a process that knows no service."""
    office = Office(load({"AMENDS_HOME": str(housed.paper.home), "AMENDS_CONFIG": _plain(housed)}))
    served = serve(Paper(housed.paper.home, office))
    yield served
    served.close()
    office.store.close()


def _plain(house: House) -> str:
    path = house.paper.home / "plain.toml"
    path.write_text(house.config.read_text().partition("[oidc]")[0])
    return str(path)


# What a service may answer that is not by the book.


def _back(web: Served, liar: Liar, visitor: Visitor | None = None) -> httpx.Response:
    visitor = visitor or web.browser()
    return visitor.get(path_of(liar.sign_in(set_out(web, visitor))))


def test_by_the_book_somebody_is_let_in(web: Served, liar: Liar) -> None:
    visitor = web.browser()
    assert _back(web, liar, visitor).headers["location"] == "/"
    assert _name(visitor) == "Ana"


FOREIGN = RSAKey.generate_key(2048, {"kid": "one"})


Lie = tuple[dict[str, object], Stop]

LIES: list[Lie] = [
    ({"claims": {"aud": "another"}}, Stop.AUDIENCE),
    ({"claims": {"aud": ["amends", "another"], "azp": "another"}}, Stop.AUDIENCE),
    ({"claims": {"aud": ["amends", "another"]}}, Stop.UNTRUSTED),
    ({"claims": {"iss": "https://evil.example"}}, Stop.UNTRUSTED),
    ({"claims": {"nonce": "another"}}, Stop.UNTRUSTED),
    ({"claims": {"at_hash": "another"}}, Stop.UNTRUSTED),
    ({"without": ("nonce",)}, Stop.UNTRUSTED),
    ({"without": ("exp",)}, Stop.UNTRUSTED),
    ({"claims": {"exp": "tomorrow"}}, Stop.UNTRUSTED),
    ({"signs_with": FOREIGN}, Stop.UNTRUSTED),
    ({"signs_with": OctKey.import_key(SECRET, {"kid": "one"}), "algorithm": "HS256"},
     Stop.UNTRUSTED),
    ({"algorithm": "none"}, Stop.UNTRUSTED),
    ({"discovery": {"issuer": "https://evil.example"}}, Stop.UNTRUSTED),
    ({"discovery": {"token_endpoint": "http://evil.example/token"}}, Stop.UNTRUSTED),
    ({"discovery": {"authorization_endpoint": "javascript:alert(1)"}}, Stop.UNTRUSTED),
    ({"answers": {"/token": (400, b'{"error": "invalid_grant"}')}}, Stop.EXPIRED),
    ({"answers": {"/token": (401, b'{"error": "invalid_client"}')}}, Stop.CLIENT),
    ({"answers": {"/token": (500, b"<html>")}}, Stop.DOWN),
    ({"answers": {"/token": (200, b'{"id_token": "x.y.z"}')}}, Stop.UNTRUSTED),
    ({"answers": {"/token": (200, b" " * 300_000)}}, Stop.DOWN),
    ({"answers": {"/jwks": (200, b'{"keys": []}')}}, Stop.DOWN),
    ({"answers": {"/.well-known/openid-configuration": (503, b"")}}, Stop.DOWN),
    ({"without": ("email",), "told": {"sub": "another", "email": ANA}}, Stop.UNTRUSTED),
    ({"without": ("email_verified",), "told": {"email_verified": True}}, Stop.UNVERIFIED),
    ({"without": ("email_verified",)}, Stop.UNVERIFIED),
    ({"claims": {"email_verified": False}, "told": {"email": ANA, "email_verified": True}},
     Stop.UNVERIFIED),
]  # fmt: skip
MORE_LIES: list[Lie] = [
    ({"claims": {"aud": ["another", "third"]}}, Stop.AUDIENCE),
    ({"without": ("iat",)}, Stop.UNTRUSTED),
    ({"without": ("aud",)}, Stop.UNTRUSTED),
    ({"without": ("iss",)}, Stop.UNTRUSTED),
    ({"without": ("sub",)}, Stop.UNTRUSTED),
    ({"discovery": {"jwks_uri": "http://evil.example/jwks"}}, Stop.UNTRUSTED),
    ({"answers": {"/token": (400, b'{"error": "invalid_client"}')}}, Stop.CLIENT),
    ({"answers": {"/token": (302, b"")}}, Stop.DOWN),
    ({"answers": {"/token": (200, b"<html>")}}, Stop.DOWN),
    ({"answers": {"/token": (200, b'{"access_token": "x"}')}}, Stop.DOWN),
    ({"answers": {"/jwks": (200, b'{"keys": [{"kty": "RSA"}]}')}}, Stop.DOWN),
    ({"answers": {"/.well-known/openid-configuration": (200, b"[]")}}, Stop.DOWN),
    ({"without": ("email",), "answers": {"/userinfo": (500, b"")}}, Stop.DOWN),
]  # fmt: skip


@pytest.mark.parametrize(
    ("lie", "why"), [*LIES, *(pytest.param(*one, marks=pytest.mark.matrix) for one in MORE_LIES)]
)
def test_what_is_not_by_the_book_lets_nobody_in(
    lied_to: tuple[House, Liar], liar: Liar, lie: dict[str, object], why: Stop
) -> None:
    web = _forgetful(lied_to[0])
    for name, value in lie.items():
        setattr(liar, name, value)
    visitor = web.browser()
    answer = visitor.post("/sign-in/elsewhere")
    if answer.status_code == 200:
        answer = _back(web, liar, visitor)
    assert _why(answer) == why
    assert (_name(visitor), _sessions(web.paper)) == ("", 0)


def _forgetful(house: House) -> Served:
    """It remembers nothing of what the service said of itself."""
    house.web.web.app.state.provider._known = None
    return house.web


def test_clocks_may_differ_by_two_minutes_and_no_more(web: Served, liar: Liar) -> None:
    for late, why in ((LEEWAY_SECONDS - 20, None), (LEEWAY_SECONDS + 20, Stop.EXPIRED)):
        liar.claims = _off(-late)
        answer = _back(web, liar)
        assert answer.headers["location"] == (f"/sign-in/stopped?why={why}" if why else "/")
    for early, why in ((LEEWAY_SECONDS - 20, None), (LEEWAY_SECONDS + 20, Stop.UNTRUSTED)):
        liar.claims = _off(early)
        answer = _back(web, liar)
        assert answer.headers["location"] == (f"/sign-in/stopped?why={why}" if why else "/")


def _off(seconds: int) -> dict[str, object]:
    """A token as a clock that is wrong by this much would make it, to end at once."""
    now = int(time.time()) + seconds
    return {"iat": now, "nbf": now, "exp": now + 1 if seconds < 0 else now + 300}


def test_a_new_key_of_the_service_is_learnt(web: Served, liar: Liar) -> None:
    assert _back(web, liar).headers["location"] == "/"
    liar.key = RSAKey.generate_key(2048, {"kid": "two"})
    assert _back(web, liar).headers["location"] == "/"
    assert liar.asked.count("/jwks") <= 2


def test_what_the_token_does_not_say_is_asked_for(web: Served, liar: Liar) -> None:
    liar.without = ("email", "email_verified")
    liar.told = {"email": BO, "email_verified": True}
    visitor = web.browser()
    assert _back(web, liar, visitor).headers["location"] == "/"
    assert _name(visitor) == "Bo"


def test_an_answer_of_another_issuer_is_not_taken(web: Served, liar: Liar) -> None:
    visitor = web.browser()
    back = path_of(liar.sign_in(set_out(web, visitor)))
    assert (
        _why(visitor.get(re.sub("iss=[^&]+", "iss=https://evil.example", back))) == Stop.UNTRUSTED
    )
    assert "/token" not in liar.asked


def test_a_code_of_another_way_is_not_taken(web: Served, liar: Liar) -> None:
    """PKCE: a code that was caught on another's way back is of no use."""
    victim, attacker = web.browser(), web.browser()
    caught = liar.sign_in(set_out(web, victim))
    own = path_of(liar.sign_in(set_out(web, attacker)))
    code = httpx.URL(caught).params["code"]
    assert _why(attacker.get(re.sub("code=[^&]+", f"code={code}", own))) == Stop.EXPIRED
    assert _name(attacker) == ""


@pytest.mark.parametrize(
    ("error", "why"),
    [("access_denied", Stop.REFUSED), ("temporarily_unavailable", Stop.DOWN),
     ("invalid_scope", Stop.CLIENT), ("<script>", Stop.REFUSED)],
)  # fmt: skip
def test_what_the_service_says_instead_is_a_sentence(
    web: Served, liar: Liar, error: str, why: Stop
) -> None:
    visitor = web.browser()
    state = httpx.URL(set_out(web, visitor)).params["state"]
    answer = visitor.get(f"/sign-in/back?state={state}&error={error}&error_description=canary")
    assert _why(answer) == why
    assert "canary" not in answer.headers["location"]


def test_a_service_that_hangs_keeps_nobody_from_the_pages(
    web: Served, liar: Liar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.identity.authlib.PATIENCE_SECONDS", 0.05)
    web.web.app.state.provider._known = None
    liar.hangs = threading.Event()
    waiting = [threading.Thread(target=_ask, args=(web,)) for _ in range(AT_ONCE)]
    for one in waiting:
        one.start()
    while liar.arrived < AT_ONCE:
        threading.Event().wait(0.01)
    try:
        assert _why(web.browser().post("/sign-in/elsewhere")) == Stop.DOWN
        assert web.browser().get("/sign-in").status_code == 200
        assert liar.arrived == AT_ONCE, "nobody else waits for it"
    finally:
        liar.hangs.set()
        for one in waiting:
            one.join(10)


def _ask(web: Served) -> None:
    web.browser().post("/sign-in/elsewhere")


def test_nothing_secret_is_in_the_log_or_in_an_address(
    web: Served, liar: Liar, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    seen = [_back(web, liar)]
    for lie in ({"aud": "x"}, {"email": "canary@dept.example"}, {"email_verified": False}):
        liar.claims = dict(lie)
        seen.append(_back(web, liar))
    codes = list(liar.ways)
    told = caplog.text + "".join(one.headers["location"] for one in seen)
    assert "nobody is signed in: audience" in told
    ways = [value for way in liar.ways.values() for value in (way["state"], way["nonce"])]
    for secret in (SECRET, "canary", "eyJ", ANA, *codes, *ways):
        assert secret not in told, secret


def test_without_its_secret_it_signs_nobody_in_and_the_rest_goes_on(
    web: Served, liar: Liar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web.web.app.state.provider, "_secret", "")
    assert _why(web.browser().post("/sign-in/elsewhere")) == Stop.CLIENT
    assert web.browser().get("/sign-in").status_code == 200


def test_the_web_process_alone_is_given_the_secret(house: House) -> None:
    environ = {"OIDC_SECRET": SECRET, "HOME": "/"}
    children = children_of(house.paper.office.settings, 8000, 4200, environ)
    given = {one.name for one in children if "OIDC_SECRET" in one.environment}
    assert given == {"web"}


@pytest.mark.matrix
def test_the_commands_know_the_service_by_the_settings(house: House, mock: Mock) -> None:
    port = free_port(0)
    environ = {key: value for key, value in os.environ.items() if not key.startswith("AMENDS")} | {
        "AMENDS_HOME": str(house.paper.home),
        "AMENDS_CONFIG": str(house.config),
        "AMENDS_PREFECT": "off",
        "OIDC_SECRET": house.client.secret,
    }
    amends = [sys.executable, "-m", "amends.cli"]
    web = subprocess.Popen([*amends, "web", "--port", str(port)], env=environ)
    try:
        assert _answers(port)
        page = httpx.post(f"http://127.0.0.1:{port}/sign-in/elsewhere", data={"goes_to": "/"})
        assert (page.status_code, f"{mock.url}/oauth2/authorize" in page.text) == (200, True)
        examined = subprocess.run(
            [*amends, "doctor", "--json"], env=environ, capture_output=True, text=True, check=False
        )
        found = [one for one in json.loads(examined.stdout) if one["about"] == "sign-in"]
        assert found[0]["what"].startswith("The sign-in service answers."), found
    finally:
        web.terminate()
        web.wait(20)


def _answers(port: int) -> bool:
    """Without an engine it is never ready: its pages are there all the same."""

    def look() -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
        except httpx.HTTPError:
            return False

    return sooner_or_later(look, 60)


def test_a_service_that_is_down_is_said_so(
    tmp_path_factory: pytest.TempPathFactory, web: Served, liar: Liar
) -> None:
    with lying_service() as gone:
        house = open_house(tmp_path_factory.mktemp("down"), gone.register)
    try:
        assert _why(house.web.browser().post("/sign-in/elsewhere")) == Stop.DOWN
    finally:
        house.close()


def test_the_mocks_own_secret_is_needed(
    mock: Mock, tmp_path_factory: pytest.TempPathFactory, house: House
) -> None:
    provider = house.web.web.app.state.provider
    was, provider._secret = provider._secret, "another"
    try:
        _, answer = _come(house, mock, _put(mock, ANA))
        assert _why(answer) == Stop.CLIENT
    finally:
        provider._secret = was
