"""Figures: what is counted, for whom, what the address chooses, and the file to hand on."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import parse_qs

import pytest
from counting import statements_sent
from databases import NewDatabase
from hostile import CORPUS, what_it_did
from paper import ADA, ANA, BO, CY, DEE, EVE, HAL, PAT, ROY, SUE, Paper, open_paper
from past import Took, ago, past
from served import Served, Visitor, serve
from sqlmodel import col, select, update

from flows.figures import Figures, Month, Wanted, figures, month_of, zone_of
from models.columns import new_id
from models.decisions import Decision
from models.incident import Incident, Post
from models.notices import Acknowledgement, Notice
from models.people import Account
from models.statements import Statement
from models.words import (
    Choice,
    DecisionType,
    Kind,
    NoticeState,
    PostState,
    Role,
    StatementState,
)
from policy.figures import By, Figure, Measure

C, G, W, A = Measure.CAPTURED, Measure.GONE, Measure.WORDS, Measure.ACKNOWLEDGED
ALL = Took(captured=0.2, gone=3.0, words=600.0, acknowledged=90.0)


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server for the pages of this file, with seven incidents of long ago on one account."""
    paper = open_paper(tmp_path_factory.mktemp("figures"))
    with paper.office.store.write("publishers") as tx:
        tx.exec(update(Account).where(col(Account.handle) == "dept").values(
            publishers=[ANA, CY, PAT]))  # fmt: skip
    for number in range(7):
        took = Took(0.1 * number, float(number), 60.0 * number, 10.0 * number)
        past(paper, took, opened_at=datetime(2025, 3, 10, 12, tzinfo=UTC))
    past(paper, ALL, handle="embassy", kinds=(Kind.SAFETY,), opened_at=ago(2))
    served = serve(paper)
    yield served
    served.close()
    paper.close()


@pytest.fixture(scope="module")
def dee(web: Served) -> Visitor:
    """The duty officer's browser."""
    return web.browser(DEE)


def of(paper: Paper, **wanted: object) -> Figures:
    """The figures of the last days."""
    with paper.office.store.read() as tx:
        now = month_of(tx.now(), zone_of(paper.office))
        return figures(tx, paper.office, Wanted(now.after(-1), now, **wanted))  # type: ignore[arg-type]


def whole(found: Figures, measure: Measure) -> Figure:
    """All of one measure."""
    return next(one.whole for one in found.tables if one.measure == measure)


def numbers(found: Figures) -> list[tuple[int, float | None, int]]:
    """How many came, how long half of them took, and how many have not come."""
    rows = [whole(found, one) for one in Measure]
    return [(row.cases, row.typical, row.pending) for row in rows]


def test_each_time_runs_from_the_report_to_what_happened(paper: Paper) -> None:
    past(paper, ALL)
    past(paper, Took())
    assert numbers(of(paper)) == [(1, 0.2, 1), (1, 3.0, 1), (1, 600.0, 1), (1, 90.0, 1)]


def test_what_was_never_to_go_is_not_waited_for(paper: Paper) -> None:
    kept, stays, said = (past(paper, Took(captured=1.0)) for _ in range(3))
    with paper.office.store.write("states") as tx:
        post = {one.incident_id: one for one in tx.exec(select(Post))}
        post[kept].state = PostState.KEPT
        post[said].state = PostState.ATTESTED
        tx.add(
            Decision(
                incident_id=said, type=DecisionType.ATTEST, target=post[said].id,
                choice=Choice.GONE, asked_at=post[said].reported_at, decided_by=ANA,
                decided_at=post[said].reported_at + timedelta(seconds=50),
            )
        )  # fmt: skip
        tx.get_one(Incident, stays).plan = {"delete": "no"}
    gone = whole(of(paper), G)
    assert (gone.cases, gone.typical, gone.pending) == (1, 50.0, 0)


def test_holding_lines_and_words_that_were_taken_back_are_no_words_that_were_due(
    paper: Paper,
) -> None:
    ahead, back = past(paper, ALL), past(paper, Took())
    with paper.office.store.write("states") as tx:
        statement = {one.incident_id: one for one in tx.exec(select(Statement))}
        statement[ahead].expires_at = tx.now()
        statement[back].state = StatementState.WITHDRAWN
    words = whole(of(paper), W)
    assert (words.cases, words.pending) == (0, 0)


def test_the_first_message_that_was_acknowledged_counts_once_for_a_person(paper: Paper) -> None:
    reference = paper.planned()
    for template in ("role", "reminder"):
        with paper.office.store.write("tell") as tx:
            notice = Notice(
                incident_id=paper.incident(reference).id, to_role=Role.LINE_MANAGER, to_address=BO,
                template=template, message_id=new_id(), state=NoticeState.SENT, queued_at=tx.now(),
            )  # fmt: skip
            tx.add(notice)
            tx.flush()
            if template == "reminder":
                tx.add(
                    Acknowledgement(
                        notice_id=notice.id, person_email=BO, way="link", given_at=tx.now()
                    )
                )
    found = whole(of(paper), A)
    assert (found.cases, found.pending) == (1, 0)


def test_a_sealed_case_is_in_no_figure(paper: Paper) -> None:
    past(paper, ALL)
    reference = paper.planned(paper.link(7))
    before = of(paper)
    paper.consider(reference)
    paper.tell(reference, HAL, Role.HR, sealed=True)
    paper.tell(reference, ANA, Role.POSTER, sealed=True)
    assert of(paper) == before
    paper.tell(reference, BO, Role.LINE_MANAGER)
    assert of(paper) != before, "as a notice that is not sealed is"


def statements_of(paper: Paper, do: Callable[[], object]) -> int:
    """How many statements the database was sent."""
    with statements_sent(paper.office.store) as sent:
        do()
    return len(sent)


@pytest.mark.parametrize("by", list(By))
def test_more_incidents_are_no_more_queries(paper: Paper, by: By) -> None:
    past(paper, ALL)
    few = statements_of(paper, lambda: of(paper, by=by))
    for number in range(12):
        kinds = (list(Kind)[number], Kind.LEGAL)
        past(paper, ALL, handle=("dept", "embassy")[number % 2], kinds=kinds)
    assert statements_of(paper, lambda: of(paper, by=by)) == few


@pytest.mark.matrix
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_both_databases_count_alike(
    tmp_path_factory: pytest.TempPathFactory, new_database: NewDatabase, kind: str
) -> None:
    paper = open_paper(tmp_path_factory.mktemp(kind), new_database(kind))
    past(paper, ALL, kinds=(Kind.TYPO, Kind.LEGAL))
    past(paper, Took(), handle="embassy")
    for by in By:
        found = of(paper, by=by)
        assert numbers(found) == [(1, 0.2, 1), (1, 3.0, 1), (1, 600.0, 1), (1, 90.0, 1)]
    assert numbers(of(paper, kind=Kind.TYPO))[0] == (1, 0.2, 0)
    paper.close()


@pytest.mark.parametrize("email", [DEE, EVE, ROY])
def test_figures_are_for_those_who_see_every_incident(web: Served, email: str) -> None:
    browser = web.browser(email)
    assert browser.get("/figures").status_code == 200
    assert browser.get("/figures/csv").status_code == 200
    assert 'href="/figures"' in browser.get("/").text


@pytest.mark.parametrize("email", [ANA, BO, CY, HAL, PAT, SUE, ADA])
def test_figures_are_for_nobody_else(web: Served, email: str) -> None:
    browser = web.browser(email)
    for path in ("/figures", "/figures/csv"):
        refused = browser.get(path)
        assert refused.status_code == 403
        assert "auditors see the figures" in refused.text
    assert 'href="/figures"' not in browser.get("/").text


CELL = r"(?s)<t[hd].*?</t[hd]>"


def shown(page: str) -> list[list[str]]:
    """The rows of every table: what stands in each cell."""
    rows = re.findall(r"(?s)<tr.*?</tr>", page)
    return [
        [" ".join(re.sub(r"<[^>]+>", "", cell).split()) for cell in re.findall(CELL, row)]
        for row in rows
    ]


def test_the_page_has_a_real_table_for_each_measure(dee: Visitor) -> None:
    page = dee.get("/figures?from=2025-03&to=2025-03").text
    assert page.count("<caption") == 4
    assert "reported in March 2025." in page
    rows = shown(page)
    assert rows[0][:2] == ["What happened", "Half within (median)"]
    assert ["All", "0.3 s", "0.6 s", "", "7", "0", "7"] in rows
    assert ["All", "3 min", "6 min", "", "7", "0", "7"] in rows
    bars = re.findall(r'__typical" x="0" y="0" width="([\d.]+)"', page)
    assert set(bars) == {"50.0"}, "half of the longest"
    assert [one for one in what_it_did(page) if one != "<svg>"] == []
    assert "style=" not in page


@pytest.mark.parametrize(
    ("query", "incidents"),
    [
        ("", 1),
        ("?from=2025-03", 8),
        ("?from=2025-03&to=2025-02", 7),
        ("?from=2025-03&to=2025-03&by=month", 7),
        ("?from=2025-03&kind=safety", 1),
        ("?from=2025-03&kind=nonsense&by=nonsense", 8),
        ("?from=20x5-03&to=1", 1),
    ],
)
def test_what_is_chosen_stands_in_the_address(dee: Visitor, query: str, incidents: int) -> None:
    answer = dee.get(f"/figures{query}")
    assert answer.status_code == 200
    first = next(row for row in shown(answer.text) if row[0] == "All")
    assert int(first[-1].partition("*")[0].removesuffix("&nbsp;")) == incidents
    (file,) = re.findall(r'href="/figures/csv([^"]*)"', answer.text)
    assert parse_qs(unescape(file)[1:]) == parse_qs(query[1:])


def test_one_account_alone_is_looked_at(web: Served, dee: Visitor) -> None:
    embassy = account(web.paper, "embassy").id
    page = dee.get(f"/figures?from=2025-03&account={embassy}&by=account").text
    assert [row[0] for row in shown(page) if row[0] not in ("Account", "All")] == ["X @embassy"] * 4


def account(paper: Paper, handle: str) -> Account:
    """The row of this account."""
    with paper.office.store.read() as tx:
        return tx.exec(select(Account).where(col(Account.handle) == handle)).one()


def test_where_there_is_nothing_the_page_says_so_and_where_to_go(dee: Visitor) -> None:
    page = dee.get("/figures?from=2025-05&to=2025-05").text
    assert "There is nothing to measure: no incident is as you chose." in page
    assert "<table" not in page
    assert dee.get("/figures?kind=leaver").status_code == 200


def cells(browser: Visitor, query: str) -> list[dict[str, str]]:
    """The file as a spreadsheet reads it."""
    answer = browser.get(f"/figures/csv{query}")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith('attachment; filename="amends-figures')
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def test_the_file_leaves_out_what_could_tell_of_one_person(dee: Visitor) -> None:
    rows = cells(dee, "?from=2025-03&by=account")
    by_name = {row["group"]: row for row in rows if row["measure"] == "gone"}
    assert by_name["X @dept"] == {
        "measure": "gone", "group": "X @dept", "platform": "x", "account": "dept",
        "incidents": "7", "measured": "7", "median_seconds": "3.0",
        "ninetieth_percentile_seconds": "6.0", "not_yet": "0", "left_out_because": "",
    }  # fmt: skip
    for name in ("X @embassy", "All"):
        row = by_name[name]
        assert row["left_out_because"] == "could tell of one person", name
        assert {row[one] for one in ("incidents", "measured", "median_seconds", "not_yet")} == {""}


def test_an_account_is_no_formula_in_the_file_and_no_element_on_the_page(
    web: Served, dee: Visitor
) -> None:
    embassy = account(web.paper, "embassy").id
    for name in ('=HYPERLINK("https://evil.example")', "@sum(a1)", *CORPUS):
        with web.paper.office.store.write("name") as tx:
            tx.exec(update(Account).where(col(Account.id) == embassy).values(handle=name))
        row = next(one for one in cells(dee, "?by=account") if "X @" in one["group"])
        assert row["account"] == (f"'{name}" if name.startswith(("=", "@")) else name)
        page = dee.get("/figures?by=account").text
        assert [one for one in what_it_did(page) if one != "<svg>"] == [], name
    with web.paper.office.store.write("name") as tx:
        tx.exec(update(Account).where(col(Account.id) == embassy).values(handle="embassy"))


def test_months_are_those_of_the_organisations_own_calendar(paper: Paper) -> None:
    past(paper, ALL, opened_at=datetime(2026, 6, 30, 23, 30, tzinfo=UTC))
    with paper.office.store.read() as tx:
        july = Month(2026, 7)
        found = figures(tx, paper.office, Wanted(july, july, by=By.MONTH))
    assert [one.group for one in found.tables[0].rows] == ["2026-07"], "it is summer in London"
