"""Bluesky on its real server, behind a proxy that counts the calls and makes them go wrong."""

import atexit
import functools
import itertools
import json
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import httpx
import libipld
from fault_proxy import Dialect, FaultProxy, Reply, Request
from stages import Stage

from amends.practice.bluesky import BlueskyServer
from amends.practice.bluesky_person import BlueskyPerson
from amends.sandbox.faults import Fault
from integrations.platforms.base import Connection, Platform
from integrations.platforms.bluesky import Bluesky
from integrations.platforms.bounded_connection import Bounds

PATIENT = Bounds(connect=1.0, read=1.2, whole=2.0)
"""Short enough for a test, and long enough for a busy server that hashes a password."""

VERBS = {
    "com.atproto.repo.putRecord": "create",
    "com.atproto.repo.deleteRecord": "delete",
    "com.atproto.sync.getBlob": "media",
    "com.atproto.server.getSession": "me",
    "com.atproto.server.createSession": "login",
    "com.atproto.server.refreshSession": "refresh",
    "com.atproto.sync.getRecord": "signed",
}
LOOK = "com.atproto.repo.getRecord"

REFUSALS: dict[str, tuple[int, str]] = {
    "400": (400, "InvalidRequest"),
    "401": (401, "AuthenticationRequired"),
    "402": (402, "PaymentRequired"),
    "403-app": (403, "Forbidden"),
    "403-suspended": (403, "RepoSuspended"),
    "403-duplicate": (403, "Forbidden"),
    "403-rules": (403, "Forbidden"),
    "404": (404, "XRPCNotSupported"),
    "422": (422, "InvalidRequest"),
    "500": (500, "InternalServerError"),
    "504": (504, "UpstreamTimeout"),
    "429": (429, "RateLimitExceeded"),
    "worn-out": (400, "ExpiredToken"),
}
HTML = (("Content-Type", "text/html"),)
PAGE = b"<!doctype html><title>Sign in</title>"


def verb_of(request: Request) -> str:
    """What a call is; a look without credentials is a member of the public's."""
    method = request.path.rpartition("/")[2]
    if method == LOOK:
        return "get" if request.signed else "public"
    return VERBS.get(method, "")


def refusal(fault: Fault) -> Reply:
    """How the real server words each no."""
    name = fault.trouble.status
    if name == "login-302":
        return Reply(302, b"", (("Location", "https://bsky.app/"),))
    if name == "login-200":
        return Reply(200, PAGE, HTML)
    if name == "503-html":
        return Reply(503, PAGE, HTML)
    status, word = REFUSALS[name]
    headers = [("Content-Type", "application/json; charset=utf-8")]
    if status == 429:
        reset = int(time.time() + fault.reset_in)
        headers += [("RateLimit-Limit", "30"), ("RateLimit-Remaining", "0")]
        headers += [("RateLimit-Reset", str(reset)), ("RateLimit-Policy", "30;w=300")]
    body = json.dumps({"error": word, "message": "As it was told to"}).encode()
    return Reply(status, body, tuple(headers))


def lie(verb: str, request: Request) -> Reply:
    """An answer in the right shape, of something that did not happen."""
    cid = "bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a"
    body: dict[str, object] = {"commit": {"cid": cid, "rev": "3lbhtsv2jjk2b"}}
    if verb == "create":
        asked = json.loads(request.body)
        place = f"at://{asked['repo']}/{asked['collection']}/{asked['rkey']}"
        body |= {"uri": place, "cid": cid}
    return Reply(200, json.dumps(body).encode())


DIALECT = Dialect(
    ("create", "delete", "get", "media", "me", "public", "login", "refresh", "signed"),
    verb_of,
    refusal,
    lie,
)

_names = (f"d{os.getpid()}-{number}" for number in itertools.count())


def fresh_handle() -> str:
    """A handle that no other test has."""
    return f"{next(_names)}.test"


@functools.cache
def shared_server() -> BlueskyServer:
    """One server for every test of this process; each test has accounts of its own on it."""
    server = BlueskyServer().start()
    atexit.register(server.stop)
    return server


@functools.cache
def somebody() -> BlueskyPerson:
    """An account that is not ours."""
    handle = fresh_handle()
    shared_server().add_account(handle)
    return shared_server().person(handle)


def deactivate(handle: str) -> None:
    """Its owner closes the account for a while: it may come back with every post."""
    shared_server().person(handle).send("com.atproto.server.deactivateAccount", {})


def take_down(handle: str) -> None:
    """The server's own people close the account, for as long as they like."""
    server = shared_server()
    subject = {"$type": "com.atproto.admin.defs#repoRef", "did": server.person(handle).did}
    answer = httpx.post(
        f"{server.base_url}/xrpc/com.atproto.admin.updateSubjectStatus",
        json={"subject": subject, "takedown": {"applied": True, "ref": "a-test"}},
        auth=("admin", "admin-pass"),  # what the server's own test environment has
        trust_env=False,
    )
    answer.raise_for_status()


def ever_created(server: BlueskyServer, did: str) -> int:
    """How many posts the account ever had, by the server's own journal.

    It writes there before it keeps a post: killed in between, it writes the same post again when it
    is asked again. The same record under the same key is one post to every reader.
    """
    journal = server.folder / "data" / "sequencer.sqlite"
    with closing(sqlite3.connect(f"file:{journal}?mode=ro", uri=True)) as database:
        rows = database.execute("select event from repo_seq where did = ?", (did,)).fetchall()
    ops = [op for (event,) in rows for op in libipld.decode_dag_cbor(event).get("ops", ())]
    made = {(op["path"], op["cid"]) for op in ops if op["action"] == "create"}
    return sum(path.startswith("app.bsky.feed.post/") for path, _ in made)


class BlueskyStage:
    """An account of its own on the real server, behind a proxy of its own."""

    metrics: dict[str, int] = {}  # noqa: RUF012
    edits = False
    versions_kept = 0
    tells_versions = True
    names_any_post = False
    refuses_equal_texts = False
    finds_by_key = True
    pages = 1
    link_weighs: int | None = None
    also_refuses = ("\n",)
    rate_limits = ("429",)
    at_once = 20

    def __init__(self, proxy: FaultProxy) -> None:
        self.server = shared_server()
        self.proxy = proxy
        self.handle = fresh_handle()
        self.credentials = self.server.add_account(self.handle)
        self.person = self.server.person(self.handle)
        self.secrets = (json.loads(self.credentials)["password"], "eyJ0eXAi")
        self.platform: Platform = self._connect(self.credentials)
        self.platform.check()

    def _connect(self, secret: str) -> Bluesky:
        connection = Connection("bluesky", self.handle, secret, self.proxy.url)
        return Bluesky(connection, bounds=PATIENT)

    def post(self, text: str, *, picture: bytes | None = None, alt_text: str | None = None) -> str:
        return self.person.post(text, picture=picture, alt_text=alt_text)

    def post_by_another(self, text: str) -> str:
        return somebody().post(text)

    def edit(self, remote_id: str, text: str) -> str:
        self.person.change(remote_id, text)
        return remote_id

    def live(self) -> list[str]:
        return self.person.texts()

    def ever(self) -> int:
        return ever_created(self.server, self.person.did)

    def calls(self, verb: str) -> int:
        return len(self.proxy.calls(_here(verb)))

    def strangers_calls_were_signed(self) -> bool:
        calls = [*self.proxy.calls("public"), *self.proxy.calls("media")]
        return any(call.signed for call in calls)

    def fail(self, verb: str, fault: str, **details: float) -> None:
        self.proxy.fail(_here(verb), fault, **details)

    def settle(self) -> None:
        self.proxy.settle()

    def stop(self) -> None:
        self.proxy.stop()

    def with_expired_token(self) -> Bluesky:
        return self._connect(json.dumps({"identifier": self.handle, "password": "expired"}))

    def with_the_token_of_another(self) -> Bluesky:
        return self._connect(self.server.add_account(fresh_handle()))

    def with_read_only_token(self) -> None:
        return None


def _here(verb: str) -> str:
    """Our own post is found by its key: the same call that any post is read with."""
    return "get" if verb == "timeline" else verb


@contextmanager
def open_stage() -> Iterator[Stage]:
    """A stage of its own."""
    with FaultProxy(shared_server().base_url, DIALECT) as proxy:
        stage = BlueskyStage(proxy)
        yield stage
        stage.platform.close()
