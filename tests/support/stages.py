"""A stage for each platform: a real server on this machine, an account on it, and its faults."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol

from amends.sandbox import Picture, Sandbox
from integrations.platforms.base import Connection, Platform, Words
from integrations.platforms.bounded_connection import Bounds
from integrations.platforms.x import X

QUICK = Bounds(connect=1.0, read=0.4, whole=0.8)


def words(text: str, key: str = "key", at: datetime | None = None) -> Words:
    """Words as the ledger freezes them."""
    return Words(text, key, at or datetime.now(UTC))


class Stage(Protocol):
    """What the contract needs of a platform's test server. Ids are the platform's own."""

    platform: Platform
    handle: str
    secrets: tuple[str, ...]

    def post(self, text: str, *, picture: bytes | None = None, alt_text: str | None = None) -> str:
        """Put a post on our account, past the API."""
        ...

    def post_by_another(self, text: str) -> str:
        """Put a post on somebody else's account."""
        ...

    def edit(self, remote_id: str, text: str) -> str:
        """Put a newer version of the post there."""
        ...

    def live(self) -> list[str]:
        """The texts that can be seen on our account."""
        ...

    def ever(self) -> int:
        """How many posts our account ever had."""
        ...

    def calls(self, verb: str) -> int:
        """How many calls of this kind the server had."""
        ...

    def strangers_calls_were_signed(self) -> bool:
        """Whether any public read carried credentials."""
        ...

    def fail(self, verb: str, fault: str, **details: float) -> None:
        """Make the next call fail."""
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

    def with_read_only_token(self) -> Platform:
        """An account whose app may not write."""
        ...


class XStage:
    """X on the practice platform."""

    handle = "dept"

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.credentials = sandbox.add_account("dept", "Dept for Examples")
        self.others = sandbox.add_account("somebody", "Somebody Else")
        token = self.credentials
        self.secrets = (token.consumer_secret, token.access_token_secret, token.access_token)
        self.platform = self._connect(self.credentials.secret)

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
        return len(self.sandbox.calls(verb))

    def strangers_calls_were_signed(self) -> bool:
        calls = [*self.sandbox.calls("oembed"), *self.sandbox.calls("media")]
        return any(call.signed for call in calls)

    def fail(self, verb: str, fault: str, **details: float) -> None:
        self.sandbox.fail(verb, fault, **details)

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


STAGES = {"x": XStage}
