"""What every platform can be asked to do: the promise that one file a service keeps."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from models.words import Audience, Presence

FOR_EVER = timedelta.max


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

    ``missing`` names each picture or film that could not be had, with the code of why. ``version``
    is the platform's word for exactly this state of the post, where it has one; ``signed`` is the
    post under the platform's own signature; ``author_id`` stays when the handle changes;
    ``warning`` is the content warning that stood before the text; ``language`` is a tag like
    ``cy``, which whoever posted chose, or the platform guessed (``language_guessed``).
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
    version: str | None = None
    signed: bytes | None = field(default=None, repr=False)
    author_id: str | None = None
    warning: str | None = field(default=None, repr=False)
    language: str | None = None
    language_guessed: bool = False
    audience: Audience = Audience.PUBLIC


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
class Words:
    """Public words to be published, frozen at planning: the same at each attempt.

    ``key`` tells this act from every other one: at most 100 ASCII characters. ``at`` (UTC) is when
    it was frozen, for platforms that are told the time of a post. ``audience`` is who saw the post
    that the words put right.
    """

    text: str = field(repr=False)
    key: str
    at: datetime
    language: str = "en"
    audience: Audience = Audience.PUBLIC


@dataclass(frozen=True)
class Published:
    """A post of our own, as the platform names it."""

    remote_id: str
    url: str


class Platform(Protocol):
    """One account on one platform: sessions warm, no retries of its own, every call bounded.

    Every call may raise NotSent, TryAgainLater, Refused, NotAuthorised, NotSupported or
    OutcomeUnknown (``integrations.errors``) and nothing else. Calls are synchronous and may be
    made from several threads at once. No library under it tries anything again or sleeps.
    """

    name: str
    key_holds: timedelta | None
    """How long after the first attempt a second ``publish`` of the same words makes no second post:
    ``FOR_EVER``, a time, or None where the platform knows no keys."""

    def check(self) -> Health:
        """Try the credentials without changing anything: token, scope, credit, right account."""
        ...

    def capture(self, remote_id: str, *, media: bool = True) -> Captured | None:
        """Read the post whole; None when the platform says that there is none."""
        ...

    def delete(self, remote_id: str, version: str | None = None) -> None:
        """Take the post down; returns when the platform says that it did, or was gone already.

        ``version`` is what was captured: where the platform can tell, only that is deleted, and a
        post that has changed since raises Refused("changed").
        """
        ...

    def presence(self, remote_id: str, *, public: bool) -> Presence:
        """Look for the post: with our credentials, or as a member of the public (``public``).

        Raises nothing: a login wall, 401, 403, 429, 5xx or silence is ``Presence.UNKNOWN``.
        """
        ...

    def measure(self, text: str) -> Length:
        """Count the text as this platform does. Raises nothing; the first time it may ask the
        server for its limits, and takes the usual ones where it does not say."""
        ...

    def same_words(self, one: str, other: str) -> bool:
        """Whether a text as it is read here is another as it was sent: the platform may change
        composition, spaces and the form of links."""
        ...

    def publish(self, words: Words) -> Published:
        """Post the words as a post of their own, with their key where the platform honours one."""
        ...

    def find_published(
        self, words: Words, since: datetime, *, any_key: bool = False
    ) -> tuple[Published, ...]:
        """Our own posts with these words on the account's timeline since then.

        ``any_key``: also those that went up under a key which is not known any more, as after a
        restore. Where a key names one post, else only that is looked for.
        """
        ...

    def edit(self, remote_id: str, words: Words) -> None:
        """Put these words in the place of the post's own. Raises NotSupported("no-edit")."""
        ...

    def close(self) -> None:
        """Let go of the connections. Nothing may be asked afterwards."""
        ...


class Stranger(Protocol):
    """A member of the public: looks at posts of one handle with no credentials at all."""

    hidden_looks_absent: bool
    """Whether strangers are told of a post that they may not see that there is none: then their
    word that it is gone proves no deletion by itself."""

    def presence(self, remote_id: str) -> Presence:
        """Look once. Raises nothing: whatever is not a plain answer is ``Presence.UNKNOWN``."""
        ...

    def close(self) -> None:
        """Let go of the connections."""
        ...
