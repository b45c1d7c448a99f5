"""The desk in a real browser: two officers at once, a question settled from a phone, no scripts."""

from collections.abc import Callable

import pytest
from browsing import Seen
from paper import ANA, CY, DEE, EVE, SAM, Paper

from models.words import Choice, DecisionType, Kind, PostState, Role, StatementState

DTU = (Role.DTU_DUTY, Role.DTU)


@pytest.fixture
def reference(paper: Paper) -> str:
    """A post that somebody reported, and that a person must decide on."""
    reference = paper.planned(paper.link(1), by=SAM, poster=ANA)
    paper.ask(reference, DecisionType.KEEP, paper.post(reference).id, *DTU)
    return reference


def choices(paper: Paper, reference: str, type_: DecisionType) -> list[Choice | None]:
    """Every answer to such questions."""
    return [one.choice for one in paper.seen(reference).decisions if one.type == type_]


def test_of_two_officers_at_once_one_wins_and_the_other_loses_nothing(
    open_as: Callable[..., Seen], paper: Paper, reference: str
) -> None:
    dee, eve = open_as(DEE, scripts=False), open_as(EVE)
    for one in (dee, eve):
        one.go("/incidents")
        one.press("Delete or keep")
        assert one.page.get_by_role("heading", name="Delete this post, or keep it?").is_visible()
    eve.page.get_by_label("If it stays: why?").fill("The minister did say it.")
    dee.press("Delete it")
    assert dee.page.get_by_text("What you decided is recorded").is_visible()
    eve.press("Keep it")
    alert = eve.page.get_by_role("alert")
    alert.wait_for()
    assert "dee@dept.example decided this at" in alert.inner_text()
    assert eve.page.get_by_text("The minister did say it.").is_visible()
    assert choices(paper, reference, DecisionType.KEEP) == [Choice.DELETE]
    eve.look("desk-too-late")


def test_what_a_machine_could_not_tell_is_settled_from_a_phone(
    open_as: Callable[..., Seen], paper: Paper
) -> None:
    reference = paper.worded(paper.link(2))
    paper.set_statement(reference, StatementState.NEEDS_HUMAN)
    statement = paper.seen(reference).statements[0].id
    paper.ask(reference, DecisionType.SETTLE, statement, Role.PUBLISHER, Role.DTU_DUTY)
    cy = open_as(CY)
    cy.go("/incidents")
    cy.look("desk-list")
    cy.press("Say what is true")
    cy.look("desk-settle")
    cy.page.get_by_label("The link to it").fill("https://example.org/")
    cy.press("It is there")
    assert cy.page.get_by_role("alert").inner_text().startswith("There is a problem")
    assert cy.page.get_by_label("The link to it").input_value() == "https://example.org/"
    cy.look("desk-settle-refused")
    cy.page.get_by_label("The link to it").fill(paper.link(990_000))
    cy.press("It is there")
    cy.page.get_by_text("What you decided is recorded").wait_for()
    assert choices(paper, reference, DecisionType.SETTLE) == [Choice.THERE]
    cy.look("desk-settled")


def test_every_question_looks_as_it_should(
    open_as: Callable[..., Seen], paper: Paper, reference: str
) -> None:
    elsewhere = paper.planned("https://x.com/somebody/status/77", by=SAM, poster=ANA)
    paper.ask(elsewhere, DecisionType.CONFIRM, paper.post(elsewhere).id, *DTU)
    for type_ in (DecisionType.FACTS, DecisionType.ADVISE, DecisionType.CLOSE):
        paper.ask(elsewhere, type_, "", *DTU)
    for target in ("secure", "manager", paper.post(reference).id):
        paper.ask(reference, DecisionType.CONFIRM, target, *DTU)
    paper.ask(reference, DecisionType.ATTEST, paper.post(reference).id, *DTU)
    paper.ask(reference, DecisionType.SETTLE, paper.post(reference).id, *DTU)
    paper.set_posts(reference, PostState.NEEDS_HUMAN)
    dee = open_as(DEE)
    for name, one in (("desk-questions", reference), ("desk-questions-elsewhere", elsewhere)):
        dee.go(f"/i/{one}")
        dee.look(name)
    dee.go("/incidents?mine=yes&kind=factual")
    dee.look("desk-list-filtered")
    dee.go("/incidents?kind=leaver")
    dee.look("desk-list-empty")


def test_another_kind_is_looked_at_before_it_is_set_without_scripts(
    open_as: Callable[..., Seen], paper: Paper
) -> None:
    reference = paper.worded(paper.link(3), by=SAM, poster=ANA)
    dee = open_as(DEE, scripts=False)
    dee.go(f"/i/{reference}")
    dee.press("What else you can do")
    dee.press("Change it")
    dee.page.get_by_label("Something in it is wrong").uncheck()
    dee.page.get_by_label("It puts somebody in danger").check()
    dee.press("Show what it changes")
    assert dee.heading() == "What it changes"
    assert paper.seen(reference).incident.kinds == ["factual"]
    dee.press("Change the kind")
    assert dee.page.get_by_text("What you decided is recorded").is_visible()
    assert paper.seen(reference).incident.kinds == ["safety"]


def test_how_the_pages_of_what_else_can_be_done_look(
    open_as: Callable[..., Seen], paper: Paper
) -> None:
    reference = paper.worded(paper.link(4), by=SAM, poster=ANA, kinds=(Kind.FACTUAL,))
    dee = open_as(DEE)
    dee.go(f"/i/{reference}/more")
    for fold in dee.page.locator("summary").all():
        fold.click()
    dee.look("desk-more")
    dee.press("Hold the account")
    dee.page.get_by_role("alert").wait_for()
    dee.look("desk-more-refused")
    dee.page.get_by_label("Why is the account held?").fill("Somebody else is in.")
    dee.press("Hold the account")
    dee.page.get_by_text("What you decided is recorded").wait_for()
    dee.look("desk-held")
    dee.go(f"/i/{reference}/kind")
    dee.look("desk-kind")
    dee.page.get_by_label("It puts somebody in danger").check()
    dee.press("Show what it changes")
    dee.page.get_by_role("heading", name="What it changes").wait_for()
    dee.look("desk-kind-check")


def test_a_question_is_answered_by_keyboard_alone(
    open_as: Callable[..., Seen], paper: Paper, reference: str
) -> None:
    dee = open_as(DEE)
    dee.go(f"/i/{reference}#keep-{paper.post(reference).id}")
    dee.page.get_by_label("If it stays: why?").focus()
    dee.page.keyboard.type("It is what was said.")
    dee.page.keyboard.press("Tab")
    assert dee.page.locator(":focus").inner_text() == "Delete it"
    dee.page.keyboard.press("Tab")
    dee.page.keyboard.press("Enter")
    dee.page.get_by_text("What you decided is recorded").wait_for()
    assert choices(paper, reference, DecisionType.KEEP) == [Choice.KEEP]


def test_how_all_that_an_officer_may_do_unasked_looks_when_it_is_opened(
    open_as: Callable[..., Seen], paper: Paper
) -> None:
    reference = paper.worded(paper.link(9))
    paper.set_posts(reference, PostState.GONE)
    dee = open_as(DEE)
    dee.go(f"/i/{reference}/more")
    folds = dee.page.locator("summary")
    assert folds.count() >= 8
    for number in range(folds.count()):
        folds.nth(number).click()
    dee.look("desk-all-open")
