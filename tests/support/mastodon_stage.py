"""Mastodon on the practice instance, behind a proxy that fails it."""

import atexit
import functools
import itertools
import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import httpx
from fault_proxy import Dialect, FaultProxy, Reply, Request
from stages import Stage

from amends.practice.mastodon import PracticeMastodon
from amends.sandbox.faults import Fault
from integrations.platforms.base import Connection, Platform
from integrations.platforms.bounded_connection import Bounds
from integrations.platforms.mastodon import Mastodon

# The instance is a process of its own on a machine that does other things: not QUICK.
BOUNDS = Bounds(connect=2.0, read=1.5, whole=2.0)

STATUS = "/api/v1/statuses"
VERBS = (
    *("create", "delete", "edit", "get", "public", "timeline", "me", "media"),
    *("probe", "history", "instance"),
)
ROUTES: tuple[tuple[str, str, str], ...] = (
    ("POST", r"/api/v1/statuses", "create"),
    ("DELETE", r"/api/v1/statuses/\d+", "delete"),
    ("PUT", r"/api/v1/statuses/0", "probe"),
    ("PUT", r"/api/v1/statuses/\d+", "edit"),
    ("GET", r"/api/v1/statuses/\d+", "get"),
    ("GET", r"/api/v1/statuses/\d+/history", "history"),
    ("GET", r"/api/v1/accounts/verify_credentials", "me"),
    ("GET", r"/api/v1/accounts/\d+/statuses", "timeline"),
    ("GET", r"/api/v[12]/instance/?", "instance"),
    ("GET", r"/media/.+", "media"),
)

JSON = ("Content-Type", "application/json; charset=utf-8")
HTML = ("Content-Type", "text/html; charset=utf-8")
REFUSALS: dict[str, Reply] = {
    "302": Reply(302, b"", (("Location", "/auth/sign_in"),)),
    "login-302": Reply(302, b"", (("Location", "/auth/sign_in"),)),
    "login-200": Reply(200, b"<!doctype html><title>Log in</title>", (HTML,)),
    "503-html": Reply(503, b"<!doctype html><title>Offline</title>", (HTML,)),
}
WORDS = {
    "400": (400, "Bad request"),
    "401": (401, "The access token is invalid"),
    "402": (402, "Payment required"),
    "403-app": (403, "This action is outside the authorized scopes"),
    "403-suspended": (403, "Your login is currently disabled"),
    "403-duplicate": (403, "This action is not allowed"),
    "403-rules": (403, "This action is not allowed"),
    "404": (404, "Record not found"),
    "422": (422, "Validation failed"),
    "429": (429, "Too many requests"),
    "429-day": (429, "Too many requests"),
    "500": (500, "An unexpected error occurred"),
    "504": (504, "Remote data could not be fetched"),
}


def verb_of(request: Request) -> str:
    """What each call is; a look without a token is a member of the public's."""
    for method, path, verb in ROUTES:
        if request.method == method and re.fullmatch(path, request.path):
            return "public" if verb == "get" and not request.signed else verb
    return ""


def refusal(fault: Fault) -> Reply:
    """Mastodon's own way of saying no, with its reset time in ISO 8601."""
    status = fault.trouble.status
    if status in REFUSALS:
        return REFUSALS[status]
    code, words = WORDS[status]
    headers: tuple[tuple[str, str], ...] = (JSON,)
    if code == 429:
        reset = (datetime.now(UTC) + timedelta(seconds=fault.reset_in)).isoformat()
        headers += (("X-RateLimit-Limit", "30"), ("X-RateLimit-Remaining", "0"))
        headers += (("X-RateLimit-Reset", reset.replace("+00:00", "Z")),)
    return Reply(code, json.dumps({"error": words}).encode(), headers)


def lie(verb: str, request: Request) -> Reply:
    """A well-formed answer that is not true."""
    if verb == "timeline":
        return Reply(200, b"[]", (JSON,))
    post_id = request.path.rpartition("/")[2] if verb != "create" else str(time.time_ns())
    made = {
        "id": post_id,
        "account": {"id": "1", "acct": "dept"},
        "content": "<p>Done</p>",
        "created_at": "2026-11-23T09:00:00.000Z",
    }
    return Reply(200, json.dumps(made).encode(), (JSON,))


Json = dict[str, object]

DIALECT = Dialect(VERBS, verb_of, refusal, lie)


@functools.cache
def instance() -> PracticeMastodon:
    """One instance for all the tests of this process; each makes accounts of its own."""
    started = PracticeMastodon().start()
    atexit.register(started.stop)
    return started


_NUMBERS = itertools.count(1)


class MastodonStage:
    """One account of its own on the instance, and somebody else's."""

    metrics: dict[str, int] = {"favourites_count": 1}  # noqa: RUF012
    edits = True
    versions_kept = 2
    tells_versions = True
    names_any_post = True
    refuses_equal_texts = False
    finds_by_key = False
    pages = 6
    link_weighs: int | None = 23
    also_refuses = ("a\0b",)
    rate_limits = ("429",)
    at_once = 5

    def __init__(self, server: PracticeMastodon, proxy: FaultProxy) -> None:
        number = next(_NUMBERS)
        self.server = server
        self.proxy = proxy
        self.handle = f"dept{number}"
        self.other = f"somebody{number}"
        self.credentials = server.add_account(self.handle, "Dept for Examples")
        self.others = server.add_account(self.other, "Somebody Else")
        self.secrets = (_token(self.credentials),)
        self.platform: Platform = self.connect(self.credentials)

    def connect(self, secret: str, *, base_url: str | None = None) -> Mastodon:
        """Our account with these credentials."""
        connection = Connection("mastodon", self.handle, secret, base_url or self.proxy.url)
        return Mastodon(connection, bounds=BOUNDS)

    def post(
        self,
        text: str,
        *,
        picture: bytes | None = None,
        alt_text: str | None = None,
        **more: str,
    ) -> str:
        """``more`` is what Mastodon's own call takes: visibility, spoiler_text."""
        sent: dict[str, str | list[str]] = {"status": text, **more}
        if picture:
            described = {"description": alt_text} if alt_text else {}
            file = {"file": ("picture.png", picture, "image/png")}
            made = self._ask("POST", "/api/v2/media", data=described, files=file)
            sent["media_ids[]"] = [str(made["id"])]
        post_id = str(self._ask("POST", STATUS, data=sent)["id"])
        if more.get("visibility", "public") == "public":
            self._ask("POST", f"{STATUS}/{post_id}/favourite", by=self.others)
        return post_id

    def post_by_another(self, text: str, **more: str) -> str:
        sent = {"status": text, **more}
        return str(self._ask("POST", STATUS, data=sent, by=self.others)["id"])

    def delete(self, remote_id: str) -> None:
        """Somebody takes a post of ours down with their app."""
        self._ask("DELETE", f"{STATUS}/{remote_id}")

    def delete_by_another(self, remote_id: str) -> None:
        """Somebody else takes their own post down with their app."""
        self._ask("DELETE", f"{STATUS}/{remote_id}", by=self.others)

    def edit(self, remote_id: str, text: str) -> str:
        return str(self._ask("PUT", f"{STATUS}/{remote_id}", data={"status": text})["id"])

    def live(self) -> list[str]:
        return [str(self._ask("GET", f"{STATUS}/{one}/source")["text"]) for one in self._own()]

    def ever(self) -> int:
        return len(self._own())

    def calls(self, verb: str) -> int:
        return len(self.proxy.calls(verb))

    def strangers_calls_were_signed(self) -> bool:
        calls = [*self.proxy.calls("public"), *self.proxy.calls("media")]
        return any(call.signed for call in calls)

    def fail(self, verb: str, fault: str, **details: float) -> None:
        self.proxy.fail(verb, fault, **details)

    def settle(self) -> None:
        self.proxy.settle()

    def stop(self) -> None:
        self.proxy.stop()

    def with_expired_token(self) -> Mastodon:
        return self.connect(json.dumps({"access_token": "expired"}))

    def with_the_token_of_another(self) -> Mastodon:
        return self.connect(self.others)

    def with_read_only_token(self) -> Mastodon:
        return self.connect(self.server.add_account(self.handle, scopes=("read",)))

    def post_with_poll(self, text: str, *choices: str) -> str:
        """A post that asks its readers something."""
        poll = {"options": choices, "expires_in": 600}
        return str(self._ask("POST", STATUS, json={"status": text, "poll": poll})["id"])

    def boost(self, remote_id: str) -> None:
        """Show somebody's post on our account."""
        self._ask("POST", f"{STATUS}/{remote_id}/reblog")

    def set_default_privacy(self, visibility: str) -> None:
        """What the account's posts are where a post does not say."""
        sent = {"source[privacy]": visibility}
        self._ask("PATCH", "/api/v1/accounts/update_credentials", data=sent)

    def visibility(self, remote_id: str) -> str:
        """Who may see the post, in Mastodon's word."""
        return str(self._status(remote_id)["visibility"])

    def version(self, remote_id: str) -> str:
        """When the post was last written, as the instance writes it."""
        status = self._status(remote_id)
        return str(status["edited_at"] or status["created_at"])

    def media_ids(self, remote_id: str) -> list[str]:
        """The media of the post."""
        attached = self._status(remote_id)["media_attachments"]
        assert isinstance(attached, list)
        return [one["id"] for one in attached]

    def has_media(self, media_id: str) -> bool:
        """Whether the instance still has it."""
        return self._answer("GET", f"/api/v1/media/{media_id}").is_success

    def sent(self, verb: str) -> list[dict[str, list[str]]]:
        """What these calls carried, as forms."""
        return [parse_qs(call.body.decode(), True) for call in self.proxy.calls(verb)]

    def _status(self, remote_id: str) -> Json:
        return self._ask("GET", f"{STATUS}/{remote_id}")

    def _own(self) -> list[str]:
        me = self._ask("GET", "/api/v1/accounts/verify_credentials")
        listed = self._ask("GET", f"/api/v1/accounts/{me['id']}/statuses?limit=40")
        assert isinstance(listed, list)
        return [one["id"] for one in listed]

    def _ask(self, method: str, path: str, *, by: str | None = None, **sent: Any) -> Json:
        read: Json = self._answer(method, path, by=by, **sent).raise_for_status().json()
        return read

    def _answer(
        self, method: str, path: str, *, by: str | None = None, **sent: Any
    ) -> httpx.Response:
        """Ask the instance itself, past the proxy; what it links to leads through the proxy."""
        headers = {
            "Authorization": f"Bearer {_token(by or self.credentials)}",
            "Host": self.proxy.url.removeprefix("http://"),
        }
        return _client().request(method, self.server.base_url + path, headers=headers, **sent)


@functools.cache
def _client() -> httpx.Client:
    return httpx.Client(trust_env=False, timeout=30)


def _token(credentials: str) -> str:
    return str(json.loads(credentials)["access_token"])


@contextmanager
def open_stage() -> Iterator[Stage]:
    """One account on the instance."""
    with FaultProxy(instance().base_url, DIALECT) as proxy:
        stage = MastodonStage(instance(), proxy)
        yield stage
        stage.platform.close()
