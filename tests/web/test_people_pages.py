"""The register of people: who sees it, what it never tells, and sessions that are ended."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from counting import statements_sent
from hostile import CORPUS, what_it_did
from paper import ADA, ANA, BO, CY, DEE, EVE, HAL, IDA, PAT, ROY, SAM, SUE, Paper, open_paper
from rewriting import rewrite_paper
from served import Served, Visitor, serve
from sqlmodel import col, select, update

from flows.ending_sessions import chain_of_sessions
from flows.people_register import people_seen
from models.audit import Entry
from models.people import Person
from models.sign_in import WebSession

ROTAS = """
[[rotas]]
role = "dtu"
people = ["dee@dept.example", "eve@dept.example"]
starts = 2026-01-05T09:00:00

[[rotas]]
role = "hr"
people = ["hal@dept.example", "ida@dept.example"]
starts = 2026-01-05T09:00:00
"""


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server; Dee has a deputy, Eve is on leave, and two duties are taken in turns."""
    paper = open_paper(tmp_path_factory.mktemp("people"))
    rewrite_paper(paper, f'email = "{DEE}"', f'deputy = "{EVE}"')
    today = datetime.now(UTC).date()
    leave = f"{today - timedelta(days=2)}/{today + timedelta(days=2)}"
    rewrite_paper(paper, f'email = "{EVE}"', f'away = ["{leave}"]')
    rewrite_paper(paper, 'hr = "hr@dept.example"', ROTAS)
    served = serve(paper)
    yield served
    served.close()
    paper.close()


@pytest.fixture(scope="module")
def ada(web: Served) -> Visitor:
    """The administrator's browser."""
    return web.browser(ADA)


def rows(page: str) -> dict[str, str]:
    """What stands in each row, by its first word."""
    found = re.findall(r"(?s)<tr.*?</tr>", page)
    read = [" ".join(re.sub(r"<[^>]+>", " ", one).split()) for one in found]
    return {one.partition(" ")[0]: one for one in read}


@pytest.mark.parametrize("email", [DEE, EVE, ADA, ROY])
def test_everybody_is_seen_by_the_dtu_administrators_and_auditors(web: Served, email: str) -> None:
    browser = web.browser(email)
    page = browser.get("/people")
    assert page.status_code == 200
    assert 'href="/people"' in browser.get("/").text
    read = rows(page.text)
    assert "The Digital Transformation Unit, the duty officer" in read["Dee"]
    assert read["Dee"].partition("dee@dept.example")[2].count("Eve") == 1, "her deputy"
    assert "Bo" in read["Ana"]
    assert "On leave" in read["Eve"]
    assert what_it_did(page.text) == []


@pytest.mark.parametrize("email", [ANA, BO, CY, HAL, IDA, PAT, SAM, SUE])
def test_nobody_else_sees_the_page(web: Served, email: str) -> None:
    browser = web.browser(email)
    assert browser.get("/people").status_code == 403
    assert 'href="/people"' not in browser.get("/").text


def test_who_is_of_hr_is_shown_to_administrators_alone(web: Served, ada: Visitor) -> None:
    assert "HR" in rows(ada.get("/people").text)["Hal"]
    for email in (DEE, ROY):
        page = web.browser(email).get("/people").text
        assert "HR" not in page
        assert "None" in rows(page)["Hal"]


def test_the_turns_of_hr_are_shown_to_nobody_and_of_others_with_who_is_next(
    web: Served, ada: Visitor
) -> None:
    page = ada.get("/people").text
    turns = page.partition("Everybody")[0]
    assert "The Digital Transformation Unit" in turns
    assert {name for name in ("Dee", "Eve", "Hal", "Ida") if name in turns} == {"Dee", "Eve"}


def test_of_a_case_nothing_is_on_the_page(web: Served, ada: Visitor) -> None:
    before = rows(ada.get("/people").text)
    reference = web.paper.planned(web.paper.link(1))
    web.paper.consider(reference)
    assert {k: v for k, v in rows(ada.get("/people").text).items() if k != "Ada"} == {
        k: v for k, v in before.items() if k != "Ada"
    }


def test_who_is_signed_in_is_seen_by_administrators_alone(web: Served, ada: Visitor) -> None:
    sam = web.browser(SAM)
    assert "since" in rows(ada.get("/people").text)["Sam"]
    for email in (DEE, ROY):
        page = web.browser(email).get("/people").text
        assert "Signed in" not in page
        assert "since" not in rows(page)["Sam"]
    assert sam.get("/report").status_code == 200


def session_of(paper: Paper, email: str) -> list[WebSession]:
    """This person's sessions, the newest first."""
    with paper.office.store.read() as tx:
        query = select(WebSession).where(col(WebSession.person_id) == paper.person(email).id)
        return list(tx.exec(query.order_by(col(WebSession.id).desc())))


def test_an_administrator_ends_one_session_or_all_of_a_persons(web: Served, ada: Visitor) -> None:
    phone, desk, other = (web.browser(one) for one in (PAT, PAT, SUE))
    pat, newest = web.paper.person(PAT), session_of(web.paper, PAT)[0]
    sent = {"person": pat.id, "session": newest.id}
    assert ada.post("/people/sessions", sent).headers["location"] == "/people?ended=yes"
    assert (phone.get("/report").status_code, desk.get("/report").status_code) == (200, 303)
    older = len(session_of(web.paper, PAT)) - 1
    assert ada.post("/people/sessions", {"person": pat.id}).status_code == 303
    assert phone.get("/report").status_code == 303
    assert other.get("/report").status_code == 200
    assert "since" not in rows(ada.get("/people?ended=yes").text)["Pat"]
    with web.paper.office.store.read() as tx:
        chain = chain_of_sessions(pat.id)
        told = tx.exec(select(Entry).where(col(Entry.chain) == chain)).all()
    assert [(one.actor, one.what, one.facts) for one in told] == [
        (ADA, "session-ended", {"ended": 1}),
        (ADA, "session-ended", {"ended": older}),
    ]


def test_a_session_is_ended_only_as_its_own_persons(web: Served, ada: Visitor) -> None:
    sam = web.browser(SAM)
    (newest, *_) = session_of(web.paper, SAM)
    sent = {"person": web.paper.person(SUE).id, "session": newest.id}
    ada.post("/people/sessions", sent)
    assert sam.get("/report").status_code == 200
    for wrong in ({"person": "0" * 32}, {}, {"person": CORPUS[0], "session": CORPUS[1]}):
        assert ada.post("/people/sessions", wrong).status_code == 404


@pytest.mark.parametrize("email", [DEE, ROY, ANA, HAL])
def test_nobody_but_an_administrator_ends_a_session(web: Served, email: str) -> None:
    sam = web.browser(SAM)
    sent = {"person": web.paper.person(SAM).id}
    assert web.browser(email).post("/people/sessions", sent).status_code == 403
    assert sam.get("/report").status_code == 200


def test_a_session_that_ended_by_itself_is_not_shown(web: Served, ada: Visitor) -> None:
    web.browser(CY)
    assert "since" in rows(ada.get("/people").text)["Cy"]
    with web.paper.office.store.write("idle") as tx:
        tx.exec(
            update(WebSession)
            .where(col(WebSession.person_id) == web.paper.person(CY).id)
            .values(seen_at=tx.now() - timedelta(hours=2))
        )
    assert "since" not in rows(ada.get("/people").text)["Cy"]


def test_names_stay_text(web: Served, ada: Visitor) -> None:
    for text in CORPUS:
        with web.paper.office.store.write("name") as tx:
            tx.exec(update(Person).where(col(Person.email) == BO).values(name=text))
        assert what_it_did(ada.get("/people").text) == [], text
    with web.paper.office.store.write("name") as tx:
        tx.exec(update(Person).where(col(Person.email) == BO).values(name="Bo"))


def test_everybody_is_two_queries(web: Served) -> None:
    paper, ada = web.paper, web.paper.person(ADA)
    with statements_sent(paper.office.store) as sent, paper.office.store.read() as tx:
        assert len(people_seen(tx, paper.office, ada).people) > 10
    assert len([one for one in sent if one.startswith("SELECT")]) == 2
