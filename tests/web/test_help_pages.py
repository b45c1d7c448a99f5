"""Help: for everybody, of every step, on paper too, and there when the database is not."""

import re
from collections.abc import Iterator

import pytest
from paper import ANA, DEE, EVERYBODY, open_paper
from served import Served, serve
from sqlalchemy.exc import OperationalError

from models.store import Store
from models.words import DeleteWord, Step
from policy.tables import load
from templates.kinds import kinds_in_words
from templates.procedure import procedure_in_words

PAGES = ("/help", "/help/procedure", "/help/by-hand", "/help/accessibility", "/help/contact")
NUMBER = "+44 20 7946 0000"
MAILBOX = "dtu@dept.example"


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server for all tests of this file."""
    paper = open_paper(tmp_path_factory.mktemp("help"))
    served = serve(paper)
    yield served
    served.close()
    paper.close()


@pytest.mark.parametrize("path", PAGES)
def test_help_is_there_without_signing_in_and_tells_nothing_of_the_department(
    web: Served, path: str
) -> None:
    page = web.browser().get(path)
    assert page.status_code == 200
    assert NUMBER in page.text
    assert not [one for one in (MAILBOX, "hr@dept.example", *EVERYBODY) if one in page.text]


def test_whoever_is_signed_in_reads_where_to_write(web: Served) -> None:
    assert f"mailto:{MAILBOX}" in web.browser(ANA).get("/help/contact").text


@pytest.mark.parametrize("path", ["/", "/nothing", "/sign-in", "/incidents", "/report", *PAGES])
def test_every_page_leads_to_help(web: Served, path: str) -> None:
    for who in (None, DEE):
        page = web.browser(who).get(path)
        if page.status_code != 303:
            footer = page.text.partition("<footer")[2]
            assert set(re.findall(r'href="(/help[a-z/-]*)"', footer)) == set(PAGES) - {
                "/help/procedure"
            }


@pytest.mark.parametrize("path", PAGES)
def test_help_is_there_when_the_database_is_not(
    web: Served, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = web.browser(ANA)

    def broken(_: Store) -> None:
        raise OperationalError("select", {}, Exception("no database"))

    monkeypatch.setattr(Store, "read", broken)
    assert visitor.get("/report").status_code == 503
    assert visitor.get(path).status_code == 200


def test_every_step_is_told_in_its_order_with_its_lines(web: Served) -> None:
    told = procedure_in_words()
    assert [one.step for one in told] == list(Step)
    page = web.browser().get("/help/procedure").text
    for one in told:
        assert one.what in page
        assert bool(one.lines) == bool(one.policy)


def test_every_kind_is_told_as_the_table_has_it(web: Served) -> None:
    page = web.browser().get("/help/procedure").text
    titles = ("Deleted at once", "A person decides first", "Deleted by hand", "Not deleted")
    parts = re.split(r"<caption[^>]*>([^<]+)</caption>", page)
    by_title = dict(zip(parts[1::2], parts[2::2], strict=True))
    assert set(by_title) <= set(titles)
    for one in kinds_in_words():
        row = load().row_of(one.kind)
        part = by_title[titles[list(DeleteWord).index(row.delete)]]
        told = part.partition(f">{one.words}<")[2].partition("</tr>")[0]
        assert ", ".join(map(str, row.source)) in told


def test_what_is_done_by_hand_is_what_the_command_line_says(web: Served) -> None:
    page = web.browser().get("/help/by-hand").text
    steps = re.findall(r"<li><strong>", page)
    assert len(steps) == 7
    for said in ("security first", "signed out", "proves nothing", "publish the correction first"):
        assert said in page
