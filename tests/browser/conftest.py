"""A browser for the tests of the pages. Without one they fail: they are not skipped."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browsing import Seen, browse, open_browser
from playwright.sync_api import Browser
from rooms import Rooms, open_rooms
from served import Served


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder needs Chromium."""
    for item in items:
        if Path(__file__).parent in Path(item.path).parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One for all tests of a worker; each opens a window of its own."""
    with open_browser() as browser:
        yield browser


@pytest.fixture
def window(chromium: Browser, web: Served) -> Iterator[Callable[..., Seen]]:
    """Opens windows on the pages; ``scripts=False`` is a browser that runs none."""
    opened: list[Seen] = []

    def make(*, scripts: bool = True) -> Seen:
        opened.append(browse(chromium, web.url, scripts=scripts))
        return opened[-1]

    yield make
    for one in opened:
        one.context.close()


@pytest.fixture
def open_as(window: Callable[..., Seen], web: Served) -> Callable[..., Seen]:
    """Opens a window in which this person is signed in."""

    def make(email: str, *, scripts: bool = True) -> Seen:
        seen = window(scripts=scripts)
        seen.take(web.browser(email).cookies)
        return seen

    return make


@pytest.fixture(scope="module")
def rooms(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Rooms]:
    """One department with its engine for all tests of a file."""
    with open_rooms(tmp_path_factory.mktemp("rooms"), chromium) as opened:
        yield opened
