"""What the practice platform holds: accounts, their posts, and the pictures in them."""

import itertools
import json
import secrets
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

SNOWFLAKE_EPOCH = 1_288_834_974_657


@dataclass(frozen=True)
class Credentials:
    """The four parts of an OAuth 1.0a user token, under the names that ``amends.toml`` uses."""

    consumer_key: str
    consumer_secret: str
    access_token: str
    access_token_secret: str

    @property
    def secret(self) -> str:
        """The JSON that ``credentials = "env:…"`` points to."""
        return json.dumps(asdict(self))

    @classmethod
    def fresh(cls) -> "Credentials":
        """Four values that nobody else has."""
        return cls(*(secrets.token_urlsafe(24) for _ in range(4)))


@dataclass(frozen=True)
class Account:
    """One account. ``access`` is what its app may do: ``read-write`` or ``read``."""

    id: str
    handle: str
    name: str
    credentials: Credentials = field(repr=False)
    access: str = "read-write"
    profile: tuple[tuple[str, str], ...] = ()
    """What else it says of itself, in X's fields: ``description``, ``profile_image_url`` …"""


@dataclass(frozen=True)
class Picture:
    """A picture or film to be posted."""

    content: bytes = field(repr=False)
    content_type: str = "image/png"
    alt_text: str | None = None


@dataclass
class Post:
    """One post; ``deleted_at`` is empty while it can be seen. ``chain`` is shared by its edits."""

    id: str
    handle: str
    text: str
    created_at: datetime
    url: str
    pictures: tuple[Picture, ...] = ()
    metrics: dict[str, int] = field(default_factory=dict)
    chain: list[str] = field(default_factory=list)
    deleted_at: datetime | None = None


class Timeline:
    """Everything posted, deleted or not. Safe to use from several threads."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._accounts: dict[str, Account] = {}
        self._posts: dict[str, Post] = {}
        self._serial = itertools.count()

    def new_id(self) -> str:
        """An id that sorts by time, as X's do."""
        milliseconds = int(time.time() * 1000) - SNOWFLAKE_EPOCH
        return str((milliseconds << 22) | (next(self._serial) & 0x3FFFFF))

    def add_account(self, account: Account) -> None:
        """Open an account, or give the one with this handle new credentials."""
        with self.lock:
            self._accounts[account.handle.lower()] = account

    def account(self, handle: str) -> Account | None:
        """The account with this handle, whatever its case."""
        return self._accounts.get(handle.lower())

    def by_token(self, access_token: str) -> Account | None:
        """The account that this token belongs to."""
        with self.lock:
            accounts = list(self._accounts.values())
        return next((one for one in accounts if one.credentials.access_token == access_token), None)

    def by_id(self, account_id: str) -> Account | None:
        """The account with this id."""
        with self.lock:
            return next((one for one in self._accounts.values() if one.id == account_id), None)

    def add(
        self,
        handle: str,
        text: str,
        site: str,
        *,
        pictures: Sequence[Picture] = (),
        created_at: datetime | None = None,
        metrics: dict[str, int] | None = None,
        edit_of: str | None = None,
    ) -> Post:
        """Put a post on the timeline; ``edit_of`` makes it the newest version of another."""
        with self.lock:
            post_id = self.new_id()
            chain = self._posts[edit_of].chain if edit_of else []
            chain.append(post_id)
            post = Post(
                post_id,
                handle,
                text,
                created_at or datetime.now(UTC),
                f"{site}/{handle}/status/{post_id}",
                tuple(pictures),
                metrics or {},
                chain,
            )
            self._posts[post_id] = post
            return post

    def find(self, post_id: str, *, deleted_too: bool = False) -> Post | None:
        """The post with this id, where it can be seen."""
        post = self._posts.get(post_id)
        return post if post and (deleted_too or post.deleted_at is None) else None

    def delete(self, post: Post) -> None:
        """Take down the post and every version of it."""
        with self.lock:
            for post_id in post.chain:
                self._posts[post_id].deleted_at = datetime.now(UTC)

    def of(self, handle: str | None = None, *, deleted_too: bool = False) -> list[Post]:
        """Posts, newest first; each with its newest version only, unless deleted ones are asked."""
        with self.lock:
            posts = list(self._posts.values())
        return [
            post
            for post in sorted(posts, key=lambda post: (post.created_at, post.id), reverse=True)
            if handle in (None, post.handle)
            and (deleted_too or (post.deleted_at is None and post.chain[-1] == post.id))
        ]
