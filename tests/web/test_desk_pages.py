"""Deciding on pages: what waits for a person, what else they may do, and what they are told."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import one_server
import pytest
from hostile import CORPUS, what_it_did
from paper import ANA, BO, CY, DEE, EVE, HAL, ROY, SAM, SUE, Paper
from served import Served, Visitor

from models.words import (
    Choice,
    DecisionType,
    Kind,
    PostState,
    Role,
    StatementState,
    Step,
)
from policy.clocks import LAW

DTU = (Role.DTU_DUTY, Role.DTU)
C, K, A, T = DecisionType.CONFIRM, DecisionType.KEEP, DecisionType.ATTEST, DecisionType.SETTLE


web, paper, dee = one_server.web, one_server.paper, one_server.dee


@pytest.fixture(scope="module")
def eve(web: Served) -> Visitor:
    """Another officer's."""
    return web.browser(EVE)


NUMBERS = iter(range(1, 1000))


@pytest.fixture
def reference(paper: Paper) -> str:
    """An incident that somebody on the staff reported."""
    return paper.planned(paper.link(next(NUMBERS)), by=SAM, poster=ANA)


def asked(paper: Paper, reference: str, type_: DecisionType, *roles: Role, target: str = "") -> str:
    """A question about the post, or about ``target``; returns where it stands on the page."""
    about = target or paper.post(reference).id
    paper.ask(reference, type_, about, *(roles or DTU))
    return f"{type_.value}-{about}"


def answer(browser: Visitor, reference: str, key: str, **given: str) -> httpx.Response:
    """Press a button of the form at ``key``."""
    type_, _, target = key.partition("-")
    sent = {"key": key, "type": type_, "target": target} | given
    return browser.post(f"/i/{reference}/answer", sent)


def decided(paper: Paper, reference: str, type_: DecisionType) -> list[Choice | None]:
    """Every answer to such questions."""
    return [one.choice for one in paper.seen(reference).decisions if one.type == type_]


def test_a_question_stands_before_who_may_answer_it_and_before_nobody_else(
    web: Served, paper: Paper, reference: str, dee: Visitor
) -> None:
    key = asked(paper, reference, C, *DTU, Role.PUBLISHER)
    page = dee.get(f"/i/{reference}").text
    assert "What waits for you" in page
    assert f'id="{key}"' in page
    assert "Yes, delete it" in page
    assert f'id="{key}"' in web.browser(CY).get(f"/i/{reference}").text, "a publisher may"
    sam = web.browser(SAM).get(f"/i/{reference}").text
    assert reference in sam
    assert "What waits for you" not in sam, "who reported it may not"


def test_a_publisher_who_reported_it_is_not_asked_to_confirm_it(web: Served, paper: Paper) -> None:
    reference = paper.planned(paper.link(next(NUMBERS)), by=CY, poster=ANA)
    key = asked(paper, reference, C, Role.PUBLISHER)
    cy = web.browser(CY)
    assert f'id="{key}"' not in cy.get(f"/i/{reference}").text
    refused = answer(cy, reference, key, choice="yes")
    assert (refused.status_code, "somebody else must confirm it" in refused.text) == (403, True)
    waits = web.get(f"/incidents/{reference}", CY).json()["waits"]
    assert [one["you_may_answer"] for one in waits if one["decision"] == "confirm"] == [False]


@pytest.mark.parametrize(
    ("type_", "given", "choice"),
    [
        (C, {"choice": "yes"}, Choice.YES),
        (C, {"choice": "no", "reason": "It is fair."}, Choice.NO),
        (K, {"choice": "delete"}, Choice.DELETE),
        (K, {"choice": "keep", "reason": "It is fair."}, Choice.KEEP),
        (A, {"choice": "gone"}, Choice.GONE),
        (A, {"choice": "will-not"}, Choice.WILL_NOT),
        (T, {"choice": "not-there"}, Choice.NOT_THERE),
        (T, {"choice": "there"}, Choice.THERE),
    ],
)
def test_a_question_about_a_post_is_answered_by_its_buttons(
    paper: Paper,
    reference: str,
    dee: Visitor,
    type_: DecisionType,
    given: dict[str, str],
    choice: Choice,
) -> None:
    states = {A: PostState.BY_HAND, T: PostState.NEEDS_HUMAN}
    paper.set_posts(reference, states.get(type_, PostState.LIVE))
    key = asked(paper, reference, type_)
    page = dee.get(f"/i/{reference}").text
    assert re.search(rf'id="{key}".*name="choice" value="{choice.value}"', page, re.DOTALL)
    taken = answer(dee, reference, key, **given)
    assert (taken.status_code, taken.headers["location"]) == (303, f"/i/{reference}?done=yes")
    assert decided(paper, reference, type_) == [choice]
    after = dee.get(f"/i/{reference}?done=yes").text
    assert "What you decided is recorded" in after
    assert f'id="{key}"' not in after


def test_a_no_without_a_reason_loses_nothing(paper: Paper, reference: str, dee: Visitor) -> None:
    key = asked(paper, reference, K)
    refused = answer(dee, reference, key, choice="keep")
    assert refused.status_code == 422
    assert "Say why the post stays." in refused.text
    (anchor,) = re.findall(r'<li><a href="#([\w-]+)">', refused.text)
    assert f'id="{anchor}"' in refused.text
    long = answer(dee, reference, key, choice="keep", reason="It is fair. " * 90)
    assert long.status_code == 422
    assert "Use 1000 characters or fewer" in long.text
    assert "It is fair. It is fair." in long.text
    assert decided(paper, reference, K) == [None]


def test_of_two_officers_at_once_one_wins_and_the_other_is_told_who_and_when(
    paper: Paper, reference: str, dee: Visitor, eve: Visitor
) -> None:
    key = asked(paper, reference, K)
    assert key in eve.get(f"/i/{reference}").text
    assert answer(dee, reference, key, choice="delete").status_code == 303
    late = answer(eve, reference, key, choice="keep", reason="It says what the minister said.")
    assert late.status_code == 409
    assert re.search(r"dee@dept\.example decided this at \d\d:\d\d UTC on .*: delete\.", late.text)
    assert "This was not done" in late.text
    assert "It says what the minister said." in late.text, "nothing that was typed is lost"
    assert decided(paper, reference, K) == [Choice.DELETE]


@pytest.mark.parametrize("what", ["keep", "advise", "reclassify"])
def test_of_two_who_press_in_the_same_instant_exactly_one_is_taken(
    paper: Paper, reference: str, dee: Visitor, eve: Visitor, what: str
) -> None:
    key = asked(paper, reference, K)
    paper.ask(reference, DecisionType.ADVISE, "", *DTU)
    forms: dict[str, tuple[str, dict[str, object]]] = {
        "keep": ("answer", {"key": key, "type": "keep", "choice": "delete"}),
        "advise": ("answer", {"type": "advise", "text": "Wait.", "asked": "yes"}),
        "reclassify": ("kind", kinds("offensive", sure="yes", generation="1")),
    }
    path, given = forms[what]
    start = threading.Barrier(2)

    def press(officer: Visitor) -> int:
        start.wait()
        return officer.post(f"/i/{reference}/{path}", given).status_code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(press, (dee, eve))) == [303, 409]
    assert len([one for one in paper.seen(reference).decisions if one.choice]) == 1


def test_a_second_click_changes_nothing_and_says_so(
    paper: Paper, reference: str, dee: Visitor
) -> None:
    key = asked(paper, reference, C)
    assert answer(dee, reference, key, choice="yes").status_code == 303
    again = answer(dee, reference, key, choice="yes")
    assert again.status_code == 409
    assert "dee@dept.example decided this" in again.text.lower()
    assert decided(paper, reference, C) == [Choice.YES]
    assert paper.said(reference).count("confirmed") == 1


def test_who_may_not_decide_reads_a_plain_sentence(
    web: Served, paper: Paper, reference: str
) -> None:
    paper.tell(reference, BO, Role.LINE_MANAGER)
    bo = web.browser(BO)
    refused = answer(bo, reference, asked(paper, reference, K), choice="delete")
    assert refused.status_code == 403
    assert "Only the duty officer, or who was asked" in refused.text
    assert answer(web.browser(HAL), reference, "keep", choice="delete").status_code == 404


def test_a_post_elsewhere_is_asked_for_by_a_line_of_the_policy(paper: Paper, dee: Visitor) -> None:
    number = next(NUMBERS)
    reference = paper.planned(f"https://x.com/somebody/status/{number}", by=SAM, poster=ANA)
    key = asked(paper, reference, C)
    assert "Line 108: political activity" in dee.get(f"/i/{reference}").text
    refused = answer(dee, reference, key, choice="yes", reason="He asks for votes.")
    assert refused.status_code == 422
    assert "He asks for votes." in refused.text
    assert answer(dee, reference, key, choice="yes", line="88").status_code == 422
    assert answer(dee, reference, key, choice="yes", line="108").status_code == 303
    assert [one.line for one in paper.seen(reference).decisions] == [108]


@pytest.mark.parametrize(
    ("target", "button"),
    [("secure", "Yes, it is safe"), ("manager", "Yes, tell the line manager")],
)
def test_what_is_confirmed_beside_posts_has_buttons_of_its_own(
    paper: Paper, reference: str, dee: Visitor, target: str, button: str
) -> None:
    key = asked(paper, reference, C, target=target)
    assert button in dee.get(f"/i/{reference}").text
    assert answer(dee, reference, key, choice="yes").status_code == 303
    assert decided(paper, reference, C) == [Choice.YES]


def test_words_that_were_published_by_hand_are_settled_with_their_link(
    paper: Paper, dee: Visitor
) -> None:
    reference = paper.worded(paper.link(next(NUMBERS)))
    paper.set_statement(reference, StatementState.NEEDS_HUMAN)
    statement = paper.seen(reference).statements[0].id
    key = asked(paper, reference, T, Role.PUBLISHER, Role.DTU_DUTY, target=statement)
    page = dee.get(f"/i/{reference}").text
    for said in ("It is there", "It is not there", "You have published exactly these words"):
        assert said in page, said
    refused = answer(dee, reference, key, choice="there", link="not-a-link")
    assert refused.status_code == 422
    assert 'value="not-a-link"' in refused.text
    link = paper.link(990_000)
    assert answer(dee, reference, key, choice="there", link=link).status_code == 303
    assert decided(paper, reference, T) == [Choice.THERE]


def test_facts_are_given_once_and_the_slower_one_is_told(
    web: Served, paper: Paper, reference: str, dee: Visitor, eve: Visitor
) -> None:
    paper.ask(reference, DecisionType.FACTS, "", Role.POSTER, Role.PUBLISHER, Role.DTU_DUTY)
    assert "What the post says that is wrong" in web.browser(ANA).get(f"/i/{reference}").text
    given = {"asked": "yes", "target": "", "wrong": "3 May", "right": "5 June"}
    refused = answer(dee, reference, "facts-incident", **given | {"right": ""})
    assert refused.status_code == 422
    assert ">\n3 May</textarea>" in refused.text
    assert answer(dee, reference, "facts-incident", **given).status_code == 303
    other = answer(eve, reference, "facts-incident", **given | {"right": "7 July"})
    assert other.status_code == 409
    assert "decided this at" in other.text
    assert "7 July" in other.text
    assert paper.seen(reference).incident.facts_by == DEE


def test_advice_is_given_once_however_often_the_button_is_pressed(
    paper: Paper, reference: str, dee: Visitor
) -> None:
    paper.ask(reference, DecisionType.ADVISE, "", *DTU)
    given = {"asked": "yes", "target": "", "text": "Ask the press office first."}
    assert answer(dee, reference, "advise-incident", **given).status_code == 303
    assert answer(dee, reference, "advise-incident", **given).status_code == 409
    assert paper.said(reference).count("advised") == 1


def test_words_are_written_where_they_are_asked_for(
    web: Served, paper: Paper, dee: Visitor, eve: Visitor
) -> None:
    reference = paper.worded(paper.link(next(NUMBERS)))
    statement = paper.seen(reference).statements[0].id
    key = asked(paper, reference, DecisionType.WORDS, target=statement)
    given = {"asked": "yes", "text": "We are sorry. Please disregard the earlier post."}
    refused = answer(dee, reference, key, asked="yes", text="")
    assert (refused.status_code, "Write the words." in refused.text) == (422, True)
    assert answer(dee, reference, key, **given).status_code == 303
    late = answer(eve, reference, key, **given | {"text": "We are sorry for the post."})
    assert late.status_code == 409
    assert "We are sorry for the post." in late.text
    assert len(paper.seen(reference).wordings) == 2


def test_an_incident_is_closed_on_its_page_and_nothing_is_asked_after(
    web: Served, paper: Paper, reference: str, dee: Visitor, eve: Visitor
) -> None:
    for step in ("preserve", "delete", "verify", "word", "clear", "publish", "advise"):
        sent = {"type": "skip", "key": "skip", "target": step, "reason": "It was a test."}
        assert dee.post(f"/i/{reference}/more", sent).status_code == 303, step
    paper.tell(reference, DEE, Role.DTU)
    paper.ask(reference, DecisionType.CLOSE, "", *DTU)
    assert "Close the incident?" in dee.get(f"/i/{reference}").text
    taken = answer(dee, reference, "close-incident", target="", reason="Mind the date.")
    assert taken.status_code == 303
    late = answer(eve, reference, "close-incident", target="")
    assert late.status_code == 409
    assert "closed it at" in late.text
    page = dee.get(f"/i/{reference}").text
    assert "<form" not in page.partition('id="live"')[2].partition('id="notices"')[0]
    rest = dee.get(f"/i/{reference}/more").text
    assert "Note a request under the Freedom of Information Act" in rest, "they come in later, too"
    assert rest.count('name="type"') == 1
    assert "What else you can do" not in web.browser(ANA).get(f"/i/{reference}").text
    refused = web.browser(ANA).get(f"/i/{reference}/more")
    assert refused.status_code == 403
    assert "There is nothing else that you may decide" in refused.text
    assert dee.get(f"/i/{reference}/kind").status_code == 409


@pytest.mark.parametrize("type_", ["refer", "nothing", ""])
def test_a_session_decides_nothing_that_the_pages_do_not_offer(
    web: Served, paper: Paper, reference: str, dee: Visitor, type_: str
) -> None:
    given = {"type": type_, "choice": "refer", "rule": "x", "reason": "x", "target": "x"}
    for path in ("answer", "more", "kind"):
        assert dee.post(f"/i/{reference}/{path}", given).status_code == 422
    assert paper.seen(reference).decisions == ()


def test_what_else_may_be_done_is_offered_to_who_may(
    web: Served, paper: Paper, dee: Visitor
) -> None:
    reference = paper.worded(paper.link(next(NUMBERS)), by=SAM, poster=ANA)
    page = dee.get(f"/i/{reference}/more").text
    for said in (
        "The kind of mistake", "Hold the account", "Have a line go out ahead", "Skip a step",
        "Let these words go", "Record a fact", "Give or correct the facts",
    ):  # fmt: skip
        assert said in page, said
    ana = web.browser(ANA).get(f"/i/{reference}/more").text
    assert "That the post was not meant" in ana
    for hidden in ("The kind of mistake", "Hold the account", "Skip a step", "Let these words go"):
        assert hidden not in ana, hidden
    assert "Hold the account" in web.browser(CY).get(f"/i/{reference}/more").text, "the owner may"
    assert web.browser(ROY).get(f"/i/{reference}/more").text.count('name="type"') == 1


def test_a_step_is_skipped_with_a_reason(paper: Paper, reference: str, dee: Visitor) -> None:
    sent = {"type": "skip", "key": "skip", "target": "verify"}
    refused = dee.post(f"/i/{reference}/more", sent)
    assert refused.status_code == 422
    assert "Say why the step is skipped." in refused.text
    assert re.search(r'value="verify" checked', refused.text)
    none = dee.post(f"/i/{reference}/more", {"type": "skip", "key": "skip", "reason": "Gone."})
    assert "Choose the step." in none.text
    assert dee.post(f"/i/{reference}/more", sent | {"reason": "Gone."}).status_code == 303
    assert [one.target for one in paper.seen(reference).decisions] == [Step.VERIFY]
    twice = dee.post(f"/i/{reference}/more", sent | {"reason": "Gone."})
    assert (twice.status_code, "decided this at" in twice.text) == (409, True)


def test_words_are_let_go_with_a_reason(paper: Paper, dee: Visitor) -> None:
    reference = paper.worded(paper.link(next(NUMBERS)))
    statement = paper.seen(reference).statements[0].id
    sent = {"type": "waive", "key": "waive", "target": statement}
    assert "Say why no words are needed." in dee.post(f"/i/{reference}/more", sent).text
    taken = dee.post(f"/i/{reference}/more", sent | {"reason": "Nobody saw it."})
    assert taken.status_code == 303
    assert paper.seen(reference).statements[0].state == StatementState.WITHDRAWN


def test_an_account_is_held_by_whom_until_when_and_why_and_let_go(
    web: Served, paper: Paper, reference: str, dee: Visitor
) -> None:
    account = next(iter(paper.seen(reference).accounts.values()))
    sent = {"type": "hold", "key": f"hold-{account.id}", "target": "x/dept", "choice": "yes"}
    why = {"reason": "Somebody else is in."}
    no = dee.post(f"/i/{reference}/more", sent | why | {"minutes": "soon"})
    assert "Enter for how many minutes" in no.text
    assert "Somebody else is in." in no.text
    assert "Say why the account is held." in dee.post(f"/i/{reference}/more", sent).text
    assert dee.post(f"/i/{reference}/more", sent | why | {"minutes": "90"}).status_code == 303
    held = next(iter(paper.seen(reference).accounts.values()))
    assert held.held_by == DEE
    assert held.held_until
    page = dee.get(f"/i/{reference}").text
    assert re.search(r"Nothing goes out on X @dept until .*dee@dept\.example holds it", page)
    assert "Somebody else is in." in page
    assert "Somebody else is in." not in web.browser(ANA).get(f"/i/{reference}").text
    with paper.office.store.write("later") as tx:
        row = tx.merge(held)
        row.held_until = tx.now() - timedelta(seconds=1)
    assert "Nothing goes out on" not in dee.get(f"/i/{reference}").text, "it ends by itself"
    dee.post(f"/i/{reference}/more", sent | why)
    assert "Lift the hold" in dee.get(f"/i/{reference}/more").text
    assert dee.post(f"/i/{reference}/more", sent | {"choice": "no"}).status_code == 303
    assert next(iter(paper.seen(reference).accounts.values())).held_until is None


def test_an_owner_holds_their_own_account_and_not_a_sister(web: Served, paper: Paper) -> None:
    links = (paper.link(next(NUMBERS)), paper.link(next(NUMBERS), "embassy"))
    reference = paper.planned(*links, by=SAM, poster=ANA)
    # Ids that are made within a millisecond have no order: by name, then.
    mine, other = sorted(paper.seen(reference).posted_on, key=lambda one: one.handle)
    with paper.office.store.write("owner") as tx:
        tx.merge(other).owner = BO
    cy = web.browser(CY)
    page = cy.get(f"/i/{reference}/more").text
    assert (f'id="hold-{mine.id}-what"' in page, f'id="hold-{other.id}-what"' in page) == (1, 0)
    sent = {"type": "hold", "target": "x/embassy", "choice": "yes", "reason": "Wait."}
    assert cy.post(f"/i/{reference}/more", sent).status_code == 403
    with paper.office.store.write("owner") as tx:
        tx.merge(other).owner = CY


def test_a_line_goes_out_ahead_of_the_words(paper: Paper, reference: str, dee: Visitor) -> None:
    sent = {"type": "holding-line", "key": "holding-line", "choice": "checking"}
    assert dee.post(f"/i/{reference}/more", sent).status_code == 303
    assert [one.kind for one in paper.seen(reference).statements] == ["checking"]
    twice = dee.post(f"/i/{reference}/more", sent | {"text": "We are looking into it."})
    assert twice.status_code == 409
    assert 'id="holding-line-error"' in twice.text
    assert "There is nothing to hold" in twice.text
    assert "We are looking into it." in twice.text, "though its form is not offered any more"


def test_a_fact_is_recorded_for_who_knows_with_who_told(
    paper: Paper, reference: str, dee: Visitor
) -> None:
    sent = {"type": "establish", "key": "establish", "target": "cleared-by-nobody", "choice": "yes"}
    refused = dee.post(f"/i/{reference}/more", sent)
    assert "Say who told you so" in refused.text
    assert dee.post(f"/i/{reference}/more", sent | {"reason": "Cy, at ten."}).status_code == 303
    assert "fact-established" in paper.said(reference)


def test_another_account_says_the_words_where_theirs_is_not_safe(
    paper: Paper, dee: Visitor
) -> None:
    reference = paper.worded(paper.link(next(NUMBERS)))
    about = paper.seen(reference).statements[0]
    page = dee.get(f"/i/{reference}/more").text
    offered = page.partition('id="elsewhere"')[2].partition("</form>")[0]
    assert re.findall(r'name="account"[^>]* value="([^"]+)"', offered) == ["x/embassy"]
    sent = {"type": "elsewhere", "key": "elsewhere", "target": about.id}
    none = dee.post(f"/i/{reference}/more", sent | {"reason": "Somebody is in."})
    assert (none.status_code, "Choose which account" in none.text) == (422, True)
    assert "Somebody is in." in none.text
    sent["account"] = "x/embassy"
    assert "Say why the account itself" in dee.post(f"/i/{reference}/more", sent).text
    sent["reason"] = "Somebody is in."
    assert dee.post(f"/i/{reference}/more", sent).status_code == 303
    states = {one.id: one.state for one in paper.seen(reference).statements}
    assert states.pop(about.id) == StatementState.WITHDRAWN
    assert list(states.values()) == [StatementState.DRAFTED]
    assert "said-elsewhere" in paper.said(reference)


def test_a_post_that_was_deleted_wrongly_is_published_again(
    web: Served, paper: Paper, reference: str, dee: Visitor
) -> None:
    post = paper.post(reference).id
    sent = {"type": "undo", "key": "undo", "target": post}
    assert 'id="undo"' not in dee.get(f"/i/{reference}/more").text, "it is still up"
    paper.set_posts(reference, PostState.GONE)
    assert 'id="undo"' in dee.get(f"/i/{reference}/more").text
    assert 'id="undo"' not in web.browser(ANA).get(f"/i/{reference}/more").text
    assert "Say why the post should not" in dee.post(f"/i/{reference}/more", sent).text
    lost = dee.post(f"/i/{reference}/more", sent | {"reason": "It was right."})
    assert (lost.status_code, "Only details of the post were kept" in lost.text) == (409, True)
    assert "It was right." in lost.text
    paper.keep_copy(reference, "The fund opens on 3 May.")
    assert dee.post(f"/i/{reference}/more", sent | {"reason": "It was right."}).status_code == 303
    assert [one.restores for one in paper.seen(reference).statements] == [post]
    assert 'id="undo"' not in dee.get(f"/i/{reference}/more").text, "once is enough"


def test_whom_somebody_spoke_to_outside_is_noted(
    paper: Paper, reference: str, dee: Visitor
) -> None:
    sent = {"type": "speak", "key": "speak", "target": "The platform"}
    refused = dee.post(f"/i/{reference}/more", sent)
    assert (refused.status_code, "Say what was agreed" in refused.text) == (422, True)
    assert 'value="The platform"' in refused.text
    nobody = {"type": "speak", "key": "speak", "text": "They took it down; number 7."}
    assert "Say whom you spoke to." in dee.post(f"/i/{reference}/more", nobody).text
    assert dee.post(f"/i/{reference}/more", sent | nobody).status_code == 303
    assert "spoke-outside" in paper.said(reference)


def test_a_request_for_information_is_noted_and_answered(
    web: Served, paper: Paper, reference: str, dee: Visitor
) -> None:
    assert 'id="foi"' in web.browser(ROY).get(f"/i/{reference}/more").text, "an auditor may"
    with paper.office.store.read() as tx:
        today = tx.now().astimezone(LAW).date()
    sent = {"type": "foi", "key": "foi", "choice": "received", "reason": "FOI 2026/17"}
    day = {"received": today.day, "received-month": today.month, "received-year": today.year}
    for wrong in ({}, day | {"received-month": "13"}, day | {"received": "x"}):
        refused = dee.post(f"/i/{reference}/more", sent | wrong)
        assert refused.status_code == 422
        assert "Enter the day on which it came in" in refused.text
        assert 'value="FOI 2026/17"' in refused.text
    later = dee.post(f"/i/{reference}/more", sent | day | {"received-year": today.year + 1})
    assert "a day that is still to come" in later.text
    assert f'value="{today.year + 1}"' in later.text
    assert dee.post(f"/i/{reference}/more", sent | day).status_code == 303
    assert "Information was asked for on" in dee.get(f"/i/{reference}").text
    (key,) = re.findall(r'<section [^>]*id="(foi-[^"]+)"', dee.get(f"/i/{reference}/more").text)
    target = key.removeprefix("foi-")
    done = {"type": "foi", "key": key, "target": target, "choice": "answered"}
    assert dee.post(f"/i/{reference}/more", done).status_code == 303
    twice = dee.post(f"/i/{reference}/more", done)
    assert (twice.status_code, "said so already" in twice.text) == (409, True)


def kinds(*chosen: str, **more: str) -> dict[str, object]:
    """What the form of kinds sends."""
    return {"type": "reclassify", "kinds": list(chosen), **more}


def test_another_kind_shows_what_it_changes_before_it_is_changed(
    paper: Paper, dee: Visitor
) -> None:
    reference = paper.worded(paper.link(next(NUMBERS)), kinds=(Kind.TYPO,))
    assert 'value="typo" checked' in dee.get(f"/i/{reference}/kind").text
    page = dee.post(f"/i/{reference}/kind", kinds("safety", reason="A convoy."))
    assert page.status_code == 200
    for said in (
        "It puts somebody in danger", "most serious", "These words are taken back",
        "Posts that are still up are then deleted at once", "Told besides", 'value="A convoy."',
    ):  # fmt: skip
        assert said in page.text, said
    assert paper.seen(reference).incident.kinds == ["typo"], "nothing is changed yet"
    (generation,) = re.findall(r'name="generation" value="(\d+)"', page.text)
    back = dee.post(f"/i/{reference}/kind", kinds("safety", back="yes"))
    assert 'value="safety" checked' in back.text
    sure = kinds("safety", reason="A convoy.", sure="yes", generation=generation)
    assert dee.post(f"/i/{reference}/kind", sure).status_code == 303
    assert paper.seen(reference).incident.kinds == ["safety"]


def test_who_changes_the_kind_second_is_told_who_was_first(
    paper: Paper, reference: str, dee: Visitor, eve: Visitor
) -> None:
    generation = str(paper.seen(reference).incident.generation)
    sure = {"sure": "yes", "generation": generation}
    assert dee.post(f"/i/{reference}/kind", kinds("offensive", **sure)).status_code == 303
    late = eve.post(f"/i/{reference}/kind", kinds("typo", **sure))
    assert late.status_code == 409
    assert "dee@dept.example decided this at" in late.text.lower()
    assert 'value="typo" checked' in late.text
    twice = dee.post(f"/i/{reference}/kind", kinds("offensive", **sure))
    assert twice.status_code == 409
    incident = paper.seen(reference).incident
    assert (incident.kinds, incident.generation) == (["offensive"], int(generation) + 1)


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ([], "Choose what kind of mistake it was."),
        (["not-a-mistake", "typo"], "Choose &#39;not a mistake&#39; alone"),
    ],
)
def test_kinds_that_cannot_be_are_refused_before_anything(
    paper: Paper, reference: str, dee: Visitor, chosen: list[str], said: str
) -> None:
    refused = dee.post(f"/i/{reference}/kind", kinds(*chosen, circumstances="incites"))
    assert refused.status_code == 422
    assert said in refused.text
    assert 'value="incites" checked' in refused.text


def test_the_same_kinds_change_nothing(paper: Paper, reference: str, dee: Visitor) -> None:
    page = dee.post(f"/i/{reference}/kind", kinds("factual")).text
    assert "Nothing: these are the kinds" in page
    assert "Change the kind" not in page


def test_only_the_dtu_changes_the_kind(web: Served, reference: str) -> None:
    ana = web.browser(ANA)
    assert ana.get(f"/i/{reference}/kind").status_code == 403
    refused = ana.post(f"/i/{reference}/kind", kinds("typo", sure="yes", generation="1"))
    assert refused.status_code == 403
    assert "Only the Digital Transformation Unit" in refused.text


def test_what_is_typed_into_a_form_that_is_refused_stays_text(
    paper: Paper, reference: str, dee: Visitor
) -> None:
    key = asked(paper, reference, K)
    text, post = "\n".join(CORPUS), paper.post(reference).id
    for given in (
        {"key": key, "type": "confirm", "choice": text, "reason": text, "line": text},
        {"key": key, "type": "keep", "target": post, "choice": text, "text": text, "link": text},
        {"key": text, "type": "hold", "target": "x/dept", "minutes": text, "reason": text},
        {"key": "facts", "type": "facts", "wrong": text, "right": text, "source_url": text},
    ):
        for path in ("answer", "more"):
            refused = dee.post(f"/i/{reference}/{path}", given)
            assert refused.status_code == 422
            assert what_it_did(refused.text) == []
    page = dee.post(f"/i/{reference}/kind", kinds("typo", reason=text))
    assert "window.pwned" in page.text
    assert what_it_did(page.text) == []
    for one in CORPUS:
        refused = answer(dee, reference, key, choice="keep", link=one)
        assert (refused.status_code, what_it_did(refused.text)) == (422, []), one


def test_a_reader_of_secrets_alone_sees_who_leads_and_is_asked_nothing(
    web: Served, paper: Paper
) -> None:
    reference = paper.planned(paper.link(next(NUMBERS)), kinds=(Kind.CLASSIFIED,), poster=ANA)
    asked(paper, reference, C)
    paper.tell(reference, BO, Role.LINE_MANAGER)
    paper.tell(reference, SUE, Role.SECURITY)
    page = web.browser(BO).get(f"/i/{reference}").text
    assert reference in page
    assert "Should this post be deleted?" not in page
