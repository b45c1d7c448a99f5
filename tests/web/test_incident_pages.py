"""The page of an incident: what each person sees, clearance in place, and live news."""

import re
from datetime import UTC, date, datetime, timedelta

import httpx
import one_server
import pytest
from hostile import CORPUS, what_it_did
from paper import ANA, BO, CY, DEE, EVE, HAL, SAM, Paper
from served import Served
from sqlmodel import update

from flows.deciding.advising import advise
from flows.shapes import DecisionShape, InformationRequestShape, RingShape, WordsOnShape
from flows.view import view, viewer
from models.audit import chain_of_incident
from models.parity import Carries
from models.sign_in import WebSession
from models.words import Choice, DecisionType, Delivery, Kind, PostState, Role, StatementState
from policy.directions import why_not_balanced
from templates.page import Frame, render_page

web = one_server.web


@pytest.fixture
def paper(web: Served) -> Paper:
    """Its rows."""
    return web.paper


NUMBERS = iter(range(1, 1000))


@pytest.fixture
def reference(paper: Paper) -> str:
    """An incident whose words wait for clearance."""
    return paper.worded(paper.link(next(NUMBERS)))


def test_a_page_shows_what_the_api_gives(web: Served, paper: Paper, reference: str) -> None:
    paper.ask(reference, DecisionType.CONFIRM, paper.post(reference).id, Role.DTU_DUTY)
    paper.tell(reference, DEE, Role.DTU_DUTY)
    paper.set_posts(reference, PostState.GONE)
    page = web.browser(DEE).get(f"/i/{reference}").text
    for said in (
        "Something in it is wrong", "moderate", "Please disregard an earlier post", "@dept",
        "Gone", "Waiting for clearance", "the duty officer of the Digital Transformation Unit",
        "The report was accepted.", "Deleting the post", "May exactly these words go out?",
    ):  # fmt: skip
        assert said in page, said
    assert what_it_did(page) == []


NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def test_whatever_the_api_says_of_it_is_on_the_page(
    web: Served, paper: Paper, reference: str
) -> None:
    """What a desk acts on: whom to ring, which copy lacks words, and what may only be answered."""
    paper.tell(reference, BO, Role.LINE_MANAGER)
    with paper.office.store.read() as tx:
        seen = view(viewer(tx, paper.office, paper.person(DEE), reference))
    asked = InformationRequestShape(
        id="r", received_on=NOON.date(), due_on=date(2026, 6, 29), due_at=NOON, noted_by=DEE,
        noted_at=NOON, answered_by=None, answered_at=None, text=None,
    )  # fmt: skip
    lacking = WordsOnShape(
        platform="x", account="embassy", carries=Carries.WAIVED, statement=None, said_on=None,
        waived_by=EVE, reason="It is closed.",
    )  # fmt: skip
    advice = DecisionShape(
        type=DecisionType.ADVISE, target="", choice=Choice.GIVEN, by=DEE, at=NOON, text="Wait.",
        line=None, withdrawn_at=None,
    )  # fmt: skip
    ring = {
        "delivery": Delivery.NEVER,
        "ring": RingShape(name="Bo", phone="+44 1"),
        "sent_at": NOON,
    }
    line = {
        "expires_at": NOON, "speaks_for": "embassy", "language_note": "In Welsh.",
        "cleared_by": [EVE], "cleared_until": NOON, "attested_by": CY,
        "published_by_hand_by": CY, "restores": "p",
    }  # fmt: skip
    seen = seen.model_copy(
        update={
            "information_requests": [asked], "words_on": [lacking], "decisions": [advice],
            "notices": [seen.notices[0].model_copy(update=ring)], "if_asked": "We know of it.",
            "statements": [seen.statements[0].model_copy(update=line)], "outside": ["the owner"],
            "investigation_since": NOON,
        }
    )  # fmt: skip
    facts = {
        "seen": seen, "entries": [], "has_older": False, "last": 0, "errors": {}, "refresh": None,
        "questions": (), "may_do": None, "held": (), "tried": None, "done": False,
    }  # fmt: skip
    page = " ".join(render_page("incident", Frame("Dept", "+44 20"), facts).split())
    for said in (
        "Information was asked for on 1 June 2026: answer it by 29 June 2026.",
        "An investigation has been open since 1 June 2026, 12:00 UTC.",
        "A named person speaks to: the owner.", "It speaks for @embassy, which is not safe.",
        "is to be replaced by 1 June 2026", "until 1 June 2026, 12:00 UTC", "In Welsh.",
        f"on the word of {CY}", f"Published by hand by {CY}", "that was deleted wrongly",
        f"X @embassy: let go by {EVE}: <bdi>It is closed.</bdi>", "We know of it.",
        "never delivered: no such number or address", "Ring Bo: +44 1",
        "Advice: <bdi>Wait.</bdi>",
    ):  # fmt: skip
        assert said in page, said


@pytest.mark.parametrize("email", [SAM, HAL])
def test_who_may_not_see_it_finds_nothing(web: Served, reference: str, email: str) -> None:
    visitor = web.browser(email)
    hidden, absent = visitor.get(f"/i/{reference}"), visitor.get("/i/AM-XXXXX")
    assert hidden.status_code == absent.status_code == 404
    assert hidden.text.replace(reference, "") == absent.text.replace("AM-XXXXX", "")
    for path in ("clear", "acknowledge"):
        assert visitor.post(f"/i/{reference}/{path}").status_code == 404
    assert visitor.get(f"/i/{reference}/live").status_code == 404


def test_a_page_wants_somebody_signed_in_and_leads_back(web: Served, reference: str) -> None:
    answer = web.browser().get(f"/i/{reference}")
    assert answer.headers["location"] == f"/sign-in?goes_to=%2Fi%2F{reference}"


def test_each_sees_what_the_api_tells_them(web: Served, paper: Paper) -> None:
    reference = paper.worded(paper.link(next(NUMBERS)), kinds=(Kind.CLASSIFIED,))
    paper.tell(reference, BO, Role.LINE_MANAGER)
    page = web.browser(BO).get(f"/i/{reference}").text
    assert reference in page
    for hidden in ("It is secret", "disregard", "@dept", "The report was accepted"):
        assert hidden not in page


def clearing(paper: Paper, reference: str, **more: str) -> dict[str, str]:
    """What the form sends."""
    statement = paper.seen(reference).statements[0].id
    return {"statement": statement, "digest": paper.digest(reference)} | more


def test_words_are_cleared_in_place_by_who_may(web: Served, paper: Paper, reference: str) -> None:
    dee = web.browser(DEE)
    answer = dee.post(f"/i/{reference}/clear", clearing(paper, reference, decision="approve"))
    assert (answer.status_code, answer.headers["location"]) == (303, f"/i/{reference}#words")
    assert paper.seen(reference).statements[0].state == StatementState.CLEARED
    assert "Cleared by" in dee.get(f"/i/{reference}").text


def test_who_may_not_clear_has_no_form_and_is_refused(
    web: Served, paper: Paper, reference: str
) -> None:
    ana = web.browser(ANA)
    assert "May exactly these words" not in ana.get(f"/i/{reference}").text
    answer = ana.post(f"/i/{reference}/clear", clearing(paper, reference, decision="approve"))
    assert answer.status_code == 403
    assert paper.seen(reference).statements[0].state == StatementState.WAITING


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "Say whether these words may go out"),
        ({"decision": "reject"}, "Say why the words may not go out"),
        ({"decision": "approve", "digest": "0" * 64}, "The words have changed since you saw them"),
    ],
)
def test_what_will_not_do_is_said_beside_the_words(
    web: Served, paper: Paper, reference: str, given: dict[str, str], said: str
) -> None:
    answer = web.browser(DEE).post(f"/i/{reference}/clear", clearing(paper, reference) | given)
    assert answer.status_code == 422
    assert said in answer.text
    anchor = re.findall(r'<li><a href="#([\w-]+)">', answer.text)[0]
    assert f'id="{anchor}"' in answer.text


def test_the_second_of_two_who_clear_is_told_who_was_first(
    web: Served, paper: Paper, reference: str
) -> None:
    given = clearing(paper, reference, decision="approve")
    assert web.browser(DEE).post(f"/i/{reference}/clear", given).status_code == 303
    answer = web.browser(EVE).post(f"/i/{reference}/clear", given)
    assert answer.status_code == 422
    assert "dee" in answer.text.partition("There is a problem")[2][:600].lower()


def test_a_notice_is_acknowledged_in_place(web: Served, paper: Paper, reference: str) -> None:
    paper.tell(reference, BO, Role.LINE_MANAGER)
    bo = web.browser(BO)
    page = bo.get(f"/i/{reference}").text
    (notice,) = re.findall(r'name="notice" value="(\w+)"', page)
    assert bo.post(f"/i/{reference}/acknowledge", {"notice": notice}).status_code == 303
    assert "notice-acknowledged" in paper.said(reference)
    assert "I have this notice" not in bo.get(f"/i/{reference}").text


def test_a_page_without_scripts_loads_itself_again_unless_there_is_something_to_fill_in(
    web: Served, reference: str
) -> None:
    refresh = '<noscript><meta http-equiv="refresh"'
    assert refresh in web.browser(ANA).get(f"/i/{reference}").text
    assert refresh not in web.browser(DEE).get(f"/i/{reference}").text


def test_a_page_that_loads_itself_again_keeps_nobody_signed_in(
    web: Served, paper: Paper, reference: str
) -> None:
    ana = web.browser(ANA)
    with paper.office.store.write("later") as tx:
        tx.exec(update(WebSession).values(seen_at=tx.now() - timedelta(minutes=30)))
    assert ana.get(f"/i/{reference}?again=yes").status_code == 200
    with paper.office.store.write("later") as tx:
        tx.exec(update(WebSession).values(seen_at=WebSession.seen_at))
    with paper.office.store.read() as tx:
        from sqlmodel import col, select

        newest = tx.exec(select(WebSession).order_by(col(WebSession.id).desc())).first()
        assert newest
        assert tx.now() - newest.seen_at > timedelta(minutes=29)


def test_a_page_that_only_listens_keeps_nobody_signed_in(web: Served, reference: str) -> None:
    page = web.browser(DEE).get(f"/i/{reference}").text
    assert re.search(r'data-live="/i/[^"]*/live\?after=\d+&amp;again=yes"', page)


def test_a_page_hears_at_once_that_something_happened(
    web: Served, paper: Paper, reference: str
) -> None:
    dee = web.browser(DEE)
    last = int(re.findall(r"live\?after=(\d+)", dee.get(f"/i/{reference}").text)[0])
    with httpx.stream(
        "GET",
        f"{web.url}/i/{reference}/live?after={last}",
        cookies=dee.cookies,
        timeout=20,
        trust_env=False,
    ) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        advise(paper.office, paper.person(DEE), reference, text="Look at it.")
        lines = stream.iter_lines()
        assert "event: changed" in [next(lines) for _ in range(4)]


def test_a_stream_is_asked_for_from_no_entry_that_cannot_be(web: Served, reference: str) -> None:
    for after in (-1, 2**70, "x"):
        answer = web.browser(DEE).get(f"/i/{reference}/live?after={after}")
        assert answer.status_code == 422


def test_of_a_long_story_the_newest_is_shown(web: Served, paper: Paper, reference: str) -> None:
    chain = chain_of_incident(paper.incident(reference).id)
    with paper.office.store.write("long") as tx:
        for _ in range(520):
            tx.record(chain, "amends", "facts-given")
        tx.record(chain, "amends", "closed")
    page = web.browser(DEE).get(f"/i/{reference}").text
    assert "The incident was closed." in page
    assert page.count("The facts were given") == 499
    assert "Only the newest entries are shown here." in page


def test_open_incidents_are_listed_the_gravest_first_for_who_may_see_them(
    web: Served, paper: Paper
) -> None:
    minor = paper.planned(paper.link(next(NUMBERS)), kinds=(Kind.TYPO,))
    grave = paper.planned(paper.link(next(NUMBERS)), kinds=(Kind.SAFETY,))
    page = web.browser(DEE).get("/incidents").text
    assert 0 < page.index(grave) < page.index(minor)
    assert what_it_did(page) == []
    sam = web.browser(SAM).get("/incidents").text
    assert minor not in sam
    assert "No incident that you may see is open." in sam


def test_what_people_and_platforms_say_stays_text(web: Served, paper: Paper) -> None:
    link = paper.link(next(NUMBERS))
    wrong = "".join(one for one in CORPUS if why_not_balanced(one) is None)
    reference = paper.worded(link, note="\n".join(CORPUS), wrong=wrong, right="5 June" + CORPUS[0])
    for text in CORPUS:
        advise(paper.office, paper.person(DEE), reference, text=text)
    page = web.browser(DEE).get(f"/i/{reference}").text
    assert "window.pwned" in page, "it is shown"
    assert what_it_did(page) == []
