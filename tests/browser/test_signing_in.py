"""Signing in on a phone, with the keyboard alone and without scripts, as people meet it."""

import re
from collections.abc import Callable
from email import message_from_bytes, policy

import pytest
from browsing import Seen
from paper import ANA, Paper

from flows.hands import Hands
from flows.sign_in_mail import mail_links
from flows.signing_in import set_up_code
from integrations.notices.outbox import OutboxCarrier
from integrations.platforms.connections import Connections


def mailed_link(paper: Paper) -> str:
    """The path of the link that an engine mails."""
    folder = paper.office.settings.outbox
    mail_links(Hands(paper.office, "engine-1", Connections(), OutboxCarrier(folder)))
    newest = max(folder.glob("sign-in.*.eml"), key=lambda file: file.stat().st_mtime_ns)
    letter = message_from_bytes(newest.read_bytes(), policy=policy.default)
    return re.findall(r"/sign-in/[\w-]+", letter.get_body(("plain",)).get_content())[0]


@pytest.mark.parametrize("scripts", [True, False])
def test_somebody_signs_in_and_out(
    window: Callable[..., Seen], paper: Paper, scripts: bool
) -> None:
    seen = window(scripts=scripts)
    seen.go("/sign-in")
    seen.press("Send me a link")
    assert seen.page.get_by_role("alert").inner_text().startswith("There is a problem")
    if scripts:
        seen.look("sign-in-error")
    seen.page.get_by_label("Sign in with your work email address").fill(ANA)
    if scripts:
        seen.look("sign-in")
    seen.press("Send me a link")
    assert seen.heading() == "Check your email"
    if scripts:
        seen.look("sign-in-sent")
    link = mailed_link(paper)
    seen.go(link)
    if scripts:
        seen.look("sign-in-link")
    seen.press("Sign in")
    assert seen.page.get_by_text("Ana", exact=True).is_visible()
    if scripts:
        seen.look("home-signed-in")
    seen.go(link)
    assert seen.heading() == "This link does not work any more"
    seen.go("/")
    seen.press("Sign out")
    assert seen.page.get_by_role("button", name="Sign out").count() == 0


def test_the_first_set_up_by_keyboard_alone(window: Callable[..., Seen], paper: Paper) -> None:
    code = set_up_code(paper.office)
    assert code
    seen = window()
    seen.go("/set-up")
    seen.look("set-up")
    keyboard = seen.page.keyboard
    keyboard.press("Tab")
    assert seen.page.evaluate("document.activeElement.innerText") == "Skip to main content"
    keyboard.press("Enter")
    keyboard.press("Tab")
    keyboard.type(code)
    keyboard.press("Tab")
    keyboard.type(ANA)
    keyboard.press("Enter")
    seen.page.get_by_text("Ana", exact=True).wait_for()
