"""The register in a real browser: an account made live by two people, a check, and how it looks."""

from collections.abc import Callable

import pytest
from browsing import Seen
from engine_says import engine_checked
from houses import busy_register
from paper import ADA, DEE, Paper
from served import Served
from sqlmodel import col, select

from flows.dry_run import is_dry
from models.people import Account


@pytest.fixture
def paper(paper: Paper) -> Paper:
    """One account is in dry-run, and Dee has a turn."""
    busy_register(paper)
    return paper


def test_two_people_make_an_account_live_from_a_phone(
    open_as: Callable[..., Seen], paper: Paper
) -> None:
    dee, ada = open_as(DEE), open_as(ADA, scripts=False)
    dee.go("/")
    dee.press("Accounts")
    engine_checked(paper, "dept", "Its token may read and not write. Make one that may write.")
    dee.page.reload()
    dee.look("accounts")
    dee.press("X @dept")
    dee.look("account-wrong")
    dee.go("/accounts")
    dee.press("X @embassy")
    dee.press("Check it now")
    assert dee.page.get_by_text("dee@dept.example asked for a check").is_visible()
    dee.look("account-asked")
    engine_checked(paper, "embassy")
    dee.page.get_by_text("Amends can delete and publish here").wait_for()
    dee.press("Ask for it to be made live")
    assert dee.page.get_by_text("Somebody else has to confirm it").is_visible()
    assert dee.page.get_by_role("button", name="Make it live").count() == 0
    ada.go("/accounts")
    ada.press("X @embassy")
    ada.press("Make it live")
    assert ada.page.get_by_text("ada@dept.example confirmed it").is_visible()
    with paper.office.store.read() as tx:
        embassy = tx.exec(select(Account).where(col(Account.handle) == "embassy")).one()
    assert not is_dry(paper.office, embassy)
    dee.press("Leave it in dry-run")
    assert is_dry(paper.office, embassy), "one person takes it back"
    dee.press("Ask for it to be made live")
    dee.look("account-dry-run")


def test_an_administrator_ends_a_session_and_sees_whose_turn_it_is(
    open_as: Callable[..., Seen], web: Served
) -> None:
    dee, ada = open_as(DEE), open_as(ADA)
    web.browser(DEE)
    ada.go("/people")
    ada.look("people-administrator")
    ends = ada.page.get_by_role("button", name="End the session of Dee")
    assert ends.count() == 2
    ada.page.get_by_role("button", name="End all the sessions of Dee").click()
    ada.page.get_by_role("alert").wait_for()
    assert ada.page.get_by_text("They have to sign in again there").is_visible()
    ada.look("people-ended")
    dee.go("/incidents")
    assert "/sign-in" in dee.page.url
