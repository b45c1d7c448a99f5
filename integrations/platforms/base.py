"""What every platform can be asked to do: the promise that one file a service keeps."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from models.words import Presence


@dataclass(frozen=True)
class Connection:
    """One account as the platform needs it; ``secret`` is the JSON that its credentials are."""

    platform: str
    handle: str
    secret: str = field(repr=False)
    base_url: str | None = None


@dataclass(frozen=True)
class Capabilities:
    """What may be done on this account, through its API, with its credentials."""

    delete: bool = True
    publish: bool = True
    edit: bool = False
    reply: bool = False
    keyed_publish: bool = False


@dataclass(frozen=True)
class Health:
    """What ``check`` found. ``problems`` are sentences that say what is wrong and what to do."""

    capabilities: Capabilities
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Media:
    """One picture or film of a captured post."""

    name: str
    content_type: str
    content: bytes = field(repr=False)
    alt_text: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Captured:
    """Everything kept of a post. ``raw`` is the platform's own answer, byte for byte.

    ``missing`` names each picture or film that could not be had, with the code of why.
    """

    remote_id: str
    text: str = field(repr=False)
    posted_at: datetime | None
    author_handle: str
    raw: bytes = field(repr=False)
    headers: dict[str, str] = field(repr=False)
    metrics: dict[str, int]
    media: tuple[Media, ...] = ()
    edit_chain: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Length:
    """How long a text is as the platform counts it, and how long it may be."""

    used: int
    limit: int

    @property
    def fits(self) -> bool:
        """Whether the platform would take it."""
        return self.used <= self.limit


@dataclass(frozen=True)
class Published:
    """A post of our own, as the platform names it."""

    remote_id: str
    url: str


class Platform(Protocol):
    """One account on one platform: sessions warm, no retries of its own, every call bounded.

    Every call may raise NotSent, TryAgainLater, Refused, NotAuthorised, NotSupported or
    OutcomeUnknown (``integrations.errors``) and nothing else. Calls are synchronous and may be
    made from several threads at once.
    """

    name: str

    def check(self) -> Health:
        """Try the credentials without changing anything: token, scope, credit, right account."""
        ...

    def capture(self, remote_id: str, *, media: bool = True) -> Captured | None:
        """Read the post whole; None when the platform says that there is none."""
        ...

    def delete(self, remote_id: str) -> None:
        """Take the post down; returns when the platform says that it did, or was gone already."""
        ...

    def presence(self, remote_id: str, *, public: bool) -> Presence:
        """Look for the post: with our credentials, or as a member of the public (``public``).

        Raises nothing: a login wall, 401, 403, 429, 5xx or silence is ``Presence.UNKNOWN``.
        """
        ...

    def measure(self, text: str) -> Length:
        """Count the text as this platform does."""
        ...

    def publish(self, text: str, key: str) -> Published:
        """Post the text as a post of its own. ``key`` is used where the platform honours one."""
        ...

    def find_published(self, text: str, since: datetime) -> tuple[Published, ...]:
        """Our own posts with this text on the account's timeline since then."""
        ...

    def close(self) -> None:
        """Let go of the connections. Nothing may be asked afterwards."""
        ...
