"""Every page there is, in its states: axe, keyboard alone, 320 px, a policy that nothing breaks,
and a picture on a phone and at a desk.

A route or a template that is not in the walk fails it.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

import pytest
from browsing import Seen
from case_story import DAN, IVY, Story, appoint, begin
from case_visit import address_of, visit
from engine_says import account_of
from houses import PASTED, fill, pasted, sign_in_twice
from paper import ADA, ANA, BO, CY, DEE, HAL, IDA, PAT, ROY, SAM, Paper, open_paper
from rendering import listen_to_templates, page_templates
from routes import all_routes
from served import Served, serve
from sign_in_links import mailed_link
from sign_in_service import mock_service, open_house
from sqlalchemy.exc import OperationalError

from amends.settings import DrillPart
from flows.signing_in import ask_for_link, set_up_code
from models.identity import Stop as Why
from models.review import CaseState
from models.store import Store
from models.words import DecisionType, Kind, PostState, Role, StatementState

pytestmark = pytest.mark.xdist_group("walk")  # the last of it asks what all before it has shown

LEX = "lex@dept.example"
BY_SERVICE = "Sign in with your department account"
Act = Callable[[Seen], None]


class Where(Enum):
    """In which of three installations."""

    OFFICE = auto()  # three incidents, one with a case
    YEARS = auto()  # two months of incidents, a register with something wrong, questions
    NEW = auto()  # nothing has happened; people sign in by the department's own service


@dataclass
class Walk:
    """Three installations in which every page has something to show, or nothing at all."""

    web: Served
    years: Served
    new: Served
    paper: Paper
    story: Story
    worded: str
    done: str
    rendered: set[str]

    def house(self, where: Where) -> Served:
        """The web process of this one."""
        return {Where.OFFICE: self.web, Where.YEARS: self.years, Where.NEW: self.new}[where]

    def at(self, path: str, where: Where = Where.OFFICE) -> str:
        """The address of a page of it."""
        said = {
            "{dept}": account_of(self.house(where).paper, "dept").id,
            "{embassy}": account_of(self.house(where).paper, "embassy").id,
            "{worded}": self.worded,
            "{done}": self.done,
            "{case}": address_of(self.web, self.story.reference),
        }
        for name, there in said.items():
            path = path.replace(name, there)
        return path


@dataclass(frozen=True)
class Stop:
    """One look at one page. ``who`` is signed in; ``act`` is what they do there first."""

    name: str
    route: str
    path: str
    who: str | None = None
    act: Act | None = None
    where: Where = Where.OFFICE


def press(*names: str) -> Act:
    """Press these, one after the other."""

    def act(seen: Seen) -> None:
        for name in names:
            seen.press(name)

    return act


def open_all(seen: Seen) -> None:
    """Unfold what is folded."""
    for fold in seen.page.locator("main summary").all():
        fold.click()


def until_link(seen: Seen) -> None:
    """Go as far as the link."""
    seen.page.get_by_label("No", exact=True).check()
    seen.press("Continue")


def no_link_given(seen: Seen) -> None:
    """Go on without one."""
    until_link(seen)
    seen.press("Continue")
    seen.page.get_by_role("alert").wait_for()


def begin_report(seen: Seen) -> None:
    """Go as far as the kinds."""
    until_link(seen)
    link = seen.page.get_by_label("Paste the link to the post")
    if not link.input_value():
        link.fill("http://127.0.0.1:8931/dept/status/777")
    seen.press("Continue")


def until_about(seen: Seen) -> None:
    """Go as far as what the post says."""
    begin_report(seen)
    seen.page.get_by_label("Something in it is wrong").check()
    seen.press("Continue")


def until_check(seen: Seen) -> None:
    """Go as far as the check."""
    until_about(seen)
    seen.page.get_by_label("What does the post say that is wrong?").fill("It opens on 3 May")
    seen.page.get_by_label("What is right?").fill("It opens on 5 June")
    seen.press("Continue")


def until_sent(seen: Seen) -> None:
    """Send it."""
    until_check(seen)
    seen.press("Send the report")


def another_kind(seen: Seen) -> None:
    """Ask what another kind would change."""
    seen.page.get_by_label("It puts somebody in danger").check()
    seen.press("Show what it changes")
    seen.page.get_by_role("heading", name="What it changes").wait_for()


def search_in_vain(seen: Seen) -> None:
    """Look for what is not there."""
    seen.page.locator("input[name=find]").fill("AM-XXXXX")
    seen.page.locator("input[name=find]").press("Enter")
    seen.page.get_by_role("alert").wait_for()


def pages_of(pdf: bytes) -> int:
    """How many sheets it takes."""
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))


def sign_out_with_an_old_page(seen: Seen) -> None:
    """Send a form whose token is another's."""
    seen.page.evaluate("document.querySelector('[name=csrf]').value = 'x'")
    seen.press("Sign out")


def ask_for_glass(seen: Seen) -> None:
    """Ask to read a case that cannot wait."""
    seen.page.get_by_label("Which incident?").fill("AM-XXXXX")
    seen.page.get_by_label("Why can it not wait for HR?").fill("An injunction is due today.")
    seen.press("Tell HR, and go on")


def answer_without_choosing(seen: Seen) -> None:
    """Send a reason without an answer; what was typed stays."""
    seen.page.get_by_label("Why, and what to do").first.fill("Only the headline.")
    seen.page.get_by_role("button", name="Answer", exact=True).first.click()
    seen.page.get_by_role("alert").wait_for()


def answer_without_why(seen: Seen) -> None:
    """Send an answer without its reason."""
    seen.page.get_by_label("Change it first").first.check()
    seen.page.get_by_role("button", name="Answer", exact=True).first.click()
    seen.page.get_by_role("alert").wait_for()


def ask_what_is_too_long(seen: Seen) -> None:
    """Ask with more words than can be read."""
    seen.page.locator("textarea[name=text]").fill("May I? " * 800)
    seen.press("Ask for advice")
    seen.page.get_by_role("alert").wait_for()


def confirm_too_late(seen: Seen) -> None:
    """Ask for what has been asked for meanwhile, on a page that was open before."""
    earlier = seen.context.new_page()
    earlier.goto(seen.page.url)
    seen.press("Ask for it to be made live")
    earlier.get_by_role("button", name="Ask for it to be made live").click()
    seen.page.close()
    seen.page = earlier


def paste_all(seen: Seen) -> None:
    """Paste links of every fate."""
    until_link(seen)
    seen.page.get_by_label("Paste the link to the post").fill("\n".join(pasted().values()))
    seen.page.get_by_text(PASTED["shown"]).wait_for()


def paste_one(seen: Seen) -> None:
    """Paste one that was read, and go on."""
    until_link(seen)
    seen.page.get_by_label("Paste the link to the post").fill(pasted()["shown"])
    seen.press("Continue")
    seen.page.get_by_text(PASTED["shown"]).wait_for()


def go_elsewhere(seen: Seen) -> None:
    """Set out to the department's own service, which does not answer yet."""
    seen.context.route("**/oauth2/authorize?*", lambda route: route.fulfill(status=204))
    seen.press(BY_SERVICE)
    seen.page.get_by_role("heading", name=BY_SERVICE).wait_for()


def own_up(seen: Seen) -> None:
    """The browser notes that the page came with a 503: it shall."""
    seen.complaints[:] = [one for one in seen.complaints if "status of 503" not in one]


I, C = "GET /i/{reference}", "GET /cases/{address}"  # noqa: E741
A, F = "GET /accounts/{account}", "GET /figures"
WALK = (
    Stop("home", "GET /", "/"),
    Stop("home-signed-in", "GET /", "/", ANA),
    Stop("sign-in", "GET /sign-in", "/sign-in"),
    Stop("sign-in-error", "GET /sign-in", "/sign-in", act=press("Send me a link")),
    Stop("sign-in-sent", "GET /sign-in/sent", "/sign-in/sent"),
    Stop("sign-in-link", "GET /sign-in/{token}", "{link}"),
    Stop("sign-in-no-link", "GET /sign-in/{token}", "/sign-in/nothing"),
    Stop("set-up", "GET /set-up", "/set-up"),
    Stop("set-up-error", "GET /set-up", "/set-up", act=press("Sign in")),
    Stop("ack", "GET /ack/{token}", "/ack/a-link"),
    Stop("acknowledged", "GET /ack/{token}", "/ack/a-link", act=press("I have the notice")),
    Stop("ack-no-link", "GET /ack/{token}", "/ack/nothing"),
    Stop("help", "GET /help", "/help"),
    Stop("help-procedure", "GET /help/procedure", "/help/procedure"),
    Stop("help-by-hand", "GET /help/by-hand", "/help/by-hand"),
    Stop("help-accessibility", "GET /help/accessibility", "/help/accessibility"),
    Stop("help-contact", "GET /help/contact", "/help/contact"),
    Stop("help-contact-signed-in", "GET /help/contact", "/help/contact", ANA),
    Stop("report-first", "GET /report", "/report", CY),
    Stop("report-first-error", "GET /report", "/report", CY, press("Continue")),
    Stop("report-link", "GET /report/link", "/report", CY, until_link),
    Stop("report-link-error", "GET /report/link", "/report", CY, no_link_given),
    Stop("report-kind", "GET /report/kind", "/report", CY, begin_report),
    Stop("report-about", "GET /report/about", "/report", CY, until_about),
    Stop("report-check", "GET /report/check", "/report", CY, until_check),
    Stop("report-sent", "GET /report/sent/{reference}", "/report", CY, until_sent),
    Stop("desk", "GET /incidents", "/incidents", DEE),
    Stop("desk-open", "GET /incidents", "/incidents", DEE, open_all),
    Stop("desk-nothing-found", "GET /incidents", "/incidents", DEE, search_in_vain),
    Stop("desk-empty", "GET /incidents", "/incidents?kind=leaver", DEE),
    Stop("desk-of-a-reporter", "GET /incidents", "/incidents", SAM),
    Stop("incident-officer", I, "/i/{worded}", DEE),
    Stop("incident-officer-error", I, "/i/{worded}", DEE, press("Decide")),
    Stop("incident-poster", I, "/i/{worded}", ANA),
    Stop("incident-manager", I, "/i/{worded}", BO),
    Stop("incident-reporter", I, "/i/{worded}", SAM),
    Stop("incident-recorded", I, "/i/{done}?done=yes", DEE),
    Stop("incident-done", I, "/i/{done}", ANA),
    Stop("more", "GET /i/{reference}/more", "/i/{worded}/more", DEE, open_all),
    Stop("kind", "GET /i/{reference}/kind", "/i/{worded}/kind", DEE),
    Stop("kind-check", "GET /i/{reference}/kind", "/i/{worded}/kind", DEE, another_kind),
    Stop("cases-nothing", "GET /cases", "/cases", DEE),
    Stop("cases-token", "GET /cases", "/cases", "unproven:" + HAL),
    Stop("cases-token-error", "GET /cases", "/cases", "unproven:" + HAL, press("Continue")),
    Stop("cases-list", "GET /cases", "/cases", IDA),
    Stop("cases-list-glass", "GET /cases", "/cases", LEX),
    Stop("case-coordinator", C, "{case}", IDA),
    Stop("case-investigator", C, "{case}", IVY),
    Stop("case-subject", C, "{case}", ANA),
    Stop("case-decider", C, "{case}", DAN),
    Stop("case-nobody", C, "{case}", DEE),
    Stop("glass", "GET /cases/glass", "/cases/glass", LEX),
    Stop("glass-asked", "GET /cases/glass", "/cases/glass", LEX, ask_for_glass),
    Stop("home-dtu", "GET /", "/", DEE),
    Stop("figures", F, "/figures", ROY, where=Where.YEARS),
    Stop("figures-chosen", F, "/figures?by=account&kind=factual", DEE, where=Where.YEARS),
    Stop("figures-by-month", F, "/figures?by=month", DEE, where=Where.YEARS),
    Stop("figures-of-none", F, "/figures?kind=leaver", DEE, where=Where.YEARS),
    Stop("figures-of-few", F, "/figures", DEE),
    Stop("figures-empty", F, "/figures", DEE, where=Where.NEW),
    Stop("accounts", "GET /accounts", "/accounts", DEE, where=Where.YEARS),
    Stop("accounts-owner", "GET /accounts", "/accounts", CY, where=Where.YEARS),
    Stop("accounts-unchecked", "GET /accounts", "/accounts", DEE, where=Where.NEW),
    Stop("accounts-not-yours", "GET /accounts", "/accounts", SAM, where=Where.YEARS),
    Stop("account-wrong", A, "/accounts/{dept}", DEE, where=Where.YEARS),
    Stop("account-publisher", A, "/accounts/{embassy}", ANA, where=Where.YEARS),
    Stop("account-dry-run", A, "/accounts/{embassy}", DEE, where=Where.YEARS),
    Stop("account-error", A, "/accounts/{embassy}", DEE, confirm_too_late, where=Where.YEARS),
    Stop("account-asked-live", A, "/accounts/{embassy}", ADA, where=Where.YEARS),
    Stop("account-asked-check", A, "/accounts/{dept}", DEE, press("Check it now"), Where.YEARS),
    Stop("account-unchecked", A, "/accounts/{dept}", DEE, where=Where.NEW),
    Stop("account-none", A, "/accounts/none", DEE, where=Where.NEW),
    Stop("people", "GET /people", "/people", DEE, where=Where.YEARS),
    Stop("people-administrator", "GET /people", "/people", ADA, where=Where.YEARS),
    Stop("people-ended", "GET /people", "/people?ended=yes", ADA, where=Where.YEARS),
    Stop("people-no-turns", "GET /people", "/people", ROY, where=Where.NEW),
    Stop("people-not-yours", "GET /people", "/people", SAM, where=Where.NEW),
    Stop("advice-empty", "GET /advice", "/advice", SAM, where=Where.NEW),
    Stop("advice-asked", "GET /advice", "/advice", ANA, where=Where.YEARS),
    Stop("advice-to-answer", "GET /advice", "/advice", DEE, where=Where.YEARS),
    Stop("advice-error", "GET /advice", "/advice", SAM, press("Ask for advice"), Where.YEARS),
    Stop("advice-too-long", "GET /advice", "/advice", SAM, ask_what_is_too_long, Where.NEW),
    Stop(
        "advice-answer-error", "GET /advice", "/advice", DEE, answer_without_choosing, Where.YEARS
    ),
    Stop("advice-no-reason", "GET /advice", "/advice", DEE, answer_without_why, Where.YEARS),
    Stop("report-link-pasted", "GET /report/link", "/report", PAT, paste_all, Where.YEARS),
    Stop("report-kind-pasted", "GET /report/kind", "/report", PAT, paste_one, Where.YEARS),
    Stop("sign-in-elsewhere", "GET /sign-in", "/sign-in", where=Where.NEW),
    Stop("sign-in-between", "GET /sign-in", "/sign-in", act=go_elsewhere, where=Where.NEW),
    Stop("sign-in-back", "GET /sign-in/back", "/sign-in/back?error=access_denied", where=Where.NEW),
    *(
        Stop(
            f"sign-in-stopped-{why.value}",
            "GET /sign-in/stopped",
            f"/sign-in/stopped?why={why.value}",
            act=own_up if why in (Why.DOWN, Why.CLIENT) else None,
            where=Where.NEW,
        )
        for why in Why
    ),
    Stop("error-403", "GET /", "/", ANA, sign_out_with_an_old_page),
    Stop("error-404", "GET /", "/nothing-here"),
)

NO_PAGES = ("/api/", "/static/", "/healthz", "/readyz", "/figures/csv")
PARTS_OF_PAGES = ("/live", "/preview")
"""What a page's own script fetches."""


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    """The three."""
    rendered: set[str] = set()
    with ExitStack() as houses, listen_to_templates(rendered):
        filled = open_paper(tmp_path_factory.mktemp("years"))
        fill(filled)
        years = serve(filled)
        sign_in_twice(years)
        mock = houses.enter_context(mock_service())
        new = open_house(tmp_path_factory.mktemp("new"), mock.register).web
        opened = _office(tmp_path_factory.mktemp("walk"), years, new, rendered)
        for one in (years, new, opened.web):
            houses.callback(one.paper.close)
            houses.callback(one.close)
        yield opened


def _office(home: Path, years: Served, new: Served, rendered: set[str]) -> Walk:
    """Words that wait, a mistake that is over, a case that is answered."""
    paper = open_paper(home)
    appoint(paper, LEX, "legal")
    story = begin(paper, by=SAM, poster=ANA)
    story.until(CaseState.ANSWERED)
    links = (paper.link(2), paper.link(3, "embassy"))
    worded = paper.worded(*links, by=SAM, poster=ANA, wrong="It opens on 3 May", right="On 5 June")
    _ask_everything(paper, worded)
    done = paper.worded(paper.link(4))
    paper.set_posts(done, PostState.GONE)
    paper.set_statement(done, StatementState.PUBLISHED)
    paper.planned(paper.link(5), kinds=(Kind.SAFETY,))
    return Walk(serve(paper), years, new, paper, story, worded, done, rendered)


def _ask_everything(paper: Paper, reference: str) -> None:
    post = paper.post(reference).id
    for type_ in (DecisionType.CONFIRM, DecisionType.KEEP, DecisionType.ATTEST):
        paper.ask(reference, type_, post, Role.DTU_DUTY, Role.DTU, Role.PUBLISHER)
    for type_ in (DecisionType.FACTS, DecisionType.ADVISE):
        paper.ask(reference, type_, "", Role.DTU_DUTY, Role.DTU)
    paper.tell(reference, DEE, Role.DTU_DUTY)
    paper.tell(reference, BO, Role.LINE_MANAGER, token="a-link")


@pytest.fixture
def web(walk: Walk) -> Served:
    """Its web process."""
    return walk.web


def enter(seen: Seen, walk: Walk, who: str | None, where: Where = Where.OFFICE) -> None:
    """Sign this person in; of HR also with their token, unless they have not shown it."""
    web = walk.house(where)
    seen.url = web.url
    if who is None:
        return
    unproven, _, email = who.rpartition(":")
    seen.take((web.browser(email) if unproven else visit(web, email)).cookies)


def link_to_sign_in(walk: Walk) -> str:
    """One that has just been mailed."""
    ask_for_link(walk.paper.office, SAM, "/")
    return mailed_link(walk.paper)


@pytest.mark.parametrize("stop", WALK, ids=lambda stop: stop.name)
def test_the_page(window: Callable[..., Seen], walk: Walk, stop: Stop) -> None:
    seen = window()
    enter(seen, walk, stop.who, stop.where)
    if stop.route == "GET /set-up":
        set_up_code(walk.paper.office)
    path = link_to_sign_in(walk) if stop.path == "{link}" else walk.at(stop.path, stop.where)
    seen.go(path)
    if stop.act:
        stop.act(seen)
    seen.look(stop.name)
    seen.page.set_viewport_size({"width": 320, "height": 640})
    seen.tab_through(stop.name)
    assert seen.complaints == []


def test_the_page_of_a_database_that_is_gone(
    window: Callable[..., Seen], walk: Walk, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = window()
    enter(seen, walk, ANA)

    def broken(_: Store) -> None:
        raise OperationalError("select", {}, Exception("no database"))

    monkeypatch.setattr(Store, "read", broken)
    seen.go("/report")
    seen.complaints[:] = [one for one in seen.complaints if "status of 503" not in one]
    seen.look("error-503")
    seen.go("/help/by-hand")
    seen.look("help-by-hand-without-a-database")


def test_the_pages_of_a_drill(
    window: Callable[..., Seen], walk: Walk, monkeypatch: pytest.MonkeyPatch
) -> None:
    drill = DrillPart(says="This is only an exercise. Nothing here is real.")
    monkeypatch.setattr(walk.paper.office.settings, "drill", drill)
    seen = window()
    enter(seen, walk, DEE)
    for name, path in (("drill-home", "/"), ("drill-incident", "/i/{worded}")):
        seen.go(walk.at(path))
        seen.look(name)


def test_what_to_do_by_hand_fits_on_paper(window: Callable[..., Seen], walk: Walk) -> None:
    seen = window()
    seen.go("/help/by-hand")
    paper = seen.print("help-by-hand")
    assert pages_of(paper) == 1


def test_every_route_that_gives_a_page_is_walked() -> None:
    pages = {
        route
        for route in all_routes()
        if route.startswith("GET ")
        and not route.removeprefix("GET ").startswith(NO_PAGES)
        and not route.endswith(PARTS_OF_PAGES)
    }
    assert {stop.route for stop in WALK} == pages


def test_every_template_is_walked(walk: Walk) -> None:
    assert page_templates() - walk.rendered == set()


def test_what_breaks_the_policy_is_found(window: Callable[..., Seen], walk: Walk) -> None:
    seen = window()
    seen.go("/")
    seen.page.evaluate(
        "() => document.body.append(Object.assign(document.createElement('script'),"
        " {textContent: 'window.pwned = 1'}))"
    )
    seen.page.wait_for_timeout(200)
    assert any("script-src" in one for one in seen.complaints)
    assert seen.page.evaluate("window.pwned") is None
