"""A mistake on Bluesky, from report to correction, on its real server: also where that one dies."""

import http.client
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import httpx
import pytest
from bluesky_stage import DIALECT, ever_created, fresh_handle, shared_server
from department import ANA, CY, Department, open_department
from fault_proxy import Call, FaultProxy, Reply, Request
from restoring import back_up_now, go_back, lift_as_soon_as_read
from sqlmodel import col, select

from amends.practice.bluesky import BlueskyServer
from amends.practice.bluesky_person import BlueskyPerson
from integrations.platforms import registry
from integrations.platforms.base import Captured, Published, Words
from integrations.platforms.bluesky import Bluesky
from models.effects import Attempt, Effect
from models.incident import Capture, Post
from models.words import EffectKind, PostState, Presence, StatementState, Wait

pytestmark = pytest.mark.real

WRONG = "The fund opens on 3 May."
Moment = Literal["before", "during", "after"]


class DeadlyProxy(FaultProxy):
    """Kills the server at one call: before it has it, while it works on it, or once it is done."""

    def __init__(self, server: BlueskyServer) -> None:
        super().__init__(server.base_url, DIALECT)
        self.server = server
        self.killed = threading.Event()
        self._moment: Moment | None = None
        self._verb = ""

    def kill_at(self, verb: str, moment: Moment) -> None:
        """The next call of this kind is the server's last; the caller's connection is reset."""
        self._verb, self._moment = verb, moment
        self.fail(verb, "reset-after")

    def passed_on(self, call: Call, request: Request) -> Reply:
        if call.verb != self._verb or self._moment is None:
            return super().passed_on(call, request)
        moment, self._moment = self._moment, None
        if moment == "during":
            _sent(self.upstream, request)
        elif moment == "after":
            assert super().passed_on(call, request).status == HTTPStatus.OK
        self.server.kill()
        self.killed.set()
        return Reply(HTTPStatus.BAD_GATEWAY)


def _sent(upstream: str, request: Request) -> None:
    """Give the server the request, and wait for nothing."""
    address = urlsplit(upstream)
    assert address.hostname
    server = http.client.HTTPConnection(address.hostname, address.port or 80, timeout=5)
    server.request(request.method, request.target, request.body, request.headers)


@dataclass
class World:
    """A department with an account on a Bluesky server, behind a proxy."""

    department: Department
    server: BlueskyServer
    proxy: FaultProxy
    person: BlueskyPerson

    def post(self, text: str) -> str:
        """Somebody posts with their app; the link."""
        return self.person.link(self.person.post(text), self.proxy.url)

    def row(self, reference: str) -> Post:
        """The post as the database has it."""
        return self.department.seen(reference).posts[0]

    def captures(self, reference: str) -> list[Capture]:
        """Every copy kept of the post, oldest first."""
        with self.department.office.store.read() as tx:
            where = col(Capture.post_id) == self.row(reference).id
            return list(tx.exec(select(Capture).where(where).order_by(col(Capture.taken_at))))

    def attempts(self, kind: EffectKind) -> int:
        """How often an act of this kind was tried."""
        with self.department.office.store.read() as tx:
            wanted = select(Attempt).join(Effect, col(Effect.id) == col(Attempt.effect_id))
            return len(tx.exec(wanted.where(col(Effect.kind) == kind)).all())


Opener = Callable[[BlueskyServer, FaultProxy], World]


@pytest.fixture
def open_world(tmp_path: Path) -> Iterator[Opener]:
    """Opens a department with an account on this server, behind this proxy."""
    with ExitStack() as stack:

        def opened(server: BlueskyServer, proxy: FaultProxy) -> World:
            stack.enter_context(proxy)
            handle = fresh_handle()
            credentials = server.add_account(handle)
            account = f"""
[[accounts]]
platform = "bluesky"
handle = "{handle}"
owner = "{CY}"
publishers = ["{ANA}", "{CY}"]
credentials = "env:BLUESKY_DEPT"
base_url = "{proxy.url}"
"""
            department = open_department(
                tmp_path, more_accounts=account, more_secrets={"BLUESKY_DEPT": credentials}
            )
            stack.callback(department.close)
            return World(department, server, proxy, server.person(handle))

        yield opened


@pytest.fixture
def world(open_world: Opener) -> World:
    """A department on the server that the tests share, its engine at work."""
    server = shared_server()
    world = open_world(server, FaultProxy(server.base_url, DIALECT))
    world.department.start_engine()
    return world


@pytest.fixture
def doomed(tmp_path: Path) -> Iterator[BlueskyServer]:
    """A server that may be killed."""
    with BlueskyServer(tmp_path / "server") as server:
        yield server


@pytest.fixture
def mortal(open_world: Opener, doomed: BlueskyServer) -> World:
    """A department on a server that may be killed, its engine at work."""
    world = open_world(doomed, DeadlyProxy(doomed))
    world.department.start_engine()
    return world


def _corrected(world: World, reference: str, seconds: float = 60) -> None:
    """Somebody clears the words, and they go up."""
    world.department.until_waiting(reference, Wait.CLEARANCE, seconds)
    world.department.clear(reference)
    world.department.until_waiting(reference, Wait.ADVICE, seconds)


def _says_once(world: World, reference: str) -> None:
    """One correction stands on the account, where the incident says that it does."""
    seen = world.department.seen(reference)
    (statement,) = seen.statements
    assert statement.state == StatementState.PUBLISHED
    assert world.person.texts() == [world.department.text_of(statement)]
    (record,) = world.person.records()
    assert statement.url == world.person.link(str(statement.remote_id), world.proxy.url)
    assert str(record["uri"]).endswith(f"/{statement.remote_id}")
    assert ever_created(world.server, world.person.did) == 2


def test_a_wrong_fact_on_bluesky_goes_and_the_right_one_stands(world: World) -> None:
    reference = world.department.report_wrong_fact(world.post(WRONG))
    seen = world.department.until(reference, lambda s: s.posts[0].state == PostState.GONE)
    assert seen.posts[0].seen_gone_by == ["own", "public"]
    (kept,) = world.captures(reference)
    assert kept.version is not None
    _corrected(world, reference)
    _says_once(world, reference)
    assert len(world.proxy.calls("login")) == 1
    world.department.finish(reference)


def test_a_post_that_was_changed_after_its_copy_is_kept_again_and_goes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = world.post(WRONG)
    key = link.rpartition("/")[2]
    delete = Bluesky.delete
    changes = iter(["The fund opens on 3 May!"])

    def after_somebody_changed_it(self: Bluesky, remote_id: str, version: str | None) -> None:
        for text in changes:
            world.person.change(key, text)
        delete(self, remote_id, version)

    monkeypatch.setattr(Bluesky, "delete", after_somebody_changed_it)
    reference = world.department.report_wrong_fact(link)
    world.department.until(reference, lambda s: s.posts[0].state == PostState.GONE, 40)
    first, second = world.captures(reference)
    assert first.version != second.version
    assert first.outdated_at is not None
    assert second.outdated_at is None
    assert world.person.texts() == []


@pytest.mark.parametrize("moment", ["before", "during", "after"])
def test_a_server_killed_in_the_middle_of_a_delete_leaves_it_settled(
    mortal: World, moment: Moment
) -> None:
    assert isinstance(mortal.proxy, DeadlyProxy)
    mortal.proxy.kill_at("delete", moment)
    reference = mortal.department.report_wrong_fact(mortal.post(WRONG))
    assert mortal.proxy.killed.wait(30)
    mortal.department.until(reference, lambda s: s.posts[0].state == PostState.UNKNOWN, 30)
    mortal.server.start()
    mortal.department.until(reference, lambda s: s.posts[0].state == PostState.GONE, 90)
    assert mortal.person.texts() == []
    _corrected(mortal, reference)
    _says_once(mortal, reference)
    _nobody_was_asked(mortal, reference)


@pytest.mark.parametrize("moment", ["before", "during", "after"])
def test_a_server_killed_in_the_middle_of_a_publish_leaves_one_post(
    mortal: World, moment: Moment
) -> None:
    assert isinstance(mortal.proxy, DeadlyProxy)
    reference = mortal.department.report_wrong_fact(mortal.post(WRONG))
    mortal.department.until_waiting(reference, Wait.CLEARANCE, 30)
    mortal.proxy.kill_at("create", moment)
    mortal.department.clear(reference)
    assert mortal.proxy.killed.wait(30)
    mortal.department.until(
        reference, lambda s: s.statements[0].state == StatementState.UNKNOWN, 30
    )
    mortal.server.start()
    mortal.department.until_waiting(reference, Wait.ADVICE, 90)
    _says_once(mortal, reference)
    _nobody_was_asked(mortal, reference)


def _nobody_was_asked(world: World, reference: str) -> None:
    """No person had to settle anything, or to act by hand."""
    said = world.department.said(reference)
    assert not [word for word in said if "needs-human" in word or "by-hand" in word]


@dataclass
class Stopwatch:
    """How long each act on Bluesky took, in seconds."""

    seconds: list[float] = field(default_factory=list)

    def watched(self) -> type[Bluesky]:
        """Bluesky, with its acts timed."""
        seconds = self.seconds

        class Timed(Bluesky):
            def capture(self, remote_id: str, *, media: bool = True) -> Captured | None:
                with _timed(seconds):
                    return super().capture(remote_id, media=media)

            def delete(self, remote_id: str, version: str | None = None) -> None:
                with _timed(seconds):
                    super().delete(remote_id, version)

            def presence(self, remote_id: str, *, public: bool) -> Presence:
                with _timed(seconds):
                    return super().presence(remote_id, public=public)

            def publish(self, words: Words) -> Published:
                with _timed(seconds):
                    return super().publish(words)

        return Timed


@dataclass
class _timed:
    seconds: list[float]
    started: float = 0.0

    def __enter__(self) -> None:
        self.started = time.monotonic()

    def __exit__(self, *_: object) -> None:
        self.seconds.append(time.monotonic() - self.started)


@pytest.mark.waits
@pytest.mark.timeout(600)
@pytest.mark.xdist_group("bluesky-throttled")
def test_sessions_opened_too_fast_are_waited_for_and_nothing_sleeps_in_a_call(
    open_world: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopwatch = Stopwatch()
    monkeypatch.setitem(registry.REGISTRY, "bluesky", stopwatch.watched())
    with BlueskyServer(tmp_path / "server", rate_limits=True) as server:
        world = open_world(server, FaultProxy(server.base_url, DIALECT))
        reset = _use_up_the_sessions(world)
        world.department.start_engine()
        reference = world.department.report_wrong_fact(world.post(WRONG))
        world.department.until(
            reference, lambda _: "capture-failed" in world.department.said(reference)
        )
        waits_until = world.row(reference).try_at
        assert waits_until is not None
        assert abs(waits_until - reset) < timedelta(seconds=3)
        assert reset - datetime.now(UTC) > timedelta(seconds=200)
        other = world.department.report_wrong_fact(world.department.post("The bridge is open."))
        world.department.until(other, lambda s: s.posts[0].state == PostState.GONE)

        seen = world.department.until(reference, lambda s: s.posts[0].state == PostState.GONE, 360)
        assert seen.posts[0].deleted_at >= waits_until
        assert [call.did for call in world.proxy.calls("login")] == [429, 200]
        assert max(stopwatch.seconds) < 5
        assert len(world.proxy.calls("delete")) == 1
        _corrected(world, reference)
        _says_once(world, reference)
        world.department.stop_engine()


def _use_up_the_sessions(world: World) -> datetime:
    """Open all that the real server allows in five minutes; when it will allow more."""
    login = world.department.secrets["BLUESKY_DEPT"]
    headers = {"Content-Type": "application/json"}
    with httpx.Client(trust_env=False, timeout=30) as client:
        for _ in range(31):
            answer = client.post(
                f"{world.server.base_url}/xrpc/com.atproto.server.createSession",
                content=login,
                headers=headers,
            )
    assert answer.status_code == HTTPStatus.TOO_MANY_REQUESTS
    return datetime.fromtimestamp(int(answer.headers["ratelimit-reset"]), UTC)


def test_words_that_went_up_after_a_backup_are_found_whatever_their_key(world: World) -> None:
    department = world.department
    reference = department.report_wrong_fact(world.post(WRONG))
    department.until_waiting(reference, Wait.CLEARANCE, 60)
    archive = back_up_now(department)
    _corrected(world, reference)

    go_back(department, archive)
    department.start_engine()
    lift_as_soon_as_read(department, _until)
    _corrected(world, reference)
    _says_once(world, reference)


def _until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end, "it did not become true"
        time.sleep(0.05)
