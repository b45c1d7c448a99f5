"""Somebody reports a post from a phone, with scripts and without."""

from collections.abc import Callable
from functools import partial

import pytest
from browsing import Seen
from hostile import CORPUS
from paper import ANA, Paper


@pytest.fixture
def ana(open_as: Callable[..., Seen]) -> Callable[..., Seen]:
    """Opens a window in which Ana is signed in."""
    return partial(open_as, ANA)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_wrong_fact_is_reported(ana: Callable[..., Seen], paper: Paper, scripts: bool) -> None:
    seen = ana(scripts=scripts)

    def look(name: str) -> None:
        if scripts:
            seen.look(f"report-{name}")

    seen.go("/")
    look("home")
    seen.press("Report a post")
    seen.press("Continue")
    look("first-error")
    seen.page.get_by_label("No", exact=True).check()
    seen.press("Continue")
    seen.page.get_by_label("Paste the link to the post").fill(paper.link(5))
    look("link")
    seen.press("Continue")
    seen.page.get_by_label("Something in it is wrong").check()
    look("kind")
    seen.page.get_by_text("Something else").click()
    look("kind-others")
    seen.press("Continue")
    seen.page.get_by_label("What does the post say that is wrong?").fill("It opens on 3 May")
    seen.page.get_by_label("What is right?").fill("It opens on 5 June")
    assert seen.page.get_by_label("I did").is_checked(), "she publishes on the account"
    look("about")
    seen.press("Continue")
    assert seen.heading() == "Check, then send"
    look("check")
    seen.press("Send the report")
    assert seen.heading() == "Reported"
    look("sent")
    assert len(paper.incidents()) == 1


def test_hostile_text_does_nothing_in_a_real_browser(
    ana: Callable[..., Seen], paper: Paper
) -> None:
    seen = ana()
    seen.go("/report")
    seen.page.get_by_label("No", exact=True).check()
    seen.press("Continue")
    seen.page.get_by_label("Paste the link to the post").fill(paper.link(6))
    seen.press("Continue")
    seen.page.get_by_label("Something in it is wrong").check()
    seen.press("Continue")
    seen.page.get_by_label("What does the post say that is wrong?").fill("\n".join(CORPUS))
    seen.page.get_by_label("What is right?").fill(" ".join(reversed(CORPUS)))
    seen.press("Continue")
    assert seen.heading() == "Check, then send"
    assert seen.page.evaluate("window.pwned") is None
    assert seen.complaints == []
