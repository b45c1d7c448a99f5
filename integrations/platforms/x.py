"""X, through tweepy: one account and its posts."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import requests
import tweepy

from integrations.errors import (
    NotAuthorised,
    NotSupported,
    OutcomeUnknown,
    OutsideError,
    Refused,
)
from integrations.platforms.base import Captured, Connection, Health, Length, Published, Words
from integrations.platforms.bounded import Answered, asked, bound, hush
from integrations.platforms.bounded_connection import USUAL, Bounds
from integrations.platforms.reading import read_as
from integrations.platforms.x_answers import meaning, says_absent
from integrations.platforms.x_capture import WHOLE_POST, captured, ours
from integrations.platforms.x_health import healthy, unhealthy
from integrations.platforms.x_media import downloads, wanted
from integrations.platforms.x_shapes import (
    CreatedAnswer,
    DeletedAnswer,
    MeAnswer,
    PageAnswer,
    PostAnswer,
)
from integrations.platforms.x_stranger import XStranger
from integrations.platforms.x_text import LONGEST, comparable, plain_text, takes, weighed
from integrations.platforms.x_token import token_parts
from models.words import Presence

PAGES = 32
CLOCKS_APART = timedelta(seconds=60)


class X:
    """One account on X. Raises as ``Platform`` says; every error's text is a code."""

    name = "x"
    key_holds: timedelta | None = None

    def __init__(self, connection: Connection, *, bounds: Bounds = USUAL) -> None:
        hush()
        base_url = connection.base_url.rstrip("/") if connection.base_url else None
        self._handle = connection.handle.lstrip("@").lower()
        self._site = base_url or "https://x.com"
        self._user_id: str | None = None
        token = token_parts(connection.secret)
        self._has_token = token is not None
        self._client = tweepy.Client(**(token or {}), return_type=requests.Response)
        bound(self._client.session, bounds, base_url)
        self._stranger = XStranger(self._handle, base_url, bounds=bounds)
        self._downloads = downloads(bounds, base_url)

    def check(self) -> Health:
        """Ask whose token it is and what it may do. Raises nothing: problems are sentences."""
        try:
            response = self._call("read", lambda: self._client.get_me(user_auth=True))
            user = read_as(MeAnswer, response.content).data
        except OutsideError as error:
            return unhealthy(self._handle, error)
        return healthy(self._handle, user.username, response.headers.get("x-access-level", ""))

    def capture(self, remote_id: str, *, media: bool = True) -> Captured | None:
        """Read the post whole; one request where it has no media.

        Raises Refused("another-account") for a post that is not this account's.
        """
        response = self._call(
            "read", lambda: self._client.get_tweet(remote_id, user_auth=True, **WHOLE_POST)
        )
        answer = read_as(PostAnswer, response.content)
        if answer.says_absent:
            return None
        post, author = ours(answer, self._handle)
        fetched = self._downloads.fetch(wanted(answer.includes.media if media else ()))
        return captured(response, post, author, fetched)

    def delete(self, remote_id: str, version: str | None = None) -> None:
        """Take the post down with its edits; X's 404 is OutcomeUnknown("not-found").

        X names no versions: deleting one edit deletes them all, whichever was captured.
        """
        response = self._call(
            "delete", lambda: self._client.delete_tweet(remote_id, user_auth=True)
        )
        if not read_as(DeletedAnswer, response.content).data.deleted:
            raise OutcomeUnknown("not-deleted")

    def presence(self, remote_id: str, *, public: bool) -> Presence:
        """Look for the post with our credentials, or by its public embed without any."""
        if public:
            return self._stranger.presence(remote_id)
        try:
            response = self._ask(lambda: self._client.get_tweet(remote_id, user_auth=True))
            answer = read_as(PostAnswer, response.content)
        except Answered as answered:
            return Presence.GONE if says_absent(answered) else Presence.UNKNOWN
        except OutsideError:
            return Presence.UNKNOWN
        if answer.says_absent:
            return Presence.GONE
        seen = answer.data is not None and answer.data.id == remote_id
        return Presence.PRESENT if seen else Presence.UNKNOWN

    def measure(self, text: str) -> Length:
        """X's weighted length."""
        return Length(weighed(text), LONGEST)

    def same_words(self, one: str, other: str) -> bool:
        """Without what X changes: composition, outer spaces, the form of links."""
        return comparable(one) == comparable(other)

    def publish(self, words: Words) -> Published:
        """Post the words alone. X knows no keys; OutcomeUnknown("duplicate") may be ours."""
        if not takes(words.text):
            raise Refused("too-long-or-invalid")
        response = self._call(
            "create", lambda: self._client.create_tweet(text=words.text, user_auth=True)
        )
        return self._published(read_as(CreatedAnswer, response.content).data.id)

    def find_published(
        self, words: Words, since: datetime, *, any_key: bool = False
    ) -> tuple[Published, ...]:
        """Our posts with this text, from a minute before ``since`` because clocks differ."""
        wanted = comparable(words.text)
        start = (since.astimezone(UTC) - CLOCKS_APART).strftime("%Y-%m-%dT%H:%M:%SZ")
        user_id = self._own_id()
        found: list[Published] = []
        token: str | None = None
        for _ in range(PAGES):
            page = self._page(user_id, start, token)
            same = [post.id for post in page.data if comparable(plain_text(post)) == wanted]
            found += [self._published(post_id) for post_id in same]
            token = page.meta.next_token
            if token is None:
                return tuple(found)
        raise OutcomeUnknown("timeline-too-long")

    def edit(self, remote_id: str, words: Words) -> None:
        """X edits only what paying people wrote in its own apps, and not by its API."""
        raise NotSupported("no-edit")

    def close(self) -> None:
        """Let go of the connections."""
        self._client.session.close()
        self._stranger.close()
        self._downloads.close()

    def _page(self, user_id: str, start: str, token: str | None) -> PageAnswer:
        response = self._call(
            "read",
            lambda: self._client.get_users_tweets(
                user_id,
                user_auth=True,
                start_time=start,
                max_results=100,
                pagination_token=token,
                tweet_fields=["entities", "note_tweet"],
            ),
        )
        return read_as(PageAnswer, response.content)

    def _own_id(self) -> str:
        if self._user_id is None:
            response = self._call("read", lambda: self._client.get_me(user_auth=True))
            user = read_as(MeAnswer, response.content).data
            if user.username.lower() != self._handle:
                raise NotAuthorised("another-account")
            self._user_id = user.id
        return self._user_id

    def _published(self, post_id: str) -> Published:
        return Published(post_id, f"{self._site}/{self._handle}/status/{post_id}")

    def _call(self, act: str, send: Callable[[], requests.Response]) -> requests.Response:
        """Make one call; what X refuses is raised as what to do next."""
        try:
            return self._ask(send)
        except Answered as answered:
            error = meaning(answered, act, datetime.now(UTC))
        raise error

    def _ask(self, send: Callable[[], requests.Response]) -> requests.Response:
        if not self._has_token:
            raise NotAuthorised("no-token")
        return asked(send)
