"""A case in a real browser: from referral to appeal, as five different people; how it looks."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from browsing import Seen
from case_story import AMY, DAN, IVY, Story, appoint, begin
from case_visit import address_of
from paper import ANA, DEE, HAL, Paper
from playwright.sync_api import Request
from served import Served

from models.review import CaseState

Opener = Callable[..., Seen]
PEER = "Would a colleague with the same training, on the same day, have done the same?"
LEX = "lex@dept.example"


@pytest.fixture
def story(paper: Paper) -> Story:
    """A case that HR considers: Ana posted, and reported it herself."""
    return begin(paper)


def fill(seen: Seen, label: str, text: str) -> None:
    """Write into the field of this label; of several the first."""
    seen.page.get_by_label(label, exact=True).first.fill(text)


def name_somebody(seen: Seen, hand: str, email: str) -> None:
    """Name who works the case."""
    seen.page.get_by_label(hand, exact=True).check()
    fill(seen, "Their email address", email)
    fill(seen, "Why they?", "Has nothing to do with it.")
    seen.press("Name them")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_case_from_referral_to_appeal_as_five_people(
    open_as: Opener, web: Served, story: Story, scripts: bool
) -> None:
    at = address_of(web, story.reference)
    hal, ivy, ana, dan, amy = (open_as(who, scripts=scripts) for who in (HAL, IVY, ANA, DAN, AMY))

    def look(seen: Seen, name: str) -> None:
        if scripts:
            seen.look(f"case-{name}")

    hal.go("/")
    hal.press("Read it here")
    look(hal, "token")
    hal.press("Continue")
    look(hal, "token-error")
    fill(hal, "Your token", web.token(HAL))
    hal.press("Continue")
    look(hal, "list")
    hal.press(story.reference)
    look(hal, "considering")
    fill(
        hal, "Would a colleague with the same training, on the same day, have done the same?", "Yes"
    )
    hal.press("Keep these notes")
    hal.press("Decide")
    look(hal, "referral-error")
    hal.page.get_by_label("Refer it", exact=True).check()
    fill(hal, "Which rule is it about?", "line 54: being politically partial")
    fill(hal, "Why?", "The post takes a side in an election.")
    hal.press("Decide")
    hal.press("Keep this case")
    look(hal, "naming")
    name_somebody(hal, "Decision maker", DAN)
    name_somebody(hal, "Appeal hearer", AMY)
    name_somebody(hal, "Investigator", IVY)

    ivy.go("/cases")
    ivy.press(story.reference)
    fill(ivy, "One piece of evidence, or where it is", "The post, as it stood for nine minutes.")
    ivy.press("Add it")
    look(ivy, "evidence")
    ivy.press("Tell them")
    assert "Told in writing" in ivy.page.inner_text("main")

    ana.go("/cases")
    ana.press(story.reference)
    look(ana, "told")
    fill(
        ana, "What happened, in your own words?", "I mixed up two accounts.\nI deleted it at once."
    )
    ana.press("Send your answer")
    assert "I mixed up two accounts." in ana.page.inner_text("main")

    ivy.go(at)
    fill(ivy, "What did you find?", "A slip between two accounts.")
    ivy.press("Send the report")

    dan.go(at)
    on = datetime.now(UTC) + timedelta(days=7)
    for part, value in (("Day", "%-d"), ("Month", "%-m"), ("Year", "%Y"), ("Time", "10:30")):
        fill(dan, part, on.strftime(value))
    fill(dan, "Where, and what about?", "Room 4")
    look(dan, "calling")
    dan.press("Ask them to the meeting")
    story.wait(days=8)
    dan.go(at)
    fill(dan, "What was said?", "Ana explained the two accounts. Pip of the union was there.")
    dan.press("Keep the note")
    dan.page.get_by_label("A first written warning", exact=True).check()
    fill(dan, "Why?", "The second account was open on the same telephone.")
    look(dan, "deciding")
    dan.press("Decide")

    hal.go(at)
    look(hal, "decided")
    hal.press("Tell them")

    ana.go(at)
    look(ana, "outcome")
    fill(ana, "Why do you appeal?", "Nobody had told me of the switcher.")
    ana.press("Appeal")

    amy.go(at)
    look(amy, "appeal")
    amy.page.get_by_label("The appeal is upheld", exact=True).check()
    fill(amy, "Why?", "She had not been told.")
    amy.press("Decide")
    hal.go(at)
    hal.press("Close the case")
    look(hal, "closed")
    ana.go(at)
    look(ana, "over")
    assert "The appeal is upheld" in ana.page.inner_text("main")


def test_the_list_and_the_case_of_whom_it_does_not_concern(
    open_as: Opener, web: Served, story: Story
) -> None:
    story.until(CaseState.ANSWERED)
    dee = open_as(DEE)
    dee.go("/cases")
    assert "Nothing is for you to read." in dee.page.inner_text("main")
    dee.look("case-nothing")
    dee.go(address_of(web, story.reference))
    assert dee.heading() == "There is nothing at this address"


def test_no_request_of_a_case_page_says_more_than_its_own_address(
    open_as: Opener, web: Served, story: Story
) -> None:
    story.until(CaseState.TOLD)
    ana, asked = open_as(ANA), list[Request]()
    ana.page.on("request", lambda request: asked.append(request))
    ana.go(address_of(web, story.reference))
    ana.press("Send your answer")
    assert ana.page.get_by_role("alert").is_visible()
    ana.page.get_by_role("alert").get_by_role("link").click()
    assert all(one.url.startswith(web.url) for one in asked)
    said = [one.url + one.headers.get("referer", "") for one in asked] + [ana.page.url]
    assert [one for one in said if "answer" in one or story.reference in one] == []
    assert ana.complaints == []


def test_the_glass_is_asked_to_be_broken(open_as: Opener, paper: Paper, story: Story) -> None:
    appoint(paper, LEX, "legal")
    lex = open_as(LEX)
    lex.go("/cases")
    lex.look("case-list-glass")
    lex.press("Ask, or agree with somebody who asks")
    lex.look("case-glass")
    fill(lex, "Which incident?", story.reference)
    lex.press("Tell HR, and go on")
    lex.look("case-glass-error")
    fill(lex, "Why can it not wait for HR?", "An injunction is due today.")
    lex.press("Tell HR, and go on")
    assert lex.heading() == "It was noted"
    lex.look("case-glass-asked")
