"""Reporting on the pages, without scripts: a question at a time, and nothing that is lost."""

import re

import one_server
import pytest
from hostile import CORPUS, what_it_did
from paper import ANA, CY, DEE, SAM, Paper
from served import Served, Visitor
from sqlmodel import col, select, update

from flows.drafts import keep_draft
from flows.signing_in import ask_for_link
from flows.what_next import CODES
from models.sign_in import WebSession
from models.words import SECRET_KINDS, Circumstance, Kind, PosterKnown
from templates.kinds import kinds_in_words
from templates.labels import label

web = one_server.web


@pytest.fixture
def paper(web: Served) -> Paper:
    """Its rows."""
    return web.paper


ABOUT = {"poster": "me", "wrong": "it opens on 3 May", "right": "it opens on 5 June"}
NUMBERS = iter(range(1, 1000))


def new_link(paper: Paper, handle: str = "dept") -> str:
    """A link that nobody has reported."""
    return paper.link(next(NUMBERS), handle)


def step(visitor: Visitor, page: str, given: dict[str, object], to: str) -> None:
    """Fill in one page, and be led to the next."""
    answer = visitor.post(page, given)
    assert (answer.status_code, answer.headers.get("location")) == (303, to), answer.text


def up_to_check(visitor: Visitor, link: str, **about: str) -> str:
    """Fill in a report of a wrong fact, and read the page on which it is checked."""
    step(visitor, "/report", {"first": "no"}, "/report/link")
    step(visitor, "/report/link", {"links": link}, "/report/kind")
    step(visitor, "/report/kind", {"kinds": ["factual"]}, "/report/about")
    step(visitor, "/report/about", ABOUT | about, "/report/check")
    return visitor.get("/report/check").text


def send(visitor: Visitor) -> str:
    """Press the button; returns the reference."""
    answer = visitor.post("/report/check")
    assert answer.status_code == 303, answer.text
    return re.findall(r"AM-\w+", answer.headers["location"])[0]


def test_a_report_is_made_a_question_at_a_time(web: Served, paper: Paper) -> None:
    ana, link = web.browser(ANA), new_link(paper)
    checked = up_to_check(ana, link, note="Hurry")
    for said in (link, "Something in it is wrong", "it opens on 3 May", "cannot be undone"):
        assert said in checked
    reference = send(ana)
    sent = ana.get(f"/report/sent/{reference}").text
    assert reference in sent
    assert "The post is deleted at once" in sent
    incident = paper.incident(reference)
    assert (incident.kinds, incident.poster_email) == (["factual"], ANA)
    assert incident.facts_sealed is not None
    assert ana.get("/report/check").headers["location"] == "/report", "the draft is done with"


def test_pressed_twice_it_is_one_report(web: Served, paper: Paper) -> None:
    ana = web.browser(ANA)
    up_to_check(ana, new_link(paper))
    with paper.office.store.read() as tx:
        kept = tx.exec(select(WebSession).order_by(col(WebSession.id).desc())).first()
    assert kept
    first = send(ana)
    with paper.office.store.write("the answer was lost") as tx:
        mine = update(WebSession).where(col(WebSession.id) == kept.id)
        tx.exec(mine.values(draft_sealed=kept.draft_sealed))
    assert send(ana) == first
    assert paper.seen(first).reports[0].times == 1


def test_what_is_secret_is_never_described(web: Served, paper: Paper) -> None:
    ana = web.browser(ANA)
    step(ana, "/report", {"first": "classified"}, "/report/link")
    assert "kinds" not in ana.get("/report/link").text
    step(ana, "/report/link", {"links": new_link(paper)}, "/report/about")
    page = ana.get("/report/about").text
    assert "Do not describe" in page
    assert "<textarea" not in page
    assert "Say more" not in page
    assert 'value="credentials-shown"' in page, "a tick describes nothing, and has keys changed"
    step(ana, "/report/about", {"poster": "me", "note": "canary", "wrong": "x"}, "/report/check")
    checked = ana.get("/report/check").text
    assert "canary" not in checked
    assert "Security is told first" in checked
    reference = send(ana)
    assert paper.seen(reference).reports[0].note_sealed is None
    assert paper.incident(reference).kinds == ["classified"]
    assert "Phone the duty officer now" in ana.get(f"/report/sent/{reference}").text


def test_what_turns_out_to_be_secret_is_not_kept_as_it_was_described(
    web: Served, paper: Paper
) -> None:
    ana = web.browser(ANA)
    step(ana, "/report", {"first": "no"}, "/report/link")
    step(ana, "/report/link", {"links": new_link(paper)}, "/report/kind")
    step(ana, "/report/kind", {"kinds": ["factual"]}, "/report/about")
    said = {"poster": "me", "note": "canary", "wrong": "canary", "right": "canary too"}
    step(ana, "/report/about", said, "/report/check")
    step(ana, "/report", {"first": "classified"}, "/report/link")
    step(ana, "/report", {"first": "no"}, "/report/link")
    assert "canary" not in ana.get("/report/about").text


@pytest.mark.parametrize(
    ("page", "given", "said"),
    [
        ("/report", {}, "Say whether the post is secret"),
        ("/report", {"first": "maybe"}, "Say whether the post is secret"),
        ("/report/link", {"links": ""}, "Enter the link to the post"),
        ("/report/link", {"links": "not a link"}, "Enter the link to the post, starting with"),
        ("/report/link", {"links": "https://x.com/a" + "a" * 2000}, "Enter a link of 2,000"),
        ("/report/link", {"links": "\n".join(["https://x.com/a/status/1"] * 501)}, "500 posts"),
        ("/report/kind", {}, "Choose what happened"),
        ("/report/kind", {"kinds": ["canary"]}, "Choose what happened"),
        ("/report/about", {}, "Say who posted"),
        ("/report/about", {"poster": "somebody"}, "Enter the email address"),
        ("/report/about", {"poster": "me", "note": "a" * 10_001}, "Use 10,000 characters"),
    ],
)
def test_what_will_not_do_is_said_and_kept(
    web: Served, page: str, given: dict[str, object], said: str
) -> None:
    ana = web.browser(ANA)
    up_to_check(ana, web.paper.link())
    answer = ana.post(page, given)
    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert said in answer.text
    anchor = re.findall(r'<li><a href="#([\w-]+)">', answer.text)[0]
    assert f'id="{anchor}"' in answer.text, "the summary leads to the field"


def test_a_page_out_of_turn_leads_back_to_the_open_question(web: Served) -> None:
    ana = web.browser(ANA)
    for page in ("/report/link", "/report/kind", "/report/about", "/report/check"):
        assert ana.get(page).headers["location"] == "/report"
    assert ana.post("/report/check").headers["location"] == "/report"


def test_a_correction_that_corrects_nothing_is_refused_where_it_is_sent(
    web: Served, paper: Paper
) -> None:
    ana = web.browser(ANA)
    page = up_to_check(ana, new_link(paper), right="it opens on 3 May")
    assert "There is a problem" in page
    answer = ana.post("/report/check")
    assert (answer.status_code, "There is a problem" in answer.text) == (422, True)


def test_what_was_entered_outlives_the_session_and_is_the_writers_alone(
    web: Served, paper: Paper
) -> None:
    ana, link = web.browser(ANA), new_link(paper)
    up_to_check(ana, link, note="a canary in a coal mine")
    stored = b"".join(file.read_bytes() for file in paper.home.glob("amends.db*"))
    assert b"canary in a coal" not in stored, "it is sealed"
    again, dee = web.browser(), web.browser(DEE)
    ask_for_link(paper.office, ANA, "/")
    again.cookies = dict(signed_in_by_link(paper, again))
    assert link in again.get("/report/check").text
    assert ana.get("/report/check").headers["location"] == "/report", "it has gone on with her"
    assert dee.get("/report/check").headers["location"] == "/report"


def signed_in_by_link(paper: Paper, visitor: Visitor) -> dict[str, str]:
    """Sign in by the link that an engine mails; returns the cookies."""
    from email import message_from_bytes, policy

    from flows.hands import Hands
    from flows.sign_in_mail import mail_links
    from integrations.notices.outbox import OutboxCarrier
    from integrations.platforms.connections import Connections

    folder = paper.office.settings.outbox
    mail_links(Hands(paper.office, "engine-1", Connections(), OutboxCarrier(folder)))
    (file,) = folder.glob("sign-in.*.eml")
    letter = message_from_bytes(file.read_bytes(), policy=policy.default)
    visitor.post(re.findall(r"/sign-in/[\w-]+", letter.get_body(("plain",)).get_content())[0])
    return visitor.cookies


def test_several_posts_are_one_report(web: Served, paper: Paper) -> None:
    cy = web.browser(CY)
    links = [new_link(paper), new_link(paper, "embassy")]
    page = up_to_check(cy, "\r\n".join([*links, "", links[0]]))
    assert "Posts" in page
    reference = send(cy)
    assert {post.url for post in paper.seen(reference).posts} == set(links)


def test_who_does_not_publish_is_told_that_a_second_person_is_asked(
    web: Served, paper: Paper
) -> None:
    sam = web.browser(SAM)
    page = up_to_check(sam, new_link(paper), poster="unknown")
    assert "a second person is asked to agree" in page
    assert "Nobody tells them that you reported it" in page
    reference = send(sam)
    assert paper.incident(reference).poster_known == PosterKnown.UNKNOWN


def test_a_post_that_was_reported_before_is_said_to_have_joined(web: Served, paper: Paper) -> None:
    link = new_link(paper)
    ana, cy = web.browser(ANA), web.browser(CY)
    up_to_check(ana, link)
    first = send(ana)
    up_to_check(cy, link, poster="unknown")
    answer = cy.post("/report/check")
    assert first in answer.headers["location"]
    assert "has joined that incident" in cy.get(answer.headers["location"]).text


def test_what_was_entered_can_be_forgotten(web: Served, paper: Paper) -> None:
    ana = web.browser(ANA)
    up_to_check(ana, new_link(paper))
    assert ana.post("/report/forget").status_code == 303
    assert ana.get("/report/check").headers["location"] == "/report"


def test_whoever_signed_out_leaves_nothing_of_it_behind(web: Served, paper: Paper) -> None:
    ana = web.browser()
    session = ana.sign_in(ANA)
    step(ana, "/report", {"first": "no"}, "/report/link")
    assert ana.post("/sign-out").status_code == 303
    keep_draft(paper.office, session, {"links": ["a page that was still on its way"]})
    with paper.office.store.read() as tx:
        assert tx.get_one(WebSession, session).draft_sealed is None


def test_who_may_not_see_an_incident_does_not_see_that_it_was_sent(
    web: Served, paper: Paper
) -> None:
    ana = web.browser(ANA)
    up_to_check(ana, new_link(paper))
    reference = send(ana)
    assert web.browser(SAM).get(f"/report/sent/{reference}").status_code == 404


def test_what_is_typed_into_a_report_stays_text(web: Served) -> None:
    ana = web.browser(ANA)
    up_to_check(ana, web.paper.link())
    for text in CORPUS:
        fields = dict.fromkeys(("wrong", "right", "source_url", "note", "poster_email"), text)
        ana.post("/report/about", fields | {"poster": "somebody", "poster_email": f"{text}@x"})
        for page in ("/report/about", "/report/check"):
            assert what_it_did(ana.get(page).text) == [], text
        assert what_it_did(ana.post("/report/link", {"links": text}).text) == [], text
        step(ana, "/report/link", {"links": web.paper.link()}, "/report/kind")


def test_every_kind_is_offered_in_words_with_an_example() -> None:
    assert sorted(one.kind for one in kinds_in_words()) == sorted(Kind)
    assert all(one.words and one.example for one in kinds_in_words())
    assert not any(one.common for one in kinds_in_words() if one.kind in SECRET_KINDS)


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_answer_about_a_post_is_said_in_a_sentence(code: str) -> None:
    assert label("next", code).endswith(".")


@pytest.mark.parametrize("one", Circumstance)
def test_every_circumstance_has_words(one: Circumstance) -> None:
    assert label("circumstance", one) != one.value


def test_whoever_reports_is_told_how_their_answers_are_used(web: Served, paper: Paper) -> None:
    ana = web.browser(ANA)
    for page in (ana.get("/report").text, up_to_check(ana, new_link(paper))):
        assert "How your answers are used" in page
        assert "UK GDPR, article 6(1)(e)" in page
