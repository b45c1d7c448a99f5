"""Signing in on a phone, with the keyboard alone and without scripts, as people meet it."""

from collections.abc import Callable

import pytest
from browsing import Seen
from paper import ANA, Paper
from sign_in_links import mailed_link

from flows.signing_in import set_up_code


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
