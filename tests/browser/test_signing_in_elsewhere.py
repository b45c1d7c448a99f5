"""Signing in by the department's own service, in a real browser: there, back, and not let in.

The service is another site to the browser (``localhost``), as a department's is.
"""

from collections.abc import Iterator

import pytest
from browsing import Seen, browse
from paper import ANA
from playwright.sync_api import Browser
from sign_in_service import House, Mock, mock_service, open_house

BUTTON = "Sign in with your department account"


@pytest.fixture(scope="module")
def mock() -> Iterator[Mock]:
    """``oidc-provider-mock``, under its other name."""
    with mock_service() as mock:
        elsewhere = Mock(mock.url.replace("127.0.0.1", "localhost"))
        elsewhere.put("ana", email=ANA, email_verified=True)
        elsewhere.put("eve", email=ANA, email_verified=False)
        elsewhere.put("zoe", email="zoe@dept.example", email_verified=True)
        yield elsewhere


@pytest.fixture(scope="module")
def house(mock: Mock, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """An installation that it signs people in to."""
    house = open_house(tmp_path_factory.mktemp("elsewhere"), mock.register)
    yield house
    house.close()


def _name_oneself(seen: Seen, sub: str) -> None:
    """At the service."""
    seen.page.get_by_placeholder("sub").fill(sub)
    seen.page.get_by_role("button", name="Authorize", exact=True).click()


def _complained(seen: Seen) -> list[str]:
    """Of our own pages alone: the mock's load what is not there."""
    found, seen.complaints[:] = [one for one in seen.complaints if seen.url in one], []
    return found


@pytest.mark.parametrize("scripts", [True, False])
def test_somebody_signs_in_there_and_comes_back_to_where_they_wanted(
    chromium: Browser, house: House, mock: Mock, scripts: bool
) -> None:
    seen = browse(chromium, house.web.url, scripts=scripts)
    seen.go("/report")
    assert seen.heading() == "Sign in to Amends"
    if scripts:
        seen.look("sign-in-elsewhere")
    seen.press(BUTTON)
    seen.page.wait_for_url(f"{mock.url}/oauth2/authorize?*")
    _name_oneself(seen, "ana")
    seen.page.wait_for_url(f"{house.web.url}/report")
    assert seen.page.get_by_text("Ana", exact=True).is_visible()
    seen.page.go_back()
    seen.go("/")
    assert seen.page.get_by_text("Ana", exact=True).is_visible()
    assert _complained(seen) == []
    seen.press("Sign out")
    assert seen.page.get_by_role("button", name="Sign out").count() == 0
    seen.context.close()


@pytest.mark.parametrize(
    ("sub", "heading"),
    [("zoe", "You are not in the register"), ("eve", "Your email address is not verified")],
)
def test_whoever_is_not_let_in_reads_what_to_do(
    chromium: Browser, house: House, sub: str, heading: str
) -> None:
    seen = browse(chromium, house.web.url)
    seen.go("/sign-in")
    seen.press(BUTTON)
    seen.page.get_by_placeholder("sub").wait_for()
    _name_oneself(seen, sub)
    seen.page.get_by_role("heading", name=heading).wait_for()
    assert "code=" not in seen.page.url
    assert _complained(seen) == []
    seen.look(f"sign-in-stopped-{sub}")
    seen.press("Sign in again")
    assert seen.heading() == "Sign in to Amends"
    seen.context.close()


def test_by_keyboard_alone_and_the_page_in_between(
    chromium: Browser, house: House, mock: Mock
) -> None:
    seen = browse(chromium, house.web.url)
    seen.context.route(f"{mock.url}/**", lambda route: route.fulfill(status=204))
    seen.go("/sign-in")
    for _ in range(3):
        seen.page.keyboard.press("Tab")
    assert seen.page.evaluate("document.activeElement.innerText") == BUTTON
    seen.page.keyboard.press("Enter")
    seen.page.get_by_role("heading", name=BUTTON).wait_for()
    seen.look("sign-in-between")
    seen.context.close()


def test_a_link_may_not_sign_in_any_more(
    chromium: Browser, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(house.paper.office.settings), "links_sign_in", False)
    seen = browse(chromium, house.web.url)
    seen.go("/sign-in")
    seen.look("sign-in-elsewhere-only")
    assert seen.page.get_by_role("textbox").count() == 0
    seen.go("/sign-in/none")
    seen.look("sign-in-no-link-elsewhere-only")
    seen.go("/sign-in/stopped?why=down")
    seen.context.close()


def test_each_reason_has_a_page_that_everybody_can_use(chromium: Browser, house: House) -> None:
    seen = browse(chromium, house.web.url)
    for why in ("down", "client", "replayed", "other-browser", "refused"):
        seen.go(f"/sign-in/stopped?why={why}")
        seen.complaints = [one for one in seen.complaints if "status of 503" not in one]
        seen.look(f"sign-in-stopped-{why}")
    seen.context.close()
