"""The page of an incident in a real browser: how it looks, and that it is live."""

from collections.abc import Callable

import pytest
from browsing import Seen
from paper import ANA, BO, DEE, Paper

from flows.deciding.advising import advise
from models.words import DecisionType, Kind, PostState, Role, StatementState


@pytest.fixture
def reference(paper: Paper) -> str:
    """Two copies of a wrong fact, whose words wait."""
    links = (paper.link(1), paper.link(2, "embassy"))
    reference = paper.worded(*links, wrong="It opens on 3 May", right="It opens on 5 June")
    paper.ask(reference, DecisionType.CONFIRM, paper.post(reference).id, Role.DTU_DUTY)
    paper.tell(reference, DEE, Role.DTU_DUTY)
    paper.tell(reference, BO, Role.LINE_MANAGER)
    return reference


def test_how_it_looks_to_whoever_clears(open_as: Callable[..., Seen], reference: str) -> None:
    seen = open_as(DEE)
    seen.go(f"/i/{reference}")
    seen.look("incident-clearer")
    seen.press("Decide")
    assert seen.page.get_by_role("alert").inner_text().startswith("There is a problem")
    seen.look("incident-error")


def test_how_it_looks_when_all_is_done(
    open_as: Callable[..., Seen], paper: Paper, reference: str
) -> None:
    paper.set_posts(reference, PostState.GONE)
    paper.set_statement(reference, StatementState.PUBLISHED)
    seen = open_as(ANA)
    seen.go(f"/i/{reference}")
    seen.look("incident-done")


def test_how_the_list_of_open_incidents_looks(
    open_as: Callable[..., Seen], paper: Paper, reference: str
) -> None:
    seen = open_as(DEE)
    paper.planned(paper.link(3), kinds=(Kind.SAFETY,))
    paper.planned(paper.link(4), kinds=(Kind.TYPO, Kind.BAD_TIMING))
    seen.go("/incidents")
    assert seen.page.get_by_role("link", name=reference, exact=True).is_visible()
    seen.look("incidents")


def test_an_open_page_shows_what_happens_without_being_loaded_again(
    open_as: Callable[..., Seen], paper: Paper, reference: str
) -> None:
    seen = open_as(ANA)
    seen.go(f"/i/{reference}")
    advise(paper.office, paper.person(DEE), reference, text="Ask the press office first.")
    seen.page.get_by_text("Ask the press office first.").first.wait_for(timeout=15_000)
    assert seen.complaints == []


def test_what_somebody_fills_in_is_not_taken_from_them(
    open_as: Callable[..., Seen], paper: Paper, reference: str
) -> None:
    seen = open_as(DEE)
    seen.go(f"/i/{reference}")
    reason = seen.page.get_by_label("If not: why?").first
    reason.fill("It names the wrong")
    advise(paper.office, paper.person(DEE), reference, text="Ask the press office first.")
    seen.page.get_by_text("Something has changed since this page was loaded").wait_for()
    assert reason.input_value() == "It names the wrong"


def test_words_are_cleared_without_scripts(
    open_as: Callable[..., Seen], paper: Paper, reference: str
) -> None:
    seen = open_as(DEE, scripts=False)
    seen.go(f"/i/{reference}")
    seen.page.get_by_label("Yes, as they stand").first.check()
    seen.press("Decide")
    states = [one.state for one in paper.seen(reference).statements]
    assert sorted(states) == [StatementState.CLEARED, StatementState.WAITING]
