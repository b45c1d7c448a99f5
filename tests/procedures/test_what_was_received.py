"""What a platform receives is what a person cleared, byte for byte; an edit after that never is.

The bytes are those of the request at the wire, in front of the server: what the server makes of
them (HTML on Mastodon, NFC on X, facets on Bluesky) is its own, and is not what is compared.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from department import CY, DEE, EVE, Department, account, open_department
from fault_proxy import Dialect, FaultProxy, Reply

from amends.sandbox import Sandbox
from flows.deciding.clearing import clear
from flows.deciding.speaking_at_once import speak_at_once
from flows.deciding.writing import write_words
from models.snapshot import Snapshot
from models.statements import wording_digest
from models.words import Kind, StatementState, Wait
from policy.words import Finding

WRONG = "The fund opens on 3 May."
OWN = (
    "We are sorry: the date was not right.\r\n\r\nIt is 5 June 2027 \u2014 \u201cnoon\u201d, "
    "5\u00a0\u2126 \U0001f469\U0001f3fd\u200d\U0001f680 <b>& more</b>: https://dept.example/fund?a=1&b=2"
)
"""What a normalisation would change: an ohm sign, line ends, joined signs, HTML, a link."""

ON_X = Dialect(
    ("create",),
    lambda one: "create" if (one.method, one.path) == ("POST", "/2/tweets") else "",
    lambda fault: Reply(500),
    lambda verb, request: Reply(200),
)


def _on_x(body: bytes) -> str:
    return str(json.loads(body)["text"])


def _on_mastodon(body: bytes) -> str:
    (text,) = parse_qs(body.decode(), keep_blank_values=True)["status"]
    return text


def _on_bluesky(body: bytes) -> str:
    return str(json.loads(body)["record"]["text"])


@dataclass(frozen=True)
class Place:
    """One account, the way in to it, and what came in there."""

    platform: str
    handle: str
    proxy: FaultProxy
    link: Callable[[], str]
    text_in: Callable[[bytes], str]

    def received(self) -> list[str]:
        """The texts that it was asked to publish, oldest first."""
        return [self.text_in(call.body) for call in self.proxy.calls("create")]


@dataclass
class World:
    """A department with an engine at work, and its accounts on one platform."""

    department: Department
    places: list[Place]

    def report(self, **more: str | None) -> str:
        links = tuple(place.link() for place in self.places)
        return self.department.report_wrong_fact(links, **more)

    def all_published(self, reference: str) -> Snapshot:
        out = {StatementState.PUBLISHED}
        return self.department.until(
            reference, lambda s: {one.state for one in s.statements} == out, 60
        )

    def clear_all(self, reference: str, by: str = DEE) -> None:
        seen = self.department.until(
            reference, lambda s: len(s.statements) == len(self.places) and bool(s.wordings)
        )
        for one in seen.statements:
            clear(
                self.department.office, self.department.person(by), reference, statement=one.id,
                digest=seen.wordings[str(one.wording_id)].digest, approve=True,
                claims=(), confirmed=list(Finding),
            )  # fmt: skip

    def received(self) -> list[tuple[str, str]]:
        """The digest of everything that was received, with its text."""
        return [
            (wording_digest(text, platform=place.platform, handle=place.handle), text)
            for place in self.places
            for text in place.received()
        ]


def _x(stack: ExitStack) -> tuple[list[Place], dict[str, str]]:
    sandbox = Sandbox().start()
    stack.callback(sandbox.stop)
    proxies = [stack.enter_context(FaultProxy(sandbox.url, ON_X)) for _ in range(2)]
    handles = ("news", "travel")
    secrets = {f"AT_{one.upper()}": sandbox.add_account(one, one).secret for one in handles}
    places = [
        Place(
            "x", handle, proxy,
            lambda h=handle, p=proxy: f"{p.url}/{h}/status/{sandbox.add_post(h, WRONG).id}",
            _on_x,
        )
        for handle, proxy in zip(handles, proxies, strict=True)
    ]  # fmt: skip
    return places, secrets


def _mastodon(stack: ExitStack) -> tuple[list[Place], dict[str, str]]:
    from mastodon_stage import MastodonStage, open_stage

    stages = [stack.enter_context(open_stage()) for _ in range(2)]
    places, secrets = [], {}
    for stage in stages:
        assert isinstance(stage, MastodonStage)
        at = f"{stage.proxy.url}/@{stage.handle}"
        places.append(
            Place(
                "mastodon", stage.handle, stage.proxy,
                lambda s=stage, a=at: f"{a}/{s.post(WRONG)}", _on_mastodon,
            )
        )  # fmt: skip
        secrets[f"AT_{stage.handle.upper()}"] = stage.credentials
    return places, secrets


def _bluesky(stack: ExitStack) -> tuple[list[Place], dict[str, str]]:
    from bluesky_stage import DIALECT, fresh_handle, shared_server

    server, places, secrets = shared_server(), [], {}
    for number in range(2):
        proxy = stack.enter_context(FaultProxy(server.base_url, DIALECT))
        handle = fresh_handle()
        secrets[f"AT_BLUESKY{number}"] = server.add_account(handle)
        person = server.person(handle)
        places.append(
            Place(
                "bluesky", handle, proxy,
                lambda p=person, q=proxy: p.link(p.post(WRONG), q.url), _on_bluesky,
            )
        )  # fmt: skip
    return places, secrets


OPENED = {"x": _x, "mastodon": _mastodon, "bluesky": _bluesky}


@pytest.fixture(params=["x", "mastodon", pytest.param("bluesky", marks=pytest.mark.real)])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    with ExitStack() as stack:
        places, secrets = OPENED[request.param](stack)
        accounts = "".join(
            account(place.platform, place.handle, name, place.proxy.url)
            for place, name in zip(places, secrets, strict=True)
        )
        department = open_department(tmp_path, more_accounts=accounts, more_secrets=secrets)
        stack.callback(department.close)
        department.start_engine()
        yield World(department, places)


def test_every_byte_that_was_received_is_one_that_somebody_cleared(world: World) -> None:
    """The template's words, a person's own, and a holding line, on two accounts each."""
    department = world.department
    by_template = world.report()
    world.clear_all(by_template)
    cleared = {one.digest for one in world.all_published(by_template).clearances}

    own = world.report()
    department.until(own, lambda s: len(s.statements) == 2)
    for statement in department.seen(own).statements:
        write_words(department.office, department.person(CY), own, text=OWN, statement=statement.id)
    world.clear_all(own, by=EVE)
    cleared |= {one.digest for one in world.all_published(own).clearances}

    received = world.received()
    assert {digest for digest, _ in received} == cleared
    assert len(received) == len(cleared) == 4
    assert [text for _, text in received].count(OWN) == 2


def test_words_that_were_edited_after_their_clearance_are_never_received(world: World) -> None:
    department = world.department
    reference = world.report()
    department.until(reference, lambda s: len(s.statements) == 2)
    department.stop_engine()  # cleared, and not sent yet
    world.clear_all(reference)
    stale = {one.digest for one in department.seen(reference).clearances}
    for statement in department.seen(reference).statements:
        write_words(
            department.office, department.person(CY), reference, text=OWN, statement=statement.id
        )
    department.start_engine()
    department.until_waiting(reference, Wait.CLEARANCE, 60)
    assert world.received() == []

    world.clear_all(reference, by=EVE)
    seen = world.all_published(reference)
    fresh = {one.digest for one in seen.clearances} - stale
    assert {digest for digest, _ in world.received()} == fresh
    assert len(world.received()) == 2


def test_a_holding_line_is_the_template_that_was_cleared_beforehand(world: World) -> None:
    department = world.department
    links = tuple(place.link() for place in world.places)
    reference = department.report(links, Kind.FACTUAL)
    department.until_waiting(reference, Wait.FACTS, 60)
    speak_at_once(department.office, department.person(DEE), reference)
    seen = world.all_published(reference)
    assert seen.clearances == ()
    assert {wording.template for wording in seen.wordings.values()} == {"checking"}
    drafted = {wording.digest for wording in seen.wordings.values()}
    assert {digest for digest, _ in world.received()} == drafted
