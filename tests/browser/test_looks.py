"""How each page looks on a phone and at a desk: axe, 320 px, the console, and a picture."""

from collections.abc import Callable

import pytest
from browsing import Seen
from paper import BO, Paper

from models.words import Role


@pytest.mark.parametrize(
    ("path", "name"), [("/", "home"), ("/nothing-here", "error-404"), ("/ack/nothing", "no-link")]
)
def test_an_open_page(window: Callable[..., Seen], path: str, name: str) -> None:
    seen = window()
    seen.go(path)
    seen.look(name)


def test_the_page_of_a_notices_link(window: Callable[..., Seen], paper: Paper) -> None:
    reference = paper.planned()
    paper.tell(reference, BO, Role.LINE_MANAGER, token="a-link")
    seen = window(scripts=False)
    seen.go("/ack/a-link")
    seen.press("I have the notice")
    assert seen.heading() == "Thank you"
