"""Whatever somebody puts into a form of a page, or into its address, the service does not fail."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from urllib.parse import quote

import pytest
from case_story import Story, begin
from case_visit import address_of, visit
from databases import NewDatabase
from forms import NASTY, PageForm, encoded, fillings, forms_of, spoilt
from fuzzing import answered
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from paper import ANA, BO, DEE, HAL, SAM, open_paper
from served import Served, Visitor, serve

from models.words import DecisionType, PostState, Role

PEOPLE = (ANA, DEE, HAL, BO)
LEAVES = ("/sign-out", "/report/forget")
"""Forms after which there would be nothing more to try."""

PAGES = (
    "/report", "/report/link", "/report/kind", "/report/about", "/report/check", "/incidents",
    "/i/{worded}", "/i/{worded}/more", "/i/{worded}/kind", "/i/{story}", "/cases", "/cases/glass",
    "{case}", "/sign-in", "/set-up", "/sign-in/nothing", "/ack/a-link",
)  # fmt: skip
ADDRESSES = (
    "/incidents?kind={}", "/incidents?account={}", "/incidents?after={}",
    "/incidents?state={}&mine={}",
    "/i/{}", "/i/{}/more", "/i/{}/kind", "/i/{worded}?done={}", "/cases/{}", "/sign-in?goes_to={}",
    "/sign-in/{}", "/ack/{}", "/report/sent/{}", "/static/{}/{}",
)  # fmt: skip


@dataclass
class Desk:
    """An office with something to fill in for everybody, and who is signed in to it."""

    web: Served
    story: Story
    worded: str
    people: dict[str, Visitor]
    known: dict[str, list[PageForm]] = field(default_factory=dict)

    def at(self, path: str) -> str:
        """The address of a page of this office."""
        case = address_of(self.web, self.story.reference)
        path = path.replace("{worded}", self.worded).replace("{story}", self.story.reference)
        return path.replace("{case}", case)

    def forms(self, email: str) -> list[PageForm]:
        """Every form that this person is shown, each once."""
        if email not in self.known:
            self.known[email] = self._forms(email)
        return self.known[email]

    def _forms(self, email: str) -> list[PageForm]:
        pages = ((self.at(path), self.people[email].get(self.at(path)).text) for path in PAGES)
        found = {(f.action, f.move): f for path, page in pages for f in forms_of(page, path)}
        return [one for one in found.values() if one.action not in LEAVES]


def open_desk(home: Path, url: str | None = None) -> Desk:
    """With a case, words that wait, and questions of every sort."""
    paper = open_paper(home, url)
    story = begin(paper, by=SAM, poster=ANA)
    worded = paper.worded(paper.link(2))
    post = paper.post(worded).id
    roles = (Role.DTU_DUTY, Role.DTU, Role.PUBLISHER)
    for type_ in (DecisionType.CONFIRM, DecisionType.KEEP, DecisionType.ATTEST):
        paper.ask(worded, type_, post, *roles)
    for type_ in (DecisionType.FACTS, DecisionType.ADVISE, DecisionType.CLOSE):
        paper.ask(worded, type_, "", *roles)
    paper.set_posts(worded, PostState.NEEDS_HUMAN)
    paper.ask(worded, DecisionType.SETTLE, post, *roles)
    paper.tell(worded, BO, Role.LINE_MANAGER, token="a-link")
    web = serve(paper)
    people = {email: visit(web, email) for email in PEOPLE}
    for visitor in people.values():
        visitor.post("/report", {"first": "no"})
        visitor.post("/report/link", {"links": paper.link(3)})
        visitor.post("/report/kind", {"kinds": "factual"})
    return Desk(web, story, worded, people)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One for all that is sent."""
    opened = open_desk(tmp_path_factory.mktemp("forms"))
    yield opened
    opened.web.close()
    opened.web.paper.close()


def few(examples: int) -> settings:
    """The same each time: nothing is left to the luck of a run."""
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


def send_anything(desk: Desk, examples: int) -> None:
    """Fill in forms, and addresses, at random; fail at the first answer that is a failure."""
    known = [(email, form) for email in PEOPLE for form in desk.forms(email)]
    assert len({form.action for _, form in known}) > 12
    chosen = st.sampled_from(known).flatmap(
        lambda one: st.tuples(st.just(one[0]), st.just(one[1]), fillings(one[1]))
    )

    @few(examples)
    @given(chosen)
    def fill_in(sent: tuple[str, PageForm, list[tuple[str, str]]]) -> None:
        email, form, fields = sent
        answer = desk.people[email].send(form.action, encoded(fields))
        assert answer.status_code < 500, (form.action, fields)

    @few(examples)
    @given(st.sampled_from(PEOPLE), st.sampled_from(ADDRESSES), st.sampled_from(NASTY), st.text())
    def go_to(email: str, path: str, odd: str, text: str) -> None:
        at = desk.at(path)
        for given_ in (odd, text[:50]):
            answer = desk.people[email].get(at.replace("{}", address_part(given_)))
            assert answer.status_code < 500, (path, given_)

    with answered() as heard:
        fill_in()
        go_to()
    assert heard.failures() == {}


def address_part(text: str) -> str:
    """As a part of an address, be it no text at all."""
    return quote(text.encode("utf-8", "surrogatepass"), safe="")[:6_000]


def spoil(desk: Desk, *people: str, every: int) -> None:
    """Spoil every form, a field at a time; of all ways to do so, send each ``every``-th."""
    ways = (
        (email, form, fields)
        for email in people
        for form in desk.forms(email)
        for fields in spoilt(form)
    )
    failed = [
        (form.action, fields)
        for email, form, fields in islice(ways, 0, None, every)
        if desk.people[email].send(form.action, encoded(fields)).status_code >= 500
    ]
    assert failed == []


def test_no_form_makes_a_page_fail(desk: Desk) -> None:
    spoil(desk, DEE, every=61)


@pytest.mark.matrix
@pytest.mark.timeout(900)
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_same_with_every_odd_value_in_every_field(
    tmp_path: Path, new_database: NewDatabase, kind: str
) -> None:
    desk = open_desk(tmp_path, new_database(kind))
    spoil(desk, *PEOPLE, every=1)
    send_anything(desk, 300)
    desk.web.close()
    desk.web.paper.close()


@pytest.mark.parametrize(
    "body",
    [b"csrf=%zz", b"\xff\xfe", b"&" * 5_000, b"a=1&" * 1_500, b"=", b"csrf", b"x" * 600_000],
    ids=["percent", "bytes", "ampersands", "many", "nothing", "name", "long"],
)
def test_what_is_no_form_is_refused(desk: Desk, body: bytes) -> None:
    for path in ("/report", "/incidents/find", f"/i/{desk.worded}/answer", "/cases", "/sign-in"):
        answer = desk.people[DEE].send(path, body, signed=False)
        assert 400 <= answer.status_code < 500, (path, answer.status_code)


@pytest.mark.parametrize("odd", [one for one in NASTY if one not in ("0", "")])
def test_a_stream_is_not_opened_at_an_odd_place(desk: Desk, odd: str) -> None:
    answer = desk.people[DEE].get(f"/i/{desk.worded}/live?after={address_part(odd)}")
    assert answer.status_code in (400, 422), odd
