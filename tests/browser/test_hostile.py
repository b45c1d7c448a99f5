"""A post in which everything is hostile, on every page that shows it, in a real browser."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browsing import Seen
from bundles import made
from case_visit import visit
from hostile_office import HostileOffice, open_hostile_office
from paper import ANA, DEE, IDA, SAM
from playwright.sync_api import Request
from served import Served

from policy.disclosure import Level


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostileOffice]:
    """The office."""
    opened = open_hostile_office(tmp_path_factory.mktemp("hostile"))
    yield opened
    opened.close()


@pytest.fixture
def web(office: HostileOffice) -> Served:
    """Its web process."""
    return office.web


@pytest.mark.parametrize("who", [DEE, ANA, SAM, IDA])
def test_nothing_runs_nothing_is_fetched_and_the_policy_is_not_even_tried(
    window: Callable[..., Seen], office: HostileOffice, who: str
) -> None:
    seen, asked = window(), list[Request]()
    seen.take(visit(office.web, who).cookies)
    seen.page.on("request", lambda request: asked.append(request))
    shown = 0
    for path in office.pages:
        seen.go(path)
        for fold in seen.page.locator("main summary").all():
            fold.click()
        shown += "window.pwned" in seen.page.inner_text("body")
        assert seen.page.evaluate("window.pwned") is None, path
        assert seen.page.evaluate("document.querySelectorAll('main img, main svg').length") == 0
        assert seen.complaints == [], path
    assert shown > 1
    assert [one.url for one in asked if not one.url.startswith(seen.url)] == []


def test_the_page_of_an_archive_does_nothing_though_no_policy_guards_it(
    window: Callable[..., Seen], office: HostileOffice, tmp_path: Path
) -> None:
    paper = office.paper
    bundle = made(paper.office, paper.person(DEE), office.reference, Level.TRIBUNAL)
    page = tmp_path / "report.html"
    page.write_bytes(bundle.files["report.html"])
    seen, asked = window(), list[str]()
    seen.page.on("request", lambda request: asked.append(request.url))
    seen.page.goto(page.as_uri())
    assert "window.pwned" in seen.page.inner_text("body")
    assert seen.page.evaluate("window.pwned") is None
    assert (asked, seen.complaints) == ([page.as_uri()], [])
