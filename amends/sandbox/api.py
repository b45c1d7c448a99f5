"""The part of X's API v2 that the practice platform speaks."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from amends.sandbox import oauth, reading, writing
from amends.sandbox.answers import READ_ONLY_APP, TOO_MANY, UNAUTHORISED, Answer, Json
from amends.sandbox.timeline import Account
from amends.sandbox.world import World


@dataclass(frozen=True)
class Request:
    """One request as it came, and the verb that it means."""

    method: str
    target: str
    authorization: str
    body: bytes
    verb: str = ""
    subject: str = ""

    @property
    def path(self) -> str:
        """The path without its query."""
        return urlsplit(self.target).path

    @property
    def query(self) -> list[tuple[str, str]]:
        """The query, in order."""
        return parse_qsl(urlsplit(self.target).query, keep_blank_values=True)

    @property
    def json(self) -> Json:
        """The body, or nothing where it is not an object."""
        try:
            read = json.loads(self.body or b"{}")
        except ValueError:
            return {}
        return read if isinstance(read, dict) else {}


ROUTES: tuple[tuple[str, re.Pattern[str], str], ...] = (
    ("GET", re.compile(r"/2/users/(me)"), "me"),
    ("GET", re.compile(r"/2/tweets/(\d{1,19})"), "get"),
    ("POST", re.compile(r"/2/(tweets)"), "create"),
    ("DELETE", re.compile(r"/2/tweets/(\d{1,19})"), "delete"),
    ("GET", re.compile(r"/2/users/(\d{1,19})/tweets"), "timeline"),
    ("GET", re.compile(r"/(oembed)"), "oembed"),
    ("GET", re.compile(r"/media/(\d{1,19}/\d)\.\w{3}"), "media"),
)
"""Method and path → verb, as faults and the log of calls name it."""

WRITES = frozenset({"create", "delete"})


def routed(method: str, path: str) -> tuple[str, str] | None:
    """The verb and what it is about; None where the API has no such call."""
    for wanted, pattern, verb in ROUTES:
        if method == wanted and (found := pattern.fullmatch(path)):
            return verb, found[1]
    return None


def act(world: World, request: Request, *, stale: bool = False) -> Answer:
    """Do what was asked, as strictly as X. ``stale`` reads see posts that are deleted."""
    if request.verb == "oembed":
        return reading.oembed(world, dict(request.query), stale=stale)
    if request.verb == "media":
        return reading.media(world, request.subject, stale=stale)
    account = oauth.signer(
        request.authorization,
        request.method,
        request.path,
        request.query,
        world.timeline.by_token,
    )
    if account is None:
        return UNAUTHORISED
    headers = {"x-access-level": account.access}
    window = world.windows.spend(account.id, request.verb) if world.limits else None
    if window:
        headers |= window.headers
    if window and window.exceeded:
        answer = TOO_MANY
    elif request.verb in WRITES and account.access != "read-write":
        answer = READ_ONLY_APP
    else:
        answer = _signed(world, account, request, stale=stale)
    return Answer(answer.status, answer.body, answer.content_type, answer.headers | headers)


def _signed(world: World, account: Account, request: Request, *, stale: bool) -> Answer:
    query = dict(request.query)
    verbs: dict[str, Callable[[], Answer]] = {
        "me": lambda: reading.me(account),
        "get": lambda: reading.get(world, request.subject, query, stale=stale),
        "timeline": lambda: reading.timeline(world, request.subject, query),
        "create": lambda: writing.create(world, account, request.json),
        "delete": lambda: writing.delete(world, account, request.subject),
    }
    return verbs[request.verb]()
