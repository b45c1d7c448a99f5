"""Signing in by a mailed link: once, for a while, and told to nobody else."""

import re
from datetime import timedelta
from email import message_from_bytes, policy

import httpx
import one_server
import pytest
from paper import ADA, ANA, DEE, HAL, Paper
from served import Served, Visitor
from sqlalchemy import event
from sqlmodel import col, delete, select, update

from amends.settings import load
from amends.web.pace import Pace
from amends.web.sign_in import MOST_A_MINUTE, MOST_OF_A_CLIENT
from flows.hands import Hands
from flows.sign_in_mail import mail_links
from flows.signing_in import LINK_LIFE, MOST_A_DAY, MOST_ASKED, link_works, session_of, set_up_code
from integrations.notices.outbox import OutboxCarrier
from integrations.platforms.connections import Connections
from models.people import Person
from models.register import sync
from models.sign_in import LinkState, SignIn, WebSession

TOKEN = re.compile(r"/sign-in/([\w-]{20,})")


web = one_server.web


@pytest.fixture(autouse=True)
def paper(web: Served) -> Paper:
    """Its rows, before anybody ever signed in."""
    with web.paper.office.store.write("anew") as tx:
        tx.exec(delete(SignIn))
        tx.exec(delete(WebSession))
    for file in web.paper.office.settings.outbox.glob("*"):
        file.unlink()
    web.web.app.state.sign_in_pace = Pace(MOST_A_MINUTE)
    web.web.app.state.client_pace = Pace(MOST_OF_A_CLIENT)
    return web.paper


def mailed(paper: Paper) -> list[tuple[str, str]]:
    """An engine mails what is due; each link in the outbox, and whom it went to."""
    folder = paper.office.settings.outbox
    mail_links(Hands(paper.office, "engine-1", Connections(), OutboxCarrier(folder)))
    letters = [
        message_from_bytes(file.read_bytes(), policy=policy.default)
        for file in sorted(folder.glob("sign-in.*.eml"))
    ]
    plain = [(str(one["To"]), one.get_body(("plain",)).get_content()) for one in letters]
    return [(to, TOKEN.findall(text)[0]) for to, text in plain]


def asked(web: Served, email: str, **more: str) -> Visitor:
    """Somebody asks for a link."""
    visitor = web.browser()
    answer = visitor.post("/sign-in", {"email": email} | more)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in/sent")
    return visitor


def is_signed_in(visitor: Visitor, name: str = "Ana") -> bool:
    """Whether the first page greets them."""
    page = visitor.get("/").text
    return f">{name}<" in page and "Sign out" in page


def rows(paper: Paper) -> list[SignIn]:
    """What was asked for."""
    with paper.office.store.read() as tx:
        return list(tx.exec(select(SignIn).order_by(col(SignIn.id))))


def test_a_mailed_link_signs_in_once(web: Served, paper: Paper) -> None:
    visitor = asked(web, " Ana@dept.example ")
    ((to, token),) = mailed(paper)
    assert to == ANA
    for _ in range(2):  # a mail scanner looks first
        page = visitor.get(f"/sign-in/{token}")
        assert (page.status_code, "<button" in page.text) == (200, True)
    assert not is_signed_in(visitor)
    used = visitor.post(f"/sign-in/{token}")
    assert (used.status_code, used.headers["location"]) == (303, "/")
    assert is_signed_in(visitor)
    for again in (visitor, web.browser()):
        assert again.post(f"/sign-in/{token}").status_code == 404
        assert again.get(f"/sign-in/{token}").status_code == 404
    assert is_signed_in(visitor)


def test_an_unknown_address_gets_the_same_answer_and_no_mail(web: Served, paper: Paper) -> None:
    ran: list[str] = []

    def note(*told: object) -> None:
        ran.append(str(told[2]))

    event.listen(paper.office.store.engine, "before_cursor_execute", note)
    answers = []
    for email in (ANA, "nobody@dept.example"):
        ran.clear()
        sent = web.browser().post("/sign-in", {"email": email})
        head = {k: v for k, v in sent.headers.items() if k != "date"}
        answers.append((sent.status_code, head, sent.content, list(ran)))
    event.remove(paper.office.store.engine, "before_cursor_execute", note)
    assert answers[0] == answers[1], "nothing that is done tells the two apart"
    assert [to for to, _ in mailed(paper)] == [ANA]
    assert [(one.state, one.code) for one in rows(paper)] == [
        (LinkState.SENT, None),
        (LinkState.NOT_SENT, "nobody"),
    ]


def test_what_is_no_address_is_asked_for_again(web: Served, paper: Paper) -> None:
    answer = web.browser().post("/sign-in", {"email": "Ana <script>"})
    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert "Ana &lt;script&gt;" in answer.text
    assert rows(paper) == []


def test_one_address_is_not_flooded_with_mails(web: Served, paper: Paper) -> None:
    for _ in range(MOST_ASKED + 2):
        asked(web, ANA)
    assert len(mailed(paper)) == MOST_ASKED


def test_everybody_together_is_braked(web: Served) -> None:
    web.web.app.state.sign_in_pace = Pace(2)
    codes = [web.browser().post("/sign-in", {"email": ANA}).status_code for _ in range(3)]
    assert codes == [303, 303, 429]


def test_one_client_is_braked_and_nobody_else(web: Served) -> None:
    web.web.app.state.client_pace = Pace(2)
    calls = ["192.0.2.7", "192.0.2.7", "192.0.2.7", "192.0.2.8", "2001:db8::1", "2001:db8::2"]
    calls += ["2001:db8::3", "2001:db8:0:1::1"]
    codes = [_from(web, client) for client in calls]
    assert codes == [303, 303, 429, 303, 303, 303, 429, 303]


def _from(web: Served, client: str) -> int:
    """What whoever is behind the proxy at this address is answered."""
    headers = {"X-Forwarded-For": client, "Origin": web.url}
    asks = {"email": "nobody@dept.example"}
    return httpx.post(f"{web.url}/sign-in", data=asks, headers=headers).status_code


def test_one_address_is_sent_so_many_mails_a_day_however_they_are_spread(
    web: Served, paper: Paper
) -> None:
    with paper.office.store.write("all-day") as tx:
        for hour in range(MOST_A_DAY - 1):
            at = tx.now() - timedelta(hours=1 + hour / 2)
            tx.add(
                SignIn(address=ANA, goes_to="/", state=LinkState.SENT, asked_at=at, expires_at=at)
            )
    for _ in range(3):
        asked(web, ANA)
    assert len(rows(paper)) == MOST_A_DAY


def test_a_link_ends_by_time_and_by_another_that_is_used(web: Served, paper: Paper) -> None:
    asked(web, ANA)
    asked(web, ANA)
    (_, first), (_, second) = mailed(paper)
    assert web.browser().post(f"/sign-in/{second}").status_code == 303
    assert not link_works(paper.office, first)
    asked(web, ANA)
    third = next(token for _, token in mailed(paper) if token not in (first, second))
    with paper.office.store.write("later") as tx:
        tx.exec(update(SignIn).values(expires_at=tx.now()))
    assert web.browser().post(f"/sign-in/{third}").status_code == 404


def test_what_was_asked_too_long_ago_is_not_mailed(web: Served, paper: Paper) -> None:
    asked(web, ANA)
    with paper.office.store.write("later") as tx:
        tx.exec(update(SignIn).values(asked_at=tx.now() - LINK_LIFE - timedelta(seconds=1)))
    assert mailed(paper) == []
    assert [one.code for one in rows(paper)] == ["too-late"]


def test_no_link_lies_in_the_outbox_folder_of_a_live_organisation(
    web: Served, paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paper.office.settings, "is_practice", False)
    asked(web, ANA)
    assert mailed(paper) == []
    assert [one.code for one in rows(paper)] == ["outbox-of-live"]


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/a b"],
)
def test_nobody_is_led_elsewhere(web: Served, paper: Paper, elsewhere: str) -> None:
    visitor = asked(web, ANA, goes_to=elsewhere)
    ((_, token),) = mailed(paper)
    assert visitor.post(f"/sign-in/{token}").headers["location"] == "/"


def test_a_link_leads_to_the_page_that_was_wanted(web: Served, paper: Paper) -> None:
    visitor = asked(web, ANA, goes_to="/i/AM-7K3QX?after=3")
    ((_, token),) = mailed(paper)
    assert visitor.post(f"/sign-in/{token}").headers["location"] == "/i/AM-7K3QX?after=3"


def test_a_session_ends_when_it_is_idle_when_it_is_old_and_when_it_is_left(
    web: Served, paper: Paper
) -> None:
    for values in ("seen_at", "expires_at", None):
        visitor = web.browser(ANA)
        assert is_signed_in(visitor)
        if values is None:
            left = visitor.post("/sign-out")
            assert (left.status_code, left.headers["location"]) == (303, "/")
            assert 'amends=""' in left.headers["set-cookie"]
        else:
            with paper.office.store.write("later") as tx:
                tx.exec(update(WebSession).values({values: tx.now() - timedelta(hours=1)}))
        assert not is_signed_in(visitor), values


def test_a_session_in_use_does_not_become_idle(web: Served, paper: Paper) -> None:
    visitor = web.browser(ANA)
    with paper.office.store.write("later") as tx:
        tx.exec(update(WebSession).values(seen_at=tx.now() - timedelta(minutes=59)))
    assert visitor.get("/sign-in").status_code == 303
    visitor.post("/sign-out", {"csrf": "x"})
    with paper.office.store.read() as tx:
        session = tx.exec(select(WebSession)).one()
        assert tx.now() - session.seen_at < timedelta(minutes=1)


def _sync(paper: Paper, was: str, now: str) -> None:
    config = paper.home / "amends.toml"
    config.write_text(config.read_text().replace(was, now))
    sync(paper.office.store, load({"AMENDS_HOME": str(paper.home), "AMENDS_CONFIG": str(config)}))


def test_whoever_is_given_another_role_or_leaves_is_signed_out(web: Served, paper: Paper) -> None:
    dee, ana = web.browser(DEE), web.browser(ANA)
    both, one = "roles = ['dtu', 'dtu-duty']", "roles = ['dtu']  # for now"
    _sync(paper, both, one)
    assert not is_signed_in(dee, "Dee")
    assert is_signed_in(ana)
    _sync(paper, one, both)
    for registered in (False, True):
        with paper.office.store.write("leave") as tx:
            mine = update(Person).where(col(Person.email) == ANA)
            tx.exec(mine.values(registered=registered))
        assert is_signed_in(ana) is registered


def test_a_form_counts_with_the_token_of_its_own_session_alone(web: Served) -> None:
    ana, dee = web.browser(ANA), web.browser(DEE)
    for token in ("", "x", "é", dee.csrf):
        assert ana.post("/sign-out", {"csrf": token}).status_code == 403
    assert is_signed_in(ana)
    assert web.browser().post("/sign-out").status_code == 403
    page = ana.get("/").text
    assert ana.csrf in page
    assert ana.cookies["amends"] not in page, "a page does not hold the session's secret"


def test_who_signs_in_again_leaves_the_session_before(web: Served, paper: Paper) -> None:
    visitor = web.browser(ANA)
    before = visitor.cookies["amends"]
    asked(web, DEE)
    ((_, token),) = mailed(paper)
    visitor.post(f"/sign-in/{token}")
    assert is_signed_in(visitor, "Dee")
    with paper.office.store.read() as tx:
        assert session_of(tx, before) is None


@pytest.mark.parametrize("public_url", ["http://127.0.0.1:8000", "https://amends.dept.example"])
def test_the_cookie_is_the_browsers_alone(
    web: Served, paper: Paper, monkeypatch: pytest.MonkeyPatch, public_url: str
) -> None:
    monkeypatch.setattr(paper.office.settings, "public_url", public_url)
    asked(web, ANA)
    ((_, token),) = mailed(paper)
    cookie = web.browser().post(f"/sign-in/{token}").headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "Path=/" in cookie
    assert "SameSite=lax" in cookie
    assert "Domain" not in cookie
    secure = public_url.startswith("https")
    assert ("Secure" in cookie, cookie.startswith("__Host-amends=")) == (secure, secure)


def test_what_is_kept_of_links_and_sessions_opens_nothing(web: Served, paper: Paper) -> None:
    visitor = asked(web, ANA)
    ((_, token),) = mailed(paper)
    visitor.post(f"/sign-in/{token}")
    stored = (paper.home / "amends.db").read_bytes()
    stored += (paper.home / "amends.db-wal").read_bytes()
    assert b"sign_in" in stored
    for secret in (token, visitor.cookies["amends"]):
        assert secret.encode() not in stored


def test_a_set_up_code_is_the_first_way_in_and_never_hrs(web: Served, paper: Paper) -> None:
    old, code = set_up_code(paper.office), set_up_code(paper.office)
    assert old
    assert code
    for email, given in ((ADA, old), (HAL, code), ("nobody@dept.example", code), (ADA, "")):
        visitor = web.browser()
        answer = visitor.post("/set-up", {"email": email, "code": given})
        assert (answer.status_code, "There is a problem" in answer.text) == (422, True)
        assert code not in answer.text
    visitor = web.browser()
    assert visitor.post("/set-up", {"email": ADA, "code": code}).status_code == 303
    assert is_signed_in(visitor, "Ada")
    assert web.browser().post("/set-up", {"email": ADA, "code": code}).status_code == 422
    assert set_up_code(paper.office) is None, "somebody has signed in"


def test_a_set_up_code_ends_once_somebody_is_in(web: Served, paper: Paper) -> None:
    code = set_up_code(paper.office)
    assert code
    web.browser(ANA)
    assert web.browser().post("/set-up", {"email": ADA, "code": code}).status_code == 422


def test_a_link_says_whom_it_signs_in(web: Served, paper: Paper) -> None:
    asked(web, ANA)
    ((_, token),) = mailed(paper)
    assert ANA in web.browser().get(f"/sign-in/{token}").text


def test_an_address_that_grows_when_it_is_stored_is_asked_for_again(web: Served) -> None:
    grows = "\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}" * 99 + "@" + "d" * 149
    assert web.browser().post("/sign-in", {"email": grows}).status_code == 422


def test_a_draft_that_nobody_came_back_for_is_kept_no_longer(web: Served, paper: Paper) -> None:
    web.browser(ANA).post("/report", {"first": "no"})
    mailed(paper)
    assert drafts(paper) == 1
    with paper.office.store.write("later") as tx:
        tx.exec(update(WebSession).values(seen_at=tx.now() - timedelta(hours=25)))
    mailed(paper)
    assert drafts(paper) == 0


def drafts(paper: Paper) -> int:
    """How many are kept."""
    with paper.office.store.read() as tx:
        return len(
            tx.exec(select(WebSession).where(col(WebSession.draft_sealed).is_not(None))).all()
        )


def test_a_set_up_code_is_no_link(web: Served, paper: Paper) -> None:
    code = set_up_code(paper.office)
    assert web.browser().post(f"/sign-in/{code}").status_code == 404


def test_a_session_reaches_nothing_that_asks_for_a_token(web: Served) -> None:
    hal = web.browser(HAL)
    for path in ("/api/v1/cases", "/api/v1/incidents"):
        assert hal.get(path).status_code == 401
