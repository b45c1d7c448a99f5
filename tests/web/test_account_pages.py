"""The register of accounts: who sees what, checks that are asked for, and the two who go live."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from counting import statements_sent
from hostile import CORPUS, what_it_did
from paper import ADA, ANA, BO, CY, DEE, HAL, PAT, ROY, SAM, Paper, open_paper
from rewriting import rewrite_paper
from served import Served, Visitor, serve
from sqlmodel import col, select, update

from flows.account_register import accounts_seen
from flows.dry_run import is_dry
from flows.intake import ReportRequest
from flows.permission import Verdict
from flows.what_next import what_next
from models.account_checks import AccountCheck, GoingLive, chain_of_account
from models.audit import Entry
from models.people import Account, Person
from models.words import Kind

PURPOSE = "<script>window.pwned = 1</script> News for everybody"
DRY = f"""purpose = "{PURPOSE}"
mfa = true
review_due = 2026-01-31
dry_run = true"""


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server; @embassy starts in dry-run, and Cy, who owns both, has a deputy."""
    paper = open_paper(tmp_path_factory.mktemp("accounts"))
    rewrite_paper(paper, 'handle = "embassy"', DRY)
    rewrite_paper(paper, f'email = "{CY}"', f'deputy = "{PAT}"')
    served = serve(paper)
    yield served
    served.close()
    paper.close()


@pytest.fixture(scope="module")
def paper(web: Served) -> Paper:
    """Its rows."""
    return web.paper


@pytest.fixture(scope="module")
def dee(web: Served) -> Visitor:
    """The duty officer's browser."""
    return web.browser(DEE)


@pytest.fixture(scope="module")
def ada(web: Served) -> Visitor:
    """The administrator's."""
    return web.browser(ADA)


@pytest.fixture(autouse=True)
def anew(paper: Paper) -> None:
    """Each test begins with nothing asked and nothing checked."""
    with paper.office.store.write("anew") as tx:
        for row in (*tx.exec(select(GoingLive)), *tx.exec(select(AccountCheck))):
            tx.delete(row)


def account(paper: Paper, handle: str = "embassy") -> Account:
    """The row of this account."""
    with paper.office.store.read() as tx:
        return tx.exec(select(Account).where(col(Account.handle) == handle)).one()


def said(paper: Paper) -> list[tuple[str, str]]:
    """Who did what with @embassy."""
    chain = chain_of_account(account(paper).id)
    with paper.office.store.read() as tx:
        rows = tx.exec(select(Entry).where(col(Entry.chain) == chain).order_by(col(Entry.seq)))
        return [(one.actor, one.what) for one in rows]


def checked(paper: Paper, *problems: str, code: str | None = None) -> None:
    """An engine has tried the connection."""
    with paper.office.store.write("checked") as tx:
        now = tx.now()
        tx.merge(
            AccountCheck(
                account_id=account(paper).id, due_at=now + timedelta(hours=1), checked_at=now,
                able=["delete", "publish"], problems=list(problems), code=code,
            )
        )  # fmt: skip


def text(page: str) -> str:
    """What is read on the page."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.partition("<main")[2]).split())


@pytest.mark.parametrize("email", [DEE, ADA, ROY])
def test_every_account_is_seen_by_the_dtu_administrators_and_auditors(
    web: Served, email: str
) -> None:
    browser = web.browser(email)
    page = browser.get("/accounts").text
    assert "X @dept" in page
    assert "X @embassy" in page
    assert 'href="/accounts"' in browser.get("/").text


def test_an_owner_and_a_publisher_see_theirs_and_nobody_else_any(web: Served) -> None:
    embassy = f"/accounts/{account(web.paper).id}"
    for email in (CY, ANA):
        assert web.browser(email).get(embassy).status_code == 200
    for email in (BO, SAM, HAL, PAT):
        browser = web.browser(email)
        assert browser.get("/accounts").status_code == 403
        refused, nowhere = browser.get(embassy), browser.get(f"/accounts/{'0' * 32}")
        assert (refused.status_code, nowhere.status_code) == (404, 404)
        assert text(refused.text) == text(nowhere.text), "it is not told that there is one"
        assert browser.post(embassy, {"act": "check"}).status_code in (403, 404)


def test_the_page_says_what_the_file_says_of_the_account(paper: Paper, dee: Visitor) -> None:
    page = dee.get(f"/accounts/{account(paper).id}").text
    read = text(page)
    for found in (
        "Owner Cy, cy@dept.example", "The owner’s deputy Pat", "Publishers besides the owner Ana",
        "Languages English", "Noted as needed", "31 January 2026 Overdue", "Official", "Dry-run",
        "It has not been checked yet",
    ):  # fmt: skip
        assert found in read, found
    assert what_it_did(page) == []
    plain = text(dee.get(f"/accounts/{account(paper, 'dept').id}").text)
    assert plain.count("Not noted") == 3
    assert "nobody else had to confirm it" in plain


def test_who_has_left_is_marked(web: Served, dee: Visitor) -> None:
    with web.paper.office.store.write("leave") as tx:
        tx.exec(update(Person).where(col(Person.email) == CY).values(registered=False))
    assert "Cy Has left" in text(dee.get("/accounts").text)
    with web.paper.office.store.write("back") as tx:
        tx.exec(update(Person).where(col(Person.email) == CY).values(registered=True))


def test_many_accounts_are_four_queries(tmp_path_factory: pytest.TempPathFactory) -> None:
    paper = open_paper(tmp_path_factory.mktemp("many"))
    with paper.office.store.write("more") as tx:
        for number in range(9):
            tx.add(Account(platform="x", handle=f"a{number}", owner=CY, publishers=[ANA]))
    dee = paper.person(DEE)
    with statements_sent(paper.office.store) as sent, paper.office.store.read() as tx:
        assert len(accounts_seen(tx, paper.office, dee)) == 11
    assert len([one for one in sent if one.startswith("SELECT")]) == 4
    paper.close()


def test_a_check_is_asked_for_by_a_row_and_made_by_no_page(paper: Paper, dee: Visitor) -> None:
    page = f"/accounts/{account(paper).id}"
    assert dee.post(page, {"act": "check"}).status_code == 303
    with paper.office.store.read() as tx:
        row = tx.get_one(AccountCheck, account(paper).id)
        assert (row.asked_by, row.checked_at, row.is_awaited) == (DEE, None, True)
    assert "dee@dept.example asked for a check on" in text(dee.get(page).text)
    assert 'data-every="5"' in dee.get(page).text
    before = said(paper)
    assert dee.post(page, {"act": "check"}).status_code == 303
    assert said(paper) == before, "asked twice at once it is tried once"
    checked(paper)
    assert "asked for a check" not in text(dee.get(page).text)
    assert "data-every" not in dee.get(page).text


def test_what_the_engine_found_is_shown_with_when(paper: Paper, dee: Visitor) -> None:
    page = f"/accounts/{account(paper).id}"
    checked(paper)
    read = text(dee.get(page).text)
    assert "Works Amends can delete and publish here. Last checked on" in read
    for one in CORPUS:
        checked(paper, one)
        shown = dee.get(page).text
        assert "Does not work" in shown
        assert what_it_did(shown) == []
    checked(paper, code="no-credentials")
    assert "By hand There are no credentials for X." in text(dee.get(page).text)
    checked(paper, code="timeout")
    assert "Does not work" in text(dee.get("/accounts").text)


@pytest.mark.parametrize("email", [ANA, ROY])
def test_a_publisher_and_an_auditor_look_and_decide_nothing(web: Served, email: str) -> None:
    browser, page = web.browser(email), f"/accounts/{account(web.paper).id}"
    assert "<button" not in browser.get(page).text.partition("<main")[2]
    for act in ("check", "ask-live", "confirm-live", "dry-run"):
        assert browser.post(page, {"act": act}).status_code == 403


def test_two_people_make_an_account_live_and_one_takes_it_back(
    paper: Paper, dee: Visitor, ada: Visitor
) -> None:
    page, embassy = f"/accounts/{account(paper).id}", account(paper)
    before = len(said(paper))
    checked(paper)
    assert is_dry(paper.office, embassy)
    assert not is_dry(paper.office, account(paper, "dept")), "as amends.toml has it"
    assert dee.post(page, {"act": "ask-live"}).status_code == 303
    alone = dee.post(page, {"act": "confirm-live"})
    assert alone.status_code == 403
    assert "A second person has to confirm it" in alone.text
    assert "Make it live" not in dee.get(page).text
    assert is_dry(paper.office, embassy)
    assert "dee@dept.example asked for it" in text(ada.get(page).text)
    assert ada.post(page, {"act": "confirm-live"}).status_code == 303
    assert not is_dry(paper.office, embassy)
    assert "dee@dept.example asked for it, and ada@dept.example" in text(ada.get(page).text)
    assert ada.post(page, {"act": "confirm-live"}).status_code == 409
    assert dee.post(page, {"act": "dry-run"}).status_code == 303
    assert is_dry(paper.office, embassy)
    assert said(paper)[before:] == [
        (DEE, "live-asked"), (ADA, "live-confirmed"), (DEE, "live-ended"),
    ]  # fmt: skip


def test_a_yes_to_one_connection_is_none_to_another(
    paper: Paper, dee: Visitor, ada: Visitor
) -> None:
    page = f"/accounts/{account(paper).id}"
    checked(paper)
    dee.post(page, {"act": "ask-live"})
    ada.post(page, {"act": "confirm-live"})
    for changed in ({"base_url": "http://127.0.0.1:9"}, {"credentials": "env:ANOTHER"}):
        was = account(paper)
        with paper.office.store.write("change") as tx:
            tx.exec(update(Account).where(col(Account.id) == was.id).values(**changed))
        assert is_dry(paper.office, account(paper))
        with paper.office.store.write("back") as tx:
            tx.merge(was)
        assert not is_dry(paper.office, account(paper))


def test_nobody_confirms_a_connection_that_was_not_found_well(
    paper: Paper, dee: Visitor, ada: Visitor
) -> None:
    page = f"/accounts/{account(paper).id}"
    dee.post(page, {"act": "ask-live"})
    for found in ((), ("Its token is of another account.",)):
        if found:
            checked(paper, *found)
        refused = ada.post(page, {"act": "confirm-live"})
        assert refused.status_code == 409
        assert "was not found well" in refused.text
    assert is_dry(paper.office, account(paper))


def test_what_was_asked_long_ago_is_asked_anew(paper: Paper, dee: Visitor, ada: Visitor) -> None:
    page = f"/accounts/{account(paper).id}"
    checked(paper)
    assert ada.post(page, {"act": "confirm-live"}).status_code == 409, "nobody has asked"
    dee.post(page, {"act": "ask-live"})
    assert "dee@dept.example has asked for it already" in ada.post(page, {"act": "ask-live"}).text
    assert "A second person has to confirm it" in dee.post(page, {"act": "ask-live"}).text
    assert ada.post(page, {"act": "ask-live"}).status_code == 409
    with paper.office.store.write("age") as tx:
        row = tx.get_one(GoingLive, account(paper).id)
        row.asked_at -= timedelta(days=8)
    assert ada.post(page, {"act": "confirm-live"}).status_code == 409
    assert is_dry(paper.office, account(paper))
    assert ada.post(page, {"act": "ask-live"}).status_code == 303


def test_who_reports_is_told_that_people_delete_where_the_account_is_in_dry_run(
    paper: Paper,
) -> None:
    cy = paper.person(CY)
    said = {
        handle: [one.code for one in what_next(paper.office, cy, about(paper.link(1, handle)))]
        for handle in ("dept", "embassy")
    }
    assert (Verdict.DELETE.value in said["dept"], Verdict.BY_HAND.value in said["dept"]) == (1, 0)
    assert Verdict.BY_HAND.value in said["embassy"]


def about(link: str) -> ReportRequest:
    """A report of one post on the wrong account."""
    return ReportRequest(post_urls=(link,), kinds=(Kind.WRONG_ACCOUNT,))


def test_an_account_that_the_file_has_live_is_not_switched(paper: Paper, dee: Visitor) -> None:
    page = f"/accounts/{account(paper, 'dept').id}"
    for act in ("ask-live", "confirm-live", "dry-run", "anything", ""):
        assert dee.post(page, {"act": act}).status_code == 409


def test_an_installation_can_want_two_people_for_every_account(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    paper = open_paper(tmp_path_factory.mktemp("all"))
    rewrite_paper(paper, "[organisation]", "two_people_to_connect = true")
    assert is_dry(paper.office, account(paper, "dept"))
    paper.close()
