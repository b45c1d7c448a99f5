"""Mastodon, through Mastodon.py: one account on one instance, and its posts."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import requests
from mastodon import Mastodon as Library

from integrations.errors import (
    NotAuthorised,
    NotSent,
    NotSupported,
    OutcomeUnknown,
    OutsideError,
    Refused,
)
from integrations.platforms.base import Captured, Connection, Health, Length, Published, Words
from integrations.platforms.bounded import Answered
from integrations.platforms.bounded_connection import USUAL, Bounds
from integrations.platforms.mastodon_answers import meaning, says_absent
from integrations.platforms.mastodon_capture import VISIBILITIES, captured, name_of, ours
from integrations.platforms.mastodon_client import Instance
from integrations.platforms.mastodon_health import healthy, unhealthy
from integrations.platforms.mastodon_limits import AskedLimits
from integrations.platforms.mastodon_media import downloads, wanted
from integrations.platforms.mastodon_shapes import (
    AccountShape,
    EditShape,
    HistoryShape,
    PageShape,
    StatusShape,
)
from integrations.platforms.mastodon_stranger import MastodonStranger, seen
from integrations.platforms.mastodon_text import comparable, plain_text, takes, weighed
from integrations.platforms.mastodon_token import access_token
from integrations.platforms.reading import read_as
from models.words import Audience, Presence

PAGES = 32
PAGE_SIZE = 40
CLOCKS_APART = timedelta(seconds=60)
NO_POST = "0"
"""An id that no post has: they are made of the time."""

Read = TypeVar("Read")


class Mastodon:
    """One account on one instance. Raises as ``Platform`` says; every error's text is a code."""

    name = "mastodon"
    # Mastodon forgets a key after an hour, and its clock is not ours.
    key_holds: timedelta | None = timedelta(minutes=50)

    def __init__(self, connection: Connection, *, bounds: Bounds = USUAL) -> None:
        self._base_url = (connection.base_url or "").rstrip("/")
        self._name = name_of(connection.handle)
        self._own_id: str | None = None
        token = access_token(connection.secret)
        self._has_token = token is not None
        self._instance = Instance(self._base_url, token, bounds) if self._base_url else None
        self._limits = AskedLimits(self._instance)
        self._stranger = MastodonStranger(self._name, connection.base_url, bounds=bounds)
        self._downloads = downloads(bounds, self._base_url)

    def check(self) -> Health:
        """Ask whose token it is and what it may do. Raises nothing: problems are sentences."""
        try:
            account = self._account()
            self._try_to_write()
        except OutsideError as error:
            return unhealthy(self._name, error)
        return healthy(self._name, account)

    def capture(self, remote_id: str, *, media: bool = True) -> Captured | None:
        """Read the post whole; one request where it has no media and was never edited.

        Raises Refused("another-account") for a post that is not this account's.
        """
        found = self._found(remote_id)
        if found is None:
            return None
        response, status = found
        history = self._history(remote_id) if status.edited_at else []
        fetched = self._downloads.fetch(wanted(status.media_attachments if media else ()))
        return captured(response, status, history, fetched)

    def delete(self, remote_id: str, version: str | None = None) -> None:
        """Take the post down with its media; Mastodon's 404 is OutcomeUnknown("not-found").

        Mastodon deletes whatever stands there: with a ``version`` the post is read just before,
        and an edit between that reading and the deletion is not noticed.
        """
        if version is not None and not _before(lambda: self._is_still(remote_id, version)):
            raise OutcomeUnknown("not-found")
        response = self._call(
            "delete", lambda library: library.status_delete(remote_id, delete_media=True)
        )
        if read_as(StatusShape, response.content).id != remote_id:
            raise OutcomeUnknown("not-deleted")

    def presence(self, remote_id: str, *, public: bool) -> Presence:
        """Look for the post on its instance, with our token or without any."""
        if public:
            return self._stranger.presence(remote_id)
        if self._instance is None or not self._has_token:
            return Presence.UNKNOWN
        return seen(self._instance, remote_id)

    def measure(self, text: str) -> Length:
        """Mastodon's length and the instance's limit; asks the instance the first time."""
        limits = self._limits.get()
        return Length(weighed(text, limits.link_weighs), limits.characters)

    def same_words(self, one: str, other: str) -> bool:
        """Without what an instance changes: composition, spaces, the domains of mentions."""
        return comparable(one) == comparable(other)

    def publish(self, words: Words) -> Published:
        """Post the words alone, under their key, to the audience that saw what they put right.

        Raises NotSupported("not-public") for a post that only the people named in it saw: the same
        people could be reached only by naming them again.
        """
        if words.audience is Audience.NAMED:
            raise NotSupported("not-public")
        if not takes(words.text) or not self.measure(words.text).fits:
            raise Refused("too-long-or-invalid")
        _before(self._own_account)
        response = self._call(
            "create",
            lambda library: library.status_post(
                words.text,
                visibility=VISIBILITIES[words.audience],
                language=words.language,
                idempotency_key=words.key,
            ),
        )
        return self._published(read_as(StatusShape, response.content).id)

    def find_published(
        self, words: Words, since: datetime, *, any_key: bool = False
    ) -> tuple[Published, ...]:
        """Our posts with this text, from a minute before ``since`` because clocks differ."""
        wanted = comparable(words.text)
        start = since - CLOCKS_APART
        own_id = self._own_account()
        found: list[Published] = []
        last: str | None = None
        for _ in range(PAGES):
            page, last = self._page(own_id, last)
            ours = [one for one in page if one.reblog is None and one.posted_at >= start]
            same = [one.id for one in ours if comparable(plain_text(one.content)) == wanted]
            found += [self._published(post_id) for post_id in same]
            if last is None or any(one.posted_at < start for one in page):
                return tuple(found)
        raise OutcomeUnknown("timeline-too-long")

    def edit(self, remote_id: str, words: Words) -> None:
        """Put these words in the place of the post's own; its media and warning stay.

        Mastodon drops whatever an edit does not repeat, so the post is read first. A poll cannot
        be repeated without losing its votes: Refused("has-a-poll").
        """
        if not takes(words.text) or not self.measure(words.text).fits:
            raise Refused("too-long-or-invalid")
        status = _before(lambda: self._to_be_edited(remote_id))
        response = self._call(
            "create",
            lambda library: library.status_update(
                remote_id,
                words.text,
                spoiler_text=status.spoiler_text,
                sensitive=status.sensitive,
                media_ids=[one.id for one in status.media_attachments],
            ),
        )
        read_as(StatusShape, response.content)

    def close(self) -> None:
        """Let go of the connections."""
        if self._instance is not None:
            self._instance.close()
        self._stranger.close()
        self._downloads.close()

    def _found(self, remote_id: str) -> tuple[requests.Response, StatusShape] | None:
        """The post, where there is one and it is ours."""
        try:
            response = self._ask(lambda library: library.status(remote_id))
        except Answered as answered:
            if says_absent(answered):
                return None
            error = meaning(answered, "read", datetime.now(UTC))
        else:
            return response, ours(read_as(StatusShape, response.content), self._name)
        raise error

    def _is_still(self, remote_id: str, version: str) -> bool:
        """Whether the post is there. Raises Refused("changed") when it is another version."""
        found = self._found(remote_id)
        if found is not None and found[1].version != version:
            raise Refused("changed")
        return found is not None

    def _to_be_edited(self, remote_id: str) -> StatusShape:
        found = self._found(remote_id)
        if found is None:
            raise Refused("http-404")
        if found[1].poll is not None:
            raise Refused("has-a-poll")
        return found[1]

    def _history(self, remote_id: str) -> list[EditShape]:
        response = self._call("read", lambda library: library.status_history(remote_id))
        return read_as(HistoryShape, response.content).root

    def _page(self, own_id: str, after: str | None) -> tuple[list[StatusShape], str | None]:
        """One page of our posts, newest first, and the id after which the next begins."""
        response = self._call(
            "read",
            lambda library: library.account_statuses(
                own_id, exclude_reblogs=True, max_id=after, limit=PAGE_SIZE
            ),
        )
        page = read_as(PageShape, response.content).root
        return page, page[-1].id if page and "next" in response.links else None

    def _account(self) -> AccountShape:
        response = self._call("read", lambda library: library.account_verify_credentials())
        return read_as(AccountShape, response.content)

    def _own_account(self) -> str:
        """Our account's id. Raises NotAuthorised("another-account")."""
        if self._own_id is None:
            account = self._account()
            if account.acct.lower() != self._name:
                raise NotAuthorised("another-account")
            self._own_id = account.id
        return self._own_id

    def _try_to_write(self) -> None:
        """Raises NotAuthorised for a token that may not write.

        No instance says what a token may do: it is asked to edit a post that cannot be, which
        changes nothing and answers 404 to who may write and 403 to who may not.
        """
        try:
            self._ask(lambda library: library.status_update(NO_POST, ""))
        except Answered as answered:
            if answered.status in (404, 422):
                return
            error = meaning(answered, "read", datetime.now(UTC))
        else:
            return
        raise error

    def _published(self, post_id: str) -> Published:
        return Published(post_id, f"{self._base_url}/@{self._name}/{post_id}")

    def _call(self, act: str, call: Callable[[Library], object]) -> requests.Response:
        """Make one call; what the instance refuses is raised as what to do next."""
        try:
            return self._ask(call)
        except Answered as answered:
            error = meaning(answered, act, datetime.now(UTC))
        raise error

    def _ask(self, call: Callable[[Library], object]) -> requests.Response:
        if self._instance is None:
            raise NotAuthorised("no-instance")
        if not self._has_token:
            raise NotAuthorised("no-token")
        return self._instance.ask(call)


def _before(read: Callable[[], Read]) -> Read:
    """Read something before an act; a reading that went wrong is NotSent, for so is the act."""
    try:
        return read()
    except OutcomeUnknown as unknown:
        code = unknown.code
    raise NotSent(code)
