"""A stage for each platform: a real server on this machine, an account on it, and its faults."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol

from amends.sandbox import Picture, Sandbox
from integrations.platforms.base import Connection, Platform, Words
from integrations.platforms.bounded_connection import Bounds
from integrations.platforms.x import X

QUICK = Bounds(connect=1.0, read=0.4, whole=0.8)


def words(text: str, key: str | None = None, at: datetime | None = None) -> Words:
    """Words as the ledger freezes them: another text or another ``key`` is another act."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return Words(text, key or f"key-{digest[:24]}", at or datetime.now(UTC))


class Stage(Protocol):
    """What the contract needs of a platform's test server. Ids are the platform's own.

    The facts are what platforms differ in for a true reason; everything else they promise alike.
    The verbs of ``calls`` and ``fail`` are create, delete, get, timeline, me, media and public (a
    look as a member of the public).
    """

    platform: Platform
    handle: str
    secrets: tuple[str, ...]

    metrics: dict[str, int]
    """What is counted of a post that ``post`` put there; empty where nothing is."""
    edits: bool
    """Whether ``Platform.edit`` puts other words in a post's place."""
    versions_kept: int
    """How many versions a capture names of a post that was edited once; 0 where it cannot tell."""
    tells_versions: bool
    """Whether a delete takes only the version that was captured."""
    names_any_post: bool
    """Whether an id can mean a post of somebody else's."""
    refuses_equal_texts: bool
    """Whether the platform turns down a text that the account has just posted."""
    finds_by_key: bool
    """Whether our own post is found by its key alone, whenever it was posted."""
    pages: int
    """How many calls it takes to look through 206 posts for our own."""
    link_weighs: int | None
    """How many characters a link counts for; None where it counts as it is written."""
    also_refuses: tuple[str, ...]
    """Texts that this platform takes from nobody, beside the empty and the broken ones."""
    rate_limits: tuple[str, ...]
    """The faults that are this platform's ways of saying: not before that time."""
    at_once: int
    """How many calls its test server answers side by side within the stage's bounds."""

    def post(self, text: str, *, picture: bytes | None = None, alt_text: str | None = None) -> str:
        """Put a post on our account, past the API that is counted."""
        ...

    def post_by_another(self, text: str) -> str:
        """Put a post on somebody else's account."""
        ...

    def edit(self, remote_id: str, text: str) -> str:
        """Put a newer version of the post there; its id, which may be the same."""
        ...

    def live(self) -> list[str]:
        """The texts that can be seen on our account, as they were typed."""
        ...

    def ever(self) -> int:
        """How many posts our account ever had; where the server forgets them, how many it has."""
        ...

    def calls(self, verb: str) -> int:
        """How many calls of this kind the server had."""
        ...

    def strangers_calls_were_signed(self) -> bool:
        """Whether any public read, or the fetching of any picture, carried credentials."""
        ...

    def fail(self, verb: str, fault: str, **details: float) -> None:
        """Make the next call fail; see ``amends/sandbox/faults.py``."""
        ...

    def settle(self) -> None:
        """Wait for late effects."""
        ...

    def stop(self) -> None:
        """Stop the server: connections are refused."""
        ...

    def with_expired_token(self) -> Platform:
        """The same account with credentials that are no longer good."""
        ...

    def with_the_token_of_another(self) -> Platform:
        """Our handle with somebody else's credentials."""
        ...

    def with_read_only_token(self) -> Platform | None:
        """An account whose credentials may not write; None where there are no such credentials."""
        ...


class XStage:
    """X on the practice platform."""

    handle = "dept"
    metrics: dict[str, int] = {"like_count": 7}  # noqa: RUF012
    edits = False
    versions_kept = 2
    tells_versions = False
    names_any_post = True
    refuses_equal_texts = True
    finds_by_key = False
    pages = 3
    link_weighs: int | None = 23
    also_refuses = ("a\ufffeb",)
    rate_limits = ("429", "429-day")
    at_once = 20

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.credentials = sandbox.add_account("dept", "Dept for Examples")
        self.others = sandbox.add_account("somebody", "Somebody Else")
        token = self.credentials
        self.secrets = (token.consumer_secret, token.access_token_secret, token.access_token)
        self.platform: Platform = self._connect(self.credentials.secret)

    def _connect(self, secret: str, handle: str = "dept") -> X:
        return X(Connection("x", handle, secret, self.sandbox.url), bounds=QUICK)

    def post(self, text: str, *, picture: bytes | None = None, alt_text: str | None = None) -> str:
        pictures = [Picture(picture, "image/png", alt_text)] if picture else []
        return self.sandbox.add_post("dept", text, pictures=pictures, metrics={"like_count": 7}).id

    def post_by_another(self, text: str) -> str:
        return self.sandbox.add_post("somebody", text).id

    def edit(self, remote_id: str, text: str) -> str:
        return self.sandbox.add_post("dept", text, edit_of=remote_id).id

    def live(self) -> list[str]:
        return [post.text for post in self.sandbox.live_posts("dept")]

    def ever(self) -> int:
        return len(self.sandbox.everything_ever("dept"))

    def calls(self, verb: str) -> int:
        return len(self.sandbox.calls(_on_x(verb)))

    def strangers_calls_were_signed(self) -> bool:
        calls = [*self.sandbox.calls("oembed"), *self.sandbox.calls("media")]
        return any(call.signed for call in calls)

    def fail(self, verb: str, fault: str, **details: float) -> None:
        self.sandbox.fail(_on_x(verb), fault, **details)

    def settle(self) -> None:
        self.sandbox.settle()

    def stop(self) -> None:
        self.sandbox.stop()

    def with_expired_token(self) -> X:
        return self._connect(replace(self.credentials, access_token="expired").secret)

    def with_the_token_of_another(self) -> X:
        return self._connect(self.others.secret)

    def with_read_only_token(self) -> X:
        return self._connect(self.sandbox.add_account("reader", access="read").secret, "reader")


def _on_x(verb: str) -> str:
    """A member of the public sees a post of X by its embed."""
    return "oembed" if verb == "public" else verb


@contextmanager
def _x() -> Iterator[Stage]:
    with Sandbox() as sandbox:
        stage = XStage(sandbox)
        yield stage
        stage.platform.close()


def _mastodon() -> AbstractContextManager[Stage]:
    from mastodon_stage import open_stage

    return open_stage()


def _bluesky() -> AbstractContextManager[Stage]:
    from bluesky_stage import open_stage  # needs what `make test-real` installs

    return open_stage()


STAGES: dict[str, Callable[[], AbstractContextManager[Stage]]] = {
    "x": _x,
    "mastodon": _mastodon,
    "bluesky": _bluesky,
}
"""Platform → what opens a stage of its own, and closes it."""
