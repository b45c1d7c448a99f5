"""The pages of cases: who reads what there, what they may do, and what nobody learns."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from case_story import AMY, DAN, IVY, Story, appoint, begin, employ
from case_visit import PARTS, address_of, fields, offered, visit
from databases import NewDatabase
from hostile import CORPUS, what_it_did
from hypothesis import given, settings
from hypothesis import strategies as st
from paper import ADA, ANA, BO, CY, DEE, HAL, IDA, PAT, ROY, SAM, Paper, open_paper
from served import Served, Visitor, serve
from sqlmodel import select, update

from amends.web.case_forms import NUMBERS
from flows.intake import ReportRequest, accept
from flows.reviewing.moving import Asked
from models.incident import Incident
from models.people import Token
from models.review import CaseMove, CaseOutcome, CaseState
from models.sign_in import SignIn
from models.words import Employer, Kind, PosterKnown

M, S = CaseMove, CaseState
TELLING = r"decid|appeal|answer|suspen|health|outcome"
"""What a browser's history would show of a field that it went to."""

CSRF = r'name="csrf" value="\w+"'
CaseAt = Callable[[CaseState], tuple[Served, Story]]
LEX, LOU = "lex@dept.example", "lou@dept.example"
NOWHERE = "/cases/" + "A" * 38


@pytest.fixture
def story(paper: Paper) -> Story:
    """A case that HR considers; somebody else reported it."""
    return begin(paper, by=SAM, poster=ANA)


@pytest.fixture(scope="module")
def case_at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CaseAt]:
    """A case in this state, the same for all tests that do not move it. Dee cleared the post."""
    opened: dict[CaseState, tuple[Served, Story]] = {}

    def bring(state: CaseState) -> tuple[Served, Story]:
        if state not in opened:
            paper = open_paper(tmp_path_factory.mktemp("case"))
            story = begin(paper, by=SAM, poster=ANA, cleared_by=DEE)
            story.until(state)
            opened[state] = serve(paper), story
        return opened[state]

    yield bring
    for served, _ in opened.values():
        served.close()
        served.paper.close()


def send(visitor: Visitor, at: str, move: str, /, **given: str) -> httpx.Response:
    """Fill in the form of this move on the page, and send it."""
    names = fields(visitor.get(at).text, move)
    assert set(given) <= set(names), f"{move} asks for {set(names)}"
    return visitor.post(at, {"move": move} | {names[name]: said for name, said in given.items()})


def test_a_case_goes_from_referral_to_appeal_on_the_pages(web: Served, story: Story) -> None:
    whole_case(web, story)


@pytest.mark.matrix
def test_the_same_on_postgresql(tmp_path: Path, new_database: NewDatabase) -> None:
    paper = open_paper(tmp_path, new_database("postgresql"))
    served = serve(paper)
    whole_case(served, begin(paper, by=SAM, poster=ANA))
    served.close()
    paper.close()


def whole_case(web: Served, story: Story) -> None:
    """From referral to appeal, by five people, each with what their page offers them."""
    at = address_of(web, story.reference)
    hal, ivy, ana, dan, amy = (visit(web, who) for who in (HAL, IVY, ANA, DAN, AMY))

    def move(who: Visitor, move: str, **given: str) -> None:
        answer = send(who, at, move, **given)
        assert (answer.status_code, answer.headers.get("location")) == (303, at), answer.text

    assert story.reference in hal.get("/cases").text
    hal.post(at, {"move": "consider", "note-2": "Many would have.", "note-5": "No switcher."})
    assert "Many would have." in hal.get(at).text
    move(hal, "refer", choice="refer", rule="line 54: partial", reason="It names a party.")
    move(hal, "take")
    for hand, person in (("decider", DAN), ("appeal-hearer", AMY), ("investigator", IVY)):
        move(hal, "assign", hand=hand, person=person, text="Has nothing to do with it.")
    move(ivy, "add-evidence", text="The post, as it was.")
    assert ana.get(at).status_code == 404
    move(ivy, "tell")
    assert "The post, as it was." in ana.get(at).text
    move(ana, "answer", text="I mixed up two accounts.", health="")
    move(ana, "name-companion", text="Pip of the union")
    move(ivy, "report", text="A slip.")
    on = datetime.now(UTC) + timedelta(days=7)
    day, month, year = f"{on:%-d %-m %Y}".split()
    names = fields(dan.get(at).text, "call")
    when = {names["at"]: day, names["at-month"]: month, names["at-year"]: year}
    given = {"move": "call", names["at-time"]: "10:30", names["text"]: "Room 4"}
    assert dan.post(at, given | when).status_code == 303
    assert f"{on:%-d %B %Y}, 10:30 UTC" in ana.get(at).text
    story.wait(days=8)
    move(dan, "meet", text="She explained it.")
    move(dan, "decide", outcome="advice", text="A slip, soon mended.")
    assert "A slip, soon mended." not in ana.get(at).text
    move(hal, "tell-outcome")
    assert "A slip, soon mended." in ana.get(at).text
    move(ana, "appeal", text="I want it in other words.")
    move(amy, "hear", appeal_outcome="upheld", text="Fair.")
    move(hal, "close")
    page = ana.get(at).text
    for said in ("It is over", "The appeal is upheld", "Fair.", "Told in writing, with the"):
        assert said in page
    assert offered(page) == set()


OUTSIDE = (BO, PAT, CY, DEE, SAM, ADA, ROY)


LONG = pytest.mark.matrix
SHUT_OUT = [
    (S.CONSIDERING, ANA), (S.OUTCOME_TOLD, BO), (S.OUTCOME_TOLD, DEE), (S.OUTCOME_TOLD, ADA),
    *(pytest.param(S.OUTCOME_TOLD, who, marks=LONG) for who in (PAT, CY, SAM, ROY)),
    *(pytest.param(S.CONSIDERING, who, marks=LONG) for who in OUTSIDE),
]  # fmt: skip
"""Her manager, the officer who cleared the post, whoever reported it, and everybody else."""


@pytest.mark.parametrize(("state", "who"), SHUT_OUT)
def test_everybody_else_gets_the_same_bytes_as_where_there_is_no_case(
    case_at: CaseAt, state: CaseState, who: str
) -> None:
    web, story = case_at(state)
    at, visitor = address_of(web, story.reference), web.browser(who)
    assert visitor.get(at).status_code == 404
    assert _said(visitor.get(at)) == _said(visitor.get(NOWHERE))
    for form in ({}, {"move": "tell"}, {"move": "refer"}, {"move": "assign", "f6-2": "x"}):
        hidden, absent = visitor.post(at, form), visitor.post(NOWHERE, form)
        assert _said(hidden) == _said(absent)
        assert hidden.status_code == 404
    listed = visitor.get("/cases").text
    assert "Nothing is for you to read." in listed
    assert story.reference not in listed


def _said(answer: httpx.Response) -> tuple[object, ...]:
    """All of the answer but its date."""
    headers = {name: value for name, value in answer.headers.items() if name != "date"}
    return answer.status_code, headers, answer.content


def test_a_manager_who_posted_it_is_shut_out(web: Served, paper: Paper) -> None:
    """Bo is a manager, and here the poster: nothing before he is told, and then as such alone."""
    story = begin(paper, by=SAM, poster=BO)
    at = address_of(web, story.reference)
    assert visit(web, BO).get(at).status_code == 404
    for manager in (PAT, ANA):
        assert visit(web, manager).get(at).status_code == 404


def test_an_investigator_who_reports_the_post_is_shut_out(
    web: Served, paper: Paper, story: Story
) -> None:
    story.until(S.TOLD)
    at, ivy = address_of(web, story.reference), visit(web, IVY)
    assert ivy.get(at).status_code == 200
    again = ReportRequest(post_urls=(story.link,), kinds=(Kind.PARTIAL,))
    accept(paper.office, paper.person(IVY), again)
    assert _said(ivy.get(at)) == _said(ivy.get(NOWHERE))
    assert ivy.post(at, {"move": "go-on"}).status_code == 404
    assert "Nothing is for you to read." in ivy.get("/cases").text


def test_a_look_that_cannot_be_recorded_is_a_page_that_shows_nothing(
    web: Served, paper: Paper, story: Story
) -> None:
    story.until(S.ANSWERED)
    at = address_of(web, story.reference)
    readers = [visit(web, who) for who in (HAL, IDA, IVY, ANA)]
    with paper.office.store.engine.begin() as connection:
        connection.exec_driver_sql(
            "create trigger full_disk before insert on entry "
            "begin select raise(abort, 'disk full'); end"
        )
    for reader in readers:
        for path in (at, "/cases"):
            answer = reader.get(path)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
            assert "could not be written down" in answer.text
            assert "canary" not in answer.text
            assert story.reference not in answer.text
        assert reader.post(at, {"move": "tell"}).status_code == 503


def test_each_look_at_the_pages_is_recorded(web: Served, story: Story) -> None:
    story.until(S.TOLD)
    looked = _looks(story)
    visit(web, ANA).get(address_of(web, story.reference))
    visit(web, ANA).get("/cases")
    assert _looks(story) == looked + 2


def _looks(story: Story) -> int:
    seen = story.read(IDA)
    return sum(one.actor == ANA and one.what in ("case-read", "case-listed") for one in seen.record)


def test_nothing_of_a_case_is_in_titles_addresses_or_caches(case_at: CaseAt) -> None:
    web, story = case_at(S.OUTCOME_TOLD)
    at = address_of(web, story.reference)
    assert story.reference[3:].lower() not in at.lower()
    assert visit(web, IDA).get(f"/cases/{story.reference}").status_code == 404
    for who in (HAL, IDA, ANA, DAN):
        for path in ("/cases", at):
            answer = visit(web, who).get(path)
            title = re.findall(r"<title>(.*?)</title>", answer.text)
            assert title == ["For you to read – Amends – Department for Examples"]
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["referrer-policy"] == "same-origin"
            links = re.findall(r'(?:href|src|action)="([^"]+)"', answer.text)
            ours = (
                "/static/", "/cases", "/report", "/incidents", "/help", "/sign-out", "#", "tel:",
            )  # fmt: skip
            assert [one for one in links if one != "/" and not one.startswith(ours)] == []
            named = re.findall(r'(?:id|name|for)="([^"]+)"', answer.text)
            assert [
                n for n in named if re.search(r"decid|appeal|answer|suspen|health|text", n)
            ] == []


def test_to_sign_in_for_a_case_leaves_no_word_of_it_beside_an_address(
    web: Served, paper: Paper, story: Story
) -> None:
    stranger = web.browser()
    for path in ("/cases", address_of(web, story.reference), NOWHERE, "/cases/glass"):
        answer = stranger.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    for asked in ("/", "/cases", address_of(web, story.reference)):
        stranger.post("/sign-in", {"email": ANA, "goes_to": asked})
    with paper.office.store.read() as tx:
        assert [one.goes_to for one in tx.exec(select(SignIn))] == ["/", "/", "/"]


def test_of_hr_whoever_has_not_shown_a_token_gets_no_further_at_any_address(
    web: Served, paper: Paper, story: Story
) -> None:
    story.until(S.REFERRED)
    at, hal = address_of(web, story.reference), web.browser(HAL)
    assert "Your token" in hal.get("/cases").text
    for path in (at, NOWHERE):
        assert hal.get(path).headers["location"] == "/cases"
        assert hal.post(path, {"move": "take"}).headers["location"] == "/cases"
    for wrong in ("", "x", web.token(IDA)):
        assert hal.post("/cases", {"token": wrong}).status_code == 422
        assert hal.get(at).status_code == 303
    assert hal.post("/cases", {"token": web.token(HAL)}).status_code == 303
    assert hal.get(at).status_code == 200
    other = web.browser(HAL)
    other.cookies |= {"amends-shown": hal.cookies["amends-shown"]}
    assert other.get(at).status_code == 303, "it was shown in another session"
    with paper.office.store.write("revoke") as tx:
        tx.exec(update(Token).values(revoked_at=tx.now()))
    assert hal.get(at).status_code == 303


def test_the_token_is_not_kept_in_the_browser(web: Served) -> None:
    hal = web.browser(HAL)
    cookie = hal.post("/cases", {"token": web.token(HAL)}).headers["set-cookie"]
    assert web.token(HAL) not in cookie
    for said in ("HttpOnly", "Path=/cases", "SameSite=lax"):
        assert said in cookie


@pytest.mark.parametrize(
    "state",
    [S.CONSIDERING, S.ASSIGNED, S.OUTCOME_TOLD]
    + [pytest.param(state, marks=LONG) for state in (S.TOLD, S.REPORTED, S.MET, S.CLOSED)],
)
def test_a_page_offers_what_its_reader_may_do_and_nothing_else(
    case_at: CaseAt, state: CaseState
) -> None:
    web, story = case_at(state)
    for who in (HAL, IDA, IVY, DAN, AMY, ANA):
        answer = visit(web, who).get(address_of(web, story.reference))
        if answer.status_code == 404:
            assert who in (IVY, DAN, AMY, ANA, IDA)
            continue
        seen = story.read(who)
        assert offered(answer.text) <= set(map(str, seen.you_may)), who
        if who is ANA and state is S.TOLD:
            assert offered(answer.text) == {"answer", "name-companion"}


def test_health_is_asked_of_the_person_alone(web: Served, story: Story) -> None:
    at = address_of(web, story.reference)
    hal = visit(web, HAL)
    assert 'name="note-7"' not in hal.get(at).text
    assert "Is there anything about your health" not in hal.get(at).text
    hal.post(at, {"move": "consider", "note-7": "Seems stressed."})
    assert "Seems stressed" not in hal.get(at).text
    story.until(S.TOLD)
    assert "health" in fields(visit(web, ANA).get(at).text, "answer")
    assert visit(web, HAL).post(at, {"move": "answer", "f9-0": "x"}).status_code == 422


PLACES = [f"{place}{part}" for place in range(4) for part in PARTS]

WHEN = {"at": "3", "at-month": "6", "at-year": "2036"}
WRONG = [
    (S.CONSIDERING, HAL, "refer", {}, "Choose what happens with it"),
    (S.CONSIDERING, HAL, "refer", {"choice": "refer", "reason": "x"}, "Write which rule"),
    (S.ASSIGNED, IVY, "add-evidence", {"text": "  "}, "Write what it is, or why"),
    (S.ASSIGNED, IVY, "add-evidence", {"text": "x" * 10_001}, "10,000 characters or fewer"),
    (S.ASSIGNED, IDA, "assign", {"hand": "judge", "person": SAM, "text": "x"}, "Choose as what"),
    (S.ASSIGNED, IDA, "assign", {"hand": "decider", "person": ANA, "text": "x"}, "has to do with"),
    (S.REPORTED, DAN, "call", {"at": "31", "at-month": "2", "text": "x"}, "a day that there is"),
    (S.REPORTED, DAN, "call", {"text": "x"}, "a day that there is"),
    (S.REPORTED, DAN, "call", {"at": "9" * 30, "at-month": "1", "at-year": "9" * 30}, "a day that"),
    (S.REPORTED, DAN, "call", WHEN | {"at-time": "25:00"}, "a time like 10:30"),
    (S.REPORTED, DAN, "call", WHEN | {"at-time": "10:30+05:00"}, "a time like 10:30"),
    (S.REPORTED, DAN, "call", WHEN | {"at-time": "10.30"}, "Write what it is, or why"),
    (S.ASSIGNED, IDA, "assign", {"person": "x" * 300}, "Enter their email address"),
    (S.REPORTED, DAN, "decide", {"text": "x"}, "Choose what you decide"),
    (S.ASSIGNED, IDA, "suspend", {"text": "x"}, "a day that there is"),
]


@pytest.mark.parametrize(("state", "who", "move", "given", "said"), WRONG)
def test_what_will_not_do_is_said_and_what_was_typed_stays(
    case_at: CaseAt, state: CaseState, who: str, move: str, given: dict[str, str], said: str
) -> None:
    web, story = case_at(state)
    visitor = visit(web, who)
    answer = send(visitor, address_of(web, story.reference), move, **given)
    assert answer.status_code == 422
    assert said in answer.text
    anchor = re.findall(r'<li><a href="#([\w-]+)">', answer.text)[0]
    assert f'id="{anchor}"' in answer.text
    assert "Error: For you to read" in answer.text
    if given.get("text") == "x":
        assert ">\nx</textarea>" in answer.text


TYPED = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20),
    st.sampled_from(
        ["", "x" * 20_000, "9" * 40, "-1", "31", "29", "02", "2036", "10:30", "٣", "no-case"]
    ),
)


@pytest.mark.matrix
@settings(max_examples=300, deadline=None)
@given(
    who=st.sampled_from([HAL, IDA, IVY, DAN, AMY, ANA]),
    move=st.sampled_from([*M, "", "x"]),
    typed=st.dictionaries(st.sampled_from(PLACES), TYPED, max_size=10),
)
def test_whatever_a_form_holds_is_answered_as_it_is_meant(
    case_at: CaseAt, who: str, move: str, typed: dict[str, str]
) -> None:
    """All of it on one case, which goes on as it may."""
    web, story = case_at(S.MET)
    number = NUMBERS.get(CaseMove(move)) if move in set(M) else 0
    form = {f"f{number}-{place}": said for place, said in typed.items()}
    form |= {f"note-{place}": said for place, said in typed.items()}
    answer = visit(web, who).post(address_of(web, story.reference), {"move": str(move)} | form)
    assert answer.status_code in (303, 404, 422), answer.text


def test_a_note_that_is_too_long_is_not_cut_short(case_at: CaseAt) -> None:
    web, story = case_at(S.CONSIDERING)
    at, hal = address_of(web, story.reference), visit(web, HAL)
    answer = hal.post(at, {"move": "consider", "note-1": "x" * 10_001, "note-2": "kept?"})
    assert answer.status_code == 422
    assert 'href="#note-1"' in answer.text
    assert not story.read(HAL).papers


def test_a_form_of_an_older_page_is_told_that_the_case_has_changed(
    web: Served, story: Story
) -> None:
    story.until(S.TOLD)
    at, ivy = address_of(web, story.reference), visit(web, IVY)
    answer = ivy.post(at, {"move": "tell"})
    assert answer.status_code == 422
    assert "stands in a way in which this cannot be done" in answer.text
    assert ivy.post(at, {"move": "nonsense"}).status_code == 422


def test_the_law_that_allows_it_is_chosen_when_it_is_referred(web: Served, story: Story) -> None:
    at, hal = address_of(web, story.reference), visit(web, HAL)
    page = hal.get(at).text
    name = fields(page, "refer")["condition"]
    assert re.findall(rf'name="{name}" type="radio" value="([a-z]+)" checked', page) == [
        "employment"
    ]
    given = {"choice": "refer", "rule": "line 54", "reason": "x", "condition": "claims"}
    assert send(hal, at, "refer", **given).status_code == 303
    assert "UK GDPR articles 6(1)(e) and 9(2)(f)" in hal.get(at).text


def test_a_suspension_lasts_until_the_end_of_its_day(web: Served, story: Story) -> None:
    story.until(S.ASSIGNED)
    at, ida = address_of(web, story.reference), visit(web, IDA)
    on = datetime.now(UTC) + timedelta(days=3)
    day, month, year = f"{on:%-d %-m %Y}".split()
    names = fields(ida.get(at).text, "suspend")
    when = {names["at"]: day, names["at-month"]: month, names["at-year"]: year}
    given = {"move": "suspend", names["text"]: "A risk."}
    assert ida.post(at, given | when).status_code == 303
    assert f"You are suspended, with pay, until {on:%-d %B %Y}, 23:59 UTC" in (
        visit(web, ANA).get(at).text
    )


def test_the_glass_is_broken_on_the_pages_by_two_and_read_without_a_form(
    web: Served, paper: Paper, story: Story
) -> None:
    story.until(S.ANSWERED)
    appoint(paper, LEX, "legal")
    appoint(paper, LOU, "dpo")
    lex, lou, at = web.browser(LEX), web.browser(LOU), address_of(web, story.reference)
    asked = {"act": "ask", "reason": "An injunction.", "reference": story.reference}
    answers = [lex.post("/cases/glass", asked | {"reference": r}) for r in (
        "AM-XXXXX", paper.planned(paper.link(9)), story.reference.lower(),
    )]  # fmt: skip
    assert len({re.sub(CSRF, "", one.text) for one in answers}) == 1
    assert {one.status_code for one in answers} == {200}
    assert lex.get(at).status_code == 404
    agreed = asked | {"act": "agree", "person": LEX}
    assert lou.post("/cases/glass", agreed).status_code == 200
    page = lex.get(at).text
    assert "canary-answer" in page
    assert offered(page) == set()
    assert story.reference in lex.get("/cases").text
    assert lou.get(at).status_code == 404
    story.wait(hours=2)
    assert lex.get(at).status_code == 404


def test_the_glass_is_there_only_for_whose_part_it_may_be(web: Served, paper: Paper) -> None:
    appoint(paper, LEX, "legal")
    assert "/cases/glass" in web.browser(LEX).get("/cases").text
    assert web.browser(LEX).get("/cases/glass").status_code == 200
    assert web.browser(LEX).post("/cases/glass", {"act": "agree"}).status_code == 422
    for who in (ANA, DEE, ADA):
        assert "/cases/glass" not in web.browser(who).get("/cases").text
        assert _said(web.browser(who).get("/cases/glass")) == _said(web.browser(who).get(NOWHERE))
        assert web.browser(who).post("/cases/glass", {"act": "ask"}).status_code == 404


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, str]]:
    """A case in which everything that a person can write is hostile."""
    paper = open_paper(tmp_path_factory.mktemp("hostile"))
    bad, story = "\n".join(CORPUS), begin(paper, by=SAM, poster=ANA)
    story.move(HAL, Asked(M.CONSIDER, text=bad, about="peer"))
    in_one_line = next(one for one in CORPUS if "<script>" in one and "\n" not in one)
    story.move(HAL, Asked(M.REFER, text=bad, rule=in_one_line))
    story.until(S.ASSIGNED)
    story.move(IVY, Asked(M.ADD_EVIDENCE, text=f"{bad}\n# x\n![x](http://evil.example/x)"))
    story.move(IVY, Asked(M.TELL))
    story.move(ANA, Asked(M.ANSWER, text=bad, health=bad))
    story.move(ANA, Asked(M.NAME_COMPANION, text=in_one_line))
    story.move(IVY, Asked(M.REPORT, text=bad))
    story.move(DAN, Asked(M.DECIDE, text=bad, outcome=CaseOutcome.NO_CASE))
    story.move(IDA, Asked(M.TELL_OUTCOME))
    story.move(IDA, Asked(M.KEEP, text=bad))
    served = serve(paper)
    yield served, address_of(served, story.reference)
    served.close()
    paper.close()


@pytest.mark.parametrize("who", [IDA, ANA])
def test_what_people_write_into_a_case_stays_text(worked: tuple[Served, str], who: str) -> None:
    web, at = worked
    page = visit(web, who).get(at).text
    assert "window.pwned" in page, "it is shown"
    assert what_it_did(page) == []
    assert 'href="http' not in page


def test_a_person_unknown_is_looked_for_and_nobody_is_told_before(
    web: Served, paper: Paper
) -> None:
    story = begin(paper, by=SAM, poster="unknown")
    at, ida, ivy = address_of(web, story.reference), visit(web, IDA), visit(web, IVY)
    sent = send(ida, at, "refer", choice="refer", rule="line 54", reason="To find out who.")
    assert sent.status_code == 303
    story.until(S.ASSIGNED)
    send(ivy, at, "add-evidence", text="The log-ins of that hour.")
    assert "tell" not in offered(ivy.get(at).text)
    assert offered(ida.get(at).text) == {"assign", "close", "keep"}
    employ(paper, ANA, Employer.FCO_SERVICES)
    named = {"poster_known": PosterKnown.NAMED, "poster_email": ANA}
    with paper.office.store.write("found") as tx:
        tx.exec(update(Incident).where(Incident.reference == story.reference).values(**named))
    assert send(
        visit(web, HAL), at, "refer", choice="hand-over", rule="line 54", reason="Theirs."
    ).has_redirect_location
    assert "Handed over to the employer" in ida.get(at).text
