"""A mistake from its first minute to its end, on the pages, with the real engine and sandbox."""

from contextlib import suppress

import pytest
from browsing import Seen
from department import ANA, BO, DEE
from playwright.sync_api import Error
from rooms import PATIENCE, Rooms
from waiting import until

from models.words import PostState, StatementState

MILLISECONDS = 1000 * PATIENCE
FACT = "The fund opens on 3 May."
JOKE = "If I have to read one more brief today I am moving to the moon."


def says(seen: Seen, words: str) -> None:
    """Wait until the page says so; without scripts it is loaded again until it does."""
    found = seen.page.get_by_text(words)
    if seen.scripts:
        found.first.wait_for(timeout=MILLISECONDS)
        return

    def now() -> bool:
        with suppress(Error):  # without scripts it loads itself anew, maybe at this very moment
            seen.page.reload()
            return bool(found.count())
        return False

    until(now, PATIENCE, f"the page never said: {words}")


def report(rooms: Rooms, seen: Seen, text: str, kind: str) -> str:
    """From the first page to the button; returns the reference."""
    link = rooms.department.post(text)
    seen.go("/")
    seen.press("Report a post")
    rooms.sign_in(seen, ANA)
    seen.page.get_by_label("No", exact=True).check()
    seen.press("Continue")
    seen.page.get_by_label("Paste the link to the post").fill(link)
    if seen.scripts:
        says(seen, text)  # before anything is pressed
    seen.press("Continue")
    seen.page.get_by_label(kind).check()
    seen.press("Continue")
    assert seen.page.get_by_label("I did").is_checked(), "she publishes on the account"
    return link


def send(seen: Seen) -> str:
    """Check, send, and follow it; returns the reference."""
    seen.press("Continue")
    assert seen.heading() == "Check, then send"
    seen.press("Send the report")
    assert seen.heading() == "Reported"
    reference = seen.page.locator(".govuk-panel__body strong").inner_text()
    seen.press("See where it stands")
    return reference


def clear(rooms: Rooms, seen: Seen, reference: str) -> None:
    """Read the words, look again where the page says so, and say yes."""
    seen.page.get_by_text("Words wait for your yes or no").first.wait_for(timeout=MILLISECONDS)
    for box in seen.page.locator("input[name=confirmed]").all():
        box.check()
    seen.page.get_by_label("Yes, as they stand").first.check()
    seen.press("Decide")
    rooms.department.until(
        reference, lambda now: now.statements[0].state == StatementState.PUBLISHED, PATIENCE
    )


def acknowledge(rooms: Rooms, email: str) -> Seen:
    """By the link of the mail, in a browser that knows nobody."""
    until(lambda: bool(rooms.links(email, "ack")), PATIENCE, "no notice was mailed")
    seen = rooms.window()
    seen.go(rooms.links(email, "ack")[-1])
    seen.press("I have the notice")
    assert seen.heading() == "Thank you"
    return seen


def end(rooms: Rooms, seen: Seen, reference: str) -> None:
    """The duty officer says that they have the notice, advises and closes."""
    seen.go(f"/i/{reference}")
    while seen.page.get_by_role("button", name="I have this notice").count():
        seen.press("I have this notice")
    says(seen, "What is your advice?")
    seen.page.get_by_label("Advice on further handling").fill("Nothing more to do. Thank you.")
    seen.press("Give the advice")
    says(seen, "Close the incident?")
    seen.press("Close the incident")
    rooms.department.until(reference, lambda now: now.incident.closed_at is not None, PATIENCE)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_wrong_fact_from_paste_to_close(rooms: Rooms, scripts: bool) -> None:
    day = "5 June" if scripts else "6 June"  # the platform takes no words twice
    text = f"{FACT} Apply before {day}."
    ana = rooms.window(scripts=scripts)
    link = report(rooms, ana, text, "Something in it is wrong")
    ana.page.get_by_label("What does the post say that is wrong?").fill("the fund opens on 3 May")
    ana.page.get_by_label("What is right?").fill(f"the fund opens on {day}")
    ana.page.get_by_text("Say more (optional)").click()
    ana.page.get_by_label("Where can that be read?").fill("https://dept.example/fund")
    reference = send(ana)
    gone = rooms.department.until(
        reference, lambda now: now.posts[0].state == PostState.GONE, PATIENCE
    )
    assert gone.posts[0].url == link
    assert text not in rooms.up()
    says(ana, "a member of the public")
    if scripts:
        ana.look("story-fact-gone")
        assert "when its link was pasted" in ana.page.locator("#live").inner_text()
    dee = rooms.enter(DEE, f"/i/{reference}", scripts=scripts)
    clear(rooms, dee, reference)
    assert day in rooms.up()[0]
    says(ana, "Cleared by")
    manager = acknowledge(rooms, BO)
    if scripts:
        manager.look("story-fact-acknowledged")
    end(rooms, dee, reference)
    says(ana, "Closed")
    if scripts:
        ana.look("story-fact-closed")
        assert ana.complaints == dee.complaints == []


def test_a_joke_on_the_wrong_account(rooms: Rooms) -> None:
    ana = rooms.window()
    report(rooms, ana, JOKE, "It went out on the wrong account")
    ana.look("story-joke-about")
    reference = send(ana)
    rooms.department.until(reference, lambda now: now.posts[0].state == PostState.GONE, PATIENCE)
    assert JOKE not in rooms.up()
    said = rooms.department.until(
        reference,
        lambda now: bool(now.statements) and now.statements[0].state == StatementState.PUBLISHED,
        PATIENCE,
    )
    assert rooms.up()[0] == rooms.department.text_of(said.statements[0]), "cleared beforehand"
    ana.look("story-joke-out")
    acknowledge(rooms, BO)
    dee = rooms.enter(DEE, f"/i/{reference}")
    end(rooms, dee, reference)
    says(ana, "Closed")
    ana.look("story-joke-closed")


def test_somebody_asks_before_posting(rooms: Rooms) -> None:
    """Nothing is out, so nothing is reported: the duty officer answers, and no incident is made."""
    ana = rooms.enter(ANA, "/advice")
    ana.go("/")
    ana.press("Ask whether it is controversial")
    ana.look("advice-ask")
    ana.press("Ask for advice")
    assert ana.page.get_by_role("alert").inner_text().startswith("There is a problem")
    ana.page.get_by_label("What do you want to post").fill("May I name the village on the border?")
    ana.page.get_by_label("My line manager").check()
    ana.press("Ask for advice")
    says(ana, "Nobody has answered yet")
    ana.look("advice-asked")
    dee = rooms.enter(DEE, "/incidents")
    dee.look("advice-desk")
    dee.press("Somebody asks for advice before posting")
    dee.page.get_by_label("Do not post it").check()
    dee.page.get_by_label("Why, and what to do").fill("The name is disputed. Use the agreed one.")
    dee.look("advice-answering")
    dee.press("Answer")
    until(
        lambda: any(
            "has an answer" in str(one["Subject"]) for one in rooms.department.mail.to(ANA)
        ),
        PATIENCE,
        "nobody was told of the answer",
    )
    ana.go("/advice")
    says(ana, "The name is disputed. Use the agreed one.")
    ana.look("advice-answered")
