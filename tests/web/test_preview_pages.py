"""What somebody pasted, as their pages show it: theirs alone, inert, and never waited for."""

from datetime import timedelta

import one_server
import pytest
from engine_says import engine_reads, previews
from hostile import CORPUS, what_it_did
from paper import ANA, CY, Paper
from served import Served, Visitor
from sqlmodel import update

from models.previews import Preview, PreviewState
from templates.labels import label

SAYS = "It opens on 3 May"


web, paper = one_server.web, one_server.paper


NUMBERS = iter(range(1, 1000))


def begun(web: Served, by: str = ANA, first: str = "no") -> Visitor:
    """Somebody who has answered the first question."""
    visitor = web.browser(by)
    assert visitor.post("/report", {"first": first}).status_code == 303
    return visitor


def new_link(paper: Paper) -> str:
    """A link that nobody has pasted."""
    return paper.link(next(NUMBERS))


def test_a_link_is_read_as_soon_as_it_is_pasted(web: Served, paper: Paper) -> None:
    ana, link = begun(web), new_link(paper)
    answer = ana.post("/report/preview", {"links": link})
    assert (answer.status_code, 'data-waits="yes"' in answer.text) == (200, True)
    assert "<html" not in answer.text
    assert [one.state for one in previews(paper, link)] == [PreviewState.ASKED]
    engine_reads(paper, link, SAYS)
    shown = ana.post("/report/preview", {"links": link}).text
    for said in (SAYS, "X @dept", "Likes: 1,200.", "2 pictures or films", 'data-waits=""'):
        assert said in shown, said
    assert "Quotes" not in shown, "what is nought is not counted"
    assert "strange" not in shown, "a count without a name says nothing"
    assert ana.get("/report/link").text.count(link) == 0, "pasted is not yet sent"


def test_without_scripts_the_next_pages_show_it(web: Served, paper: Paper) -> None:
    ana, link = begun(web), new_link(paper)
    assert ana.post("/report/link", {"links": link}).headers["location"] == "/report/kind"
    assert label("preview", "waiting") in ana.get("/report/kind").text
    engine_reads(paper, link, SAYS)
    ana.post("/report/kind", {"kinds": ["factual"]})
    ana.post("/report/about", {"poster": "me"})
    for page in ("/report/link", "/report/kind", "/report/about", "/report/check"):
        assert SAYS in ana.get(page).text, page
    assert SAYS in ana.get("/report/preview").text


def test_nobody_else_is_shown_it(web: Served, paper: Paper) -> None:
    link = new_link(paper)
    begun(web).post("/report/preview", {"links": link})
    engine_reads(paper, link, SAYS)
    cy = begun(web, CY)
    cy.post("/report/link", {"links": link})
    assert len(previews(paper, link)) == 2, "it is read for each of them"
    for page in ("/report/preview", "/report/kind"):
        assert SAYS not in cy.get(page).text


@pytest.mark.parametrize("first", ["classified", "personal-data", "safety"])
def test_what_is_secret_is_never_looked_at(web: Served, paper: Paper, first: str) -> None:
    ana, link = begun(web, first=first), new_link(paper)
    assert "amends-preview" not in ana.post("/report/preview", {"links": link}).text
    ana.post("/report/link", {"links": link})
    assert previews(paper, link) == []
    assert "data-preview" not in ana.get("/report/link").text


@pytest.mark.parametrize(
    ("page", "given"),
    [("/report", {"first": "safety"}), ("/report/kind", {"kinds": ["classified", "factual"]})],
)
def test_what_turns_out_to_be_secret_is_shown_no_longer(
    web: Served, paper: Paper, page: str, given: dict[str, object]
) -> None:
    ana, link = begun(web), new_link(paper)
    ana.post("/report/link", {"links": link})
    engine_reads(paper, link, SAYS)
    ana.post(page, given)
    (row,) = previews(paper, link)
    assert (row.state, row.manifest_sealed) == (PreviewState.ENDED, None)
    for after in ("/report/kind", "/report/about", "/report/preview"):
        assert SAYS not in ana.get(after).text


def test_deleting_what_was_entered_ends_it(web: Served, paper: Paper) -> None:
    ana, link = begun(web), new_link(paper)
    ana.post("/report/link", {"links": link})
    engine_reads(paper, link, SAYS)
    ana.post("/report/forget")
    assert [one.manifest_sealed for one in previews(paper, link)] == [None]


def test_what_a_post_says_stays_text(web: Served, paper: Paper) -> None:
    ana, link = begun(web), new_link(paper)
    ana.post("/report/link", {"links": link})
    for text in CORPUS:
        engine_reads(paper, link, text, text)
        for page in ("/report/preview", "/report/kind"):
            assert what_it_did(ana.get(page).text) == [], text


def test_a_link_that_cannot_be_understood_is_said_where_it_is_sent(
    web: Served, paper: Paper
) -> None:
    ana = begun(web)
    for links in ("", "not a link", "https://x.com/a" + "a" * 2000, "\n".join(["x"] * 501)):
        answer = ana.post("/report/preview", {"links": links})
        assert (answer.status_code, "amends-preview" in answer.text) == (200, False)
    assert "There is a problem" in ana.post("/report/link", {"links": "not a link"}).text


def test_an_engine_that_does_not_answer_is_said_and_holds_nobody_up(
    web: Served, paper: Paper
) -> None:
    ana, link = begun(web), new_link(paper)
    ana.post("/report/link", {"links": link})
    with paper.office.store.write("later") as tx:
        tx.exec(update(Preview).values(asked_at=tx.now() - timedelta(seconds=11)))
    assert "is not answering" in ana.get("/report/kind").text
    assert ana.post("/report/kind", {"kinds": ["factual"]}).status_code == 303


def test_an_account_that_is_not_ours_is_said_and_not_looked_at(web: Served, paper: Paper) -> None:
    ana, link = begun(web), f"https://x.com/somebody/status/{next(NUMBERS)}"
    assert label("preview", "elsewhere") in ana.post("/report/preview", {"links": link}).text
    assert previews(paper, link) == []


def test_who_asks_without_end_is_told_to_wait(web: Served, paper: Paper) -> None:
    sam = begun(web, "sam@dept.example")
    answers = [sam.get("/report/preview").status_code for _ in range(121)]
    assert (answers[0], answers[-1]) == (200, 429)
