"""What a post, a platform or a person has put into the rows stays text on every page, and in every
archive."""

from collections.abc import Iterator

import pytest
from bundles import made
from case_visit import visit
from hostile import what_it_did
from hostile_office import HostileOffice, open_hostile_office
from paper import ANA, BO, CY, DEE, EVE, IDA, ROY, SAM
from served import Visitor

from policy.disclosure import Level

LONG = pytest.mark.matrix
READERS = (ANA, DEE, IDA, *(pytest.param(one, marks=LONG) for one in (BO, CY, EVE, SAM)))
LEVELS = (*(pytest.param(one, marks=LONG) for one in (Level.FOI, Level.COMMITTEE)), Level.TRIBUNAL)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostileOffice]:
    """The office."""
    opened = open_hostile_office(tmp_path_factory.mktemp("hostile"))
    yield opened
    opened.close()


def pages_of(office: HostileOffice, visitor: Visitor) -> Iterator[tuple[str, str]]:
    """Every page that this person may see."""
    for path in office.pages:
        page = visitor.get(path)
        assert page.status_code < 500, path
        yield path, page.text


@pytest.mark.parametrize("who", READERS)
def test_it_stays_text_on_every_page(office: HostileOffice, who: str) -> None:
    shown = set()
    for path, page in pages_of(office, visit(office.web, who)):
        assert what_it_did(page) == [], (who, path)
        shown |= {path} if "window.pwned" in page else set()
    assert shown, "it is shown to them somewhere"


def test_it_is_shown_on_the_page_of_the_incident_and_of_the_case(office: HostileOffice) -> None:
    case = next(one for one in office.pages if one.startswith("/cases/"))
    assert "window.pwned" in visit(office.web, IDA).get(case).text
    assert "window.pwned" in visit(office.web, DEE).get("/incidents").text
    page = visit(office.web, DEE).get(f"/i/{office.reference}").text
    assert page.count("window.pwned = 1&lt;/script&gt;") > 10


@pytest.mark.parametrize("level", LEVELS)
def test_it_stays_text_in_the_page_of_an_archive(office: HostileOffice, level: Level) -> None:
    maker = DEE if level is Level.TRIBUNAL else ROY
    bundle = made(office.paper.office, office.paper.person(maker), office.reference, level)
    page = bundle.files["report.html"].decode()
    assert what_it_did(page) == ["<style>"]  # its own: it has no server to fetch one from
    if level is Level.TRIBUNAL:
        assert page.count("&lt;script&gt;window.pwned") >= 3
    assert all(name.isascii() and "<" not in name for name in bundle.files)
