"""The page of an incident in a real browser: how it looks, and that it is live."""

from collections.abc import Callable

import pytest
from browsing import Seen
from paper import ANA, BO, DEE, Paper
from served import Served

from flows.deciding.advising import advise
from models.words import DecisionType, Kind, PostState, Role, StatementState


def window_of(window: Callable[..., Seen], web: Served, email: str, **how: bool) -> Seen:
    """A window in which this person is signed in."""
    seen, visitor = window(**how), web.browser(email)
    cookies = [{"name": k, "value": v, "url": web.url} for k, v in visitor.cookies.items()]
    seen.context.add_cookies(cookies)  # type: ignore[arg-type]
    return seen


@pytest.fixture
def reference(paper: Paper) -> str:
    """Two copies of a wrong fact, whose words wait."""
    links = (paper.link(1), paper.link(2, "embassy"))
    reference = paper.worded(*links, wrong="It opens on 3 May", right="It opens on 5 June")
    paper.ask(reference, DecisionType.CONFIRM, paper.post(reference).id, Role.DTU_DUTY)
    paper.tell(reference, DEE, Role.DTU_DUTY)
    paper.tell(reference, BO, Role.LINE_MANAGER)
    return reference


def test_how_it_looks_to_whoever_clears(
    window: Callable[..., Seen], web: Served, reference: str
) -> None:
    seen = window_of(window, web, DEE)
    seen.go(f"/i/{reference}")
    seen.look("incident-clearer")
    seen.press("Decide")
    assert seen.page.get_by_role("alert").inner_text().startswith("There is a problem")
    seen.look("incident-error")


def test_how_it_looks_when_all_is_done(
    window: Callable[..., Seen], web: Served, paper: Paper, reference: str
) -> None:
    paper.set_posts(reference, PostState.GONE)
    paper.set_statement(reference, StatementState.PUBLISHED)
    seen = window_of(window, web, ANA)
    seen.go(f"/i/{reference}")
    seen.look("incident-done")


def test_how_the_list_of_open_incidents_looks(
    window: Callable[..., Seen], web: Served, paper: Paper, reference: str
) -> None:
    seen = window_of(window, web, DEE)
    paper.planned(paper.link(3), kinds=(Kind.SAFETY,))
    paper.planned(paper.link(4), kinds=(Kind.TYPO, Kind.BAD_TIMING))
    seen.go("/incidents")
    assert seen.page.get_by_role("link", name=reference, exact=True).is_visible()
    seen.look("incidents")


def test_an_open_page_shows_what_happens_without_being_loaded_again(
    window: Callable[..., Seen], web: Served, paper: Paper, reference: str
) -> None:
    seen = window_of(window, web, ANA)
    seen.go(f"/i/{reference}")
    advise(paper.office, paper.person(DEE), reference, text="Ask the press office first.")
    seen.page.get_by_text("Ask the press office first.").first.wait_for(timeout=15_000)
    assert seen.complaints == []


def test_what_somebody_fills_in_is_not_taken_from_them(
    window: Callable[..., Seen], web: Served, paper: Paper, reference: str
) -> None:
    seen = window_of(window, web, DEE)
    seen.go(f"/i/{reference}")
    reason = seen.page.get_by_label("If not: why?").first
    reason.fill("It names the wrong")
    advise(paper.office, paper.person(DEE), reference, text="Ask the press office first.")
    seen.page.get_by_text("Something has changed since this page was loaded").wait_for()
    assert reason.input_value() == "It names the wrong"


def test_words_are_cleared_without_scripts(
    window: Callable[..., Seen], web: Served, paper: Paper, reference: str
) -> None:
    seen = window_of(window, web, DEE, scripts=False)
    seen.go(f"/i/{reference}")
    seen.page.get_by_label("Yes, as they stand").first.check()
    seen.press("Decide")
    states = [one.state for one in paper.seen(reference).statements]
    assert sorted(states) == [StatementState.CLEARED, StatementState.WAITING]
