"""Somebody who has not posted yet asks for advice: who is told, who answers, and who reads it."""

import re

import one_server
import pytest
from hostile import CORPUS, what_it_did
from httpx import Response
from paper import ANA, BO, CY, DEE, EVE, HAL, PAT, SAM, Paper
from served import Served, Visitor
from sqlmodel import col, select

from flows.asking_first import MOST_A_DAY, ask_first
from flows.hands import Hands
from flows.sign_in_mail import mail_links
from integrations.notices.outbox import OutboxCarrier
from integrations.platforms.connections import Connections
from models.advice import AdviceRequest
from models.sign_in import LinkState, Sends, SignIn

DTU = "dtu@dept.example"


web, paper = one_server.web, one_server.paper


def asked(visitor: Visitor, text: str, *others: str) -> str:
    """Ask; returns the question's id."""
    answer = visitor.post("/advice", {"text": text, "others": list(others)})
    assert answer.status_code == 303, answer.text
    with visitor.served.paper.office.store.read() as tx:
        newest = select(AdviceRequest).order_by(col(AdviceRequest.id).desc())
        return tx.exec(newest).all()[0].id


def told(paper: Paper, sends: Sends) -> list[str]:
    """Who is to be mailed so, or was."""
    with paper.office.store.read() as tx:
        rows = tx.exec(select(SignIn).where(col(SignIn.sends) == sends).order_by(col(SignIn.id)))
        return [one.address for one in rows]


def answered(
    visitor: Visitor, question: str, text: str = "Leave it.", verdict: str = "do-not"
) -> Response:
    """Answer it."""
    return visitor.post(f"/advice/{question}", {"verdict": verdict, "answer": text})


def test_a_question_is_answered_and_makes_no_incident(web: Served, paper: Paper) -> None:
    ana, dee, before = web.browser(ANA), web.browser(DEE), len(paper.incidents())
    asked(ana, "May I quote the minister on the border?")
    assert "Nobody has answered yet" in ana.get("/advice").text
    assert "asks for advice before posting" in dee.get("/incidents").text
    page = dee.get("/advice").text
    assert "May I quote the minister on the border?" in page
    (question,) = re.findall(r'action="/advice/(\w+)"', page)
    assert (
        answered(dee, question, "Ask the press office for the line.", "change").status_code == 303
    )
    read = ana.get("/advice").text
    for said in ("Change it first", "Ask the press office for the line.", DEE):
        assert said in read, said
    assert "asks for advice" not in dee.get("/incidents").text
    assert told(paper, Sends.ADVICE_GIVEN)[-1] == ANA
    assert len(paper.incidents()) == before


def test_those_who_are_asked_are_told_and_nobody_else(web: Served, paper: Paper) -> None:
    before = len(told(paper, Sends.ADVICE_ASKED))
    asked(web.browser(ANA), "One")
    assert told(paper, Sends.ADVICE_ASKED)[before:] == [DTU]
    asked(web.browser(ANA), "Two", "manager", "media-office")
    assert sorted(told(paper, Sends.ADVICE_ASKED)[before + 1 :]) == [BO, DTU]


def test_the_mail_says_nothing_of_it_and_leaves_once(web: Served, paper: Paper) -> None:
    asked(web.browser(ANA), "canary in a coal mine", "manager")
    folder = paper.office.settings.outbox
    hands = Hands(paper.office, "engine-1", Connections(), OutboxCarrier(folder))
    mail_links(hands)
    mails = [file.read_text() for file in folder.glob("*.eml")]
    assert any(f"To: {DTU}" in one for one in mails)
    assert any(f"To: {BO}" in one for one in mails)
    assert not any("canary" in one or "Ana" in one for one in mails)
    count = len(mails)
    mail_links(hands)
    assert len(list(folder.glob("*.eml"))) == count
    with paper.office.store.read() as tx:
        states = tx.exec(select(SignIn.state).where(col(SignIn.sends) == Sends.ADVICE_ASKED))
        assert set(states) == {LinkState.SENT}


@pytest.mark.parametrize(
    ("email", "others", "may"),
    [
        (DEE, (), True), (EVE, (), True), (ANA, ("manager",), False), (BO, ("manager",), True),
        (BO, (), False), (CY, ("manager",), False), (HAL, ("media-office",), False),
        (PAT, ("manager", "media-office"), False), (SAM, (), False),
    ],
)  # fmt: skip
def test_only_who_is_asked_reads_and_answers_it(
    web: Served, email: str, others: tuple[str, ...], may: bool
) -> None:
    question = asked(web.browser(ANA), f"canary {email} {len(others)}", *others)
    visitor = web.browser(email)
    page = visitor.get("/advice").text
    assert (f"/advice/{question}" in page) is may
    assert (f"canary {email} {len(others)}" in page) is (may or email == ANA)
    assert answered(visitor, question).status_code == (303 if may else 404)


def test_of_two_who_answer_at_once_the_second_is_told_and_loses_nothing(
    web: Served, paper: Paper
) -> None:
    question = asked(web.browser(ANA), "Both of you?")
    assert answered(web.browser(DEE), question, "First").status_code == 303
    second = answered(web.browser(EVE), question, "My long answer")
    assert second.status_code == 422
    assert f"{DEE} answered it at" in second.text
    assert "My long answer" in second.text
    assert "First" in web.browser(ANA).get("/advice").text


@pytest.mark.parametrize(
    ("given", "said"),
    [({"text": ""}, "Write what you want to post"), ({"text": "a" * 5001}, "Use 5,000 characters")],
)
def test_what_will_not_do_is_said_and_kept(
    web: Served, given: dict[str, object], said: str
) -> None:
    answer = web.browser(ANA).post("/advice", given)
    assert (answer.status_code, said in answer.text) == (422, True)
    assert str(given["text"]) in answer.text


def test_an_answer_without_a_reason_is_refused_where_it_was_given(web: Served) -> None:
    question = asked(web.browser(ANA), "Why?")
    for verdict, text, where in (
        ("go-ahead", "", "answer"),
        ("", "Because", "verdict"),
        ("canary", "Because", "verdict"),
    ):
        answer = answered(web.browser(DEE), question, text, verdict)
        assert (answer.status_code, f'href="#{where}-{question}"' in answer.text) == (422, True)
        assert f'id="{where}-{question}-error"' in answer.text
        assert "Choose an answer, and say why" in answer.text
        assert f'id="answer-{question}"' in answer.text
        assert text in answer.text


def test_what_is_asked_and_answered_is_sealed_and_stays_text(web: Served, paper: Paper) -> None:
    ana, dee = web.browser(CY), web.browser(DEE)
    question = asked(ana, "\n".join(CORPUS) + " sealed-canary")
    assert what_it_did(dee.get("/advice").text) == []
    assert answered(dee, question, "\n".join(CORPUS) + " answer-canary").status_code == 303
    assert what_it_did(ana.get("/advice").text) == []
    stored = b"".join(file.read_bytes() for file in paper.home.glob("amends.db*"))
    assert b"sealed-canary" not in stored
    assert b"answer-canary" not in stored


def test_nobody_asks_without_end(web: Served, paper: Paper) -> None:
    sam = paper.person(SAM)
    for number in range(MOST_A_DAY):
        ask_first(paper.office, sam, f"Question {number}", manager=False, media_office=False)
    answer = web.browser(SAM).post("/advice", {"text": "One more"})
    assert "Phone the duty officer" in answer.text
    assert answer.status_code == 422


def test_nobody_advises_themselves(web: Served) -> None:
    dee = web.browser(DEE)
    question = asked(dee, "My own doubt", "manager")
    assert f'action="/advice/{question}"' not in dee.get("/advice").text
    assert answered(dee, question).status_code == 404
    assert answered(web.browser(EVE), question).status_code == 303
