"""Figures in a real browser: chosen by keyboard, without scripts, and how they look."""

import csv
import io
from collections.abc import Callable

from browsing import Seen
from paper import DEE, ROY, Paper
from past import months


def test_figures_are_chosen_and_taken_along(open_as: Callable[..., Seen], paper: Paper) -> None:
    months(paper)
    roy = open_as(ROY, scripts=False)
    roy.go("/")
    roy.press("Figures")
    assert roy.heading() == "Figures"
    roy.page.get_by_text("Show other figures").click()
    roy.page.get_by_label("A row for each").select_option("month")
    roy.page.get_by_label("What happened").select_option("safety")
    roy.press("Show these")
    assert "by=month" in roy.page.url
    assert "kind=safety" in roy.page.url
    with roy.page.expect_download() as download:
        roy.page.get_by_role("link", name="Download these figures").click()
    written = download.value.path().read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(written)))
    assert {row["measure"] for row in rows} == {"captured", "gone", "words", "acknowledged"}
    roy.page.get_by_label("What happened").select_option("leaver")
    roy.press("Show these")
    assert roy.page.get_by_text("There is nothing to measure").is_visible()


def test_figures_by_account_by_keyboard_alone(open_as: Callable[..., Seen], paper: Paper) -> None:
    months(paper)
    dee = open_as(DEE)
    dee.go("/figures")
    dee.look("figures")
    dee.page.locator("summary").focus()
    dee.page.keyboard.press("Enter")
    dee.page.keyboard.press("Tab")
    dee.page.keyboard.type("Acc")
    for _ in range(5):
        dee.page.keyboard.press("Tab")
    assert dee.page.locator(":focus").inner_text() == "Show these"
    dee.page.keyboard.press("Enter")
    dee.page.wait_for_url("**by=account**")
    assert dee.page.get_by_role("rowheader", name="X @embassy").count() == 4
    dee.look("figures-by-account")
    dee.go("/figures?kind=leaver")
    dee.look("figures-empty")
