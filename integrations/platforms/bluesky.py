"""Bluesky, through atproto: one account and its posts."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from atproto_client import models
from atproto_client.models.utils import get_model_as_json

from integrations.errors import NotSupported, OutcomeUnknown, OutsideError, Refused
from integrations.platforms.base import (
    FOR_EVER,
    Captured,
    Connection,
    Health,
    Length,
    Published,
    Words,
)
from integrations.platforms.bluesky_answers import ABSENT, SWAPPED, is_worn_out, meaning, says
from integrations.platforms.bluesky_blobs import Blobs, wanted
from integrations.platforms.bluesky_capture import captured
from integrations.platforms.bluesky_health import standing, unhealthy
from integrations.platforms.bluesky_record import POSTS, first_key, new_record, record_key
from integrations.platforms.bluesky_service import Answer, Service
from integrations.platforms.bluesky_session import Session, Sessions
from integrations.platforms.bluesky_shapes import (
    DeletedAnswer,
    ListAnswer,
    PutAnswer,
    RecordAnswer,
    Seen,
    StandingShape,
)
from integrations.platforms.bluesky_stranger import BlueskyStranger
from integrations.platforms.bluesky_text import LONGEST, comparable, length, takes
from integrations.platforms.bounded import Answered
from integrations.platforms.bounded_connection import USUAL, Bounds
from integrations.platforms.reading import Shape, read_as
from models.words import Presence

ENTRANCE = "https://bsky.social"
"""Where accounts of the real service sign in; it says which server keeps their posts."""
SITE = "https://bsky.app"

PAGES = 32
PAGE_SIZE = 100

Result = TypeVar("Result")


class Bluesky:
    """One account on Bluesky. Raises as ``Platform`` says; every error's text is a code.

    ``remote_id`` is the post's record key: it names a post of this account, and of no other.
    """

    name = "bluesky"
    key_holds: timedelta | None = FOR_EVER

    def __init__(self, connection: Connection, *, bounds: Bounds = USUAL) -> None:
        base_url = connection.base_url.rstrip("/") if connection.base_url else None
        self._handle = connection.handle.lstrip("@").lower()
        self._site = base_url or SITE
        self._is_own = base_url is not None
        self._entrance = Service(ENTRANCE, bounds, base_url)
        self._service = Service(ENTRANCE, bounds, base_url)
        self._blobs = Blobs(ENTRANCE, bounds, base_url)
        self._sessions = Sessions(self._entrance, self._handle, connection.secret)
        self._stranger = BlueskyStranger(self._handle, base_url, bounds=bounds)

    def check(self) -> Health:
        """Sign in and ask how the account stands. Raises nothing: problems are sentences."""
        try:
            answer = self._call(
                "read",
                lambda session: self._service.query(
                    "com.atproto.server.getSession", None, session.token
                ),
            )
            return standing(self._handle, read_as(StandingShape, answer.content))
        except OutsideError as error:
            return unhealthy(self._handle, error, self._sessions.found)

    def capture(self, remote_id: str, *, media: bool = True) -> Captured | None:
        """Read the post whole, and once more under the server's signature."""
        found = self._read(RecordAnswer, remote_id)
        if found is None:
            return None
        author, answer, record = found
        return captured(
            remote_id,
            author,
            answer,
            record,
            self._signed(author, remote_id),
            {} if self._is_own else self._stranger.counts(record.uri),
            self._blobs.fetch(author.did, wanted(record.value.embed) if media else ()),
        )

    def delete(self, remote_id: str, version: str | None = None) -> None:
        """Take the post down; a post that is not there is done."""
        try:
            answer = self._ask(lambda session: self._delete(session, remote_id, version))
        except Answered as answered:
            if not says(answered, SWAPPED):
                error = meaning(answered, "delete", datetime.now(UTC))
            elif self._read(Seen, remote_id) is None:
                return
            else:
                error = Refused("changed")
        else:
            read_as(DeletedAnswer, answer.content)
            return
        raise error

    def presence(self, remote_id: str, *, public: bool) -> Presence:
        """Look for the post with our session, or as anybody without one."""
        if public:
            return self._stranger.presence(remote_id)
        try:
            found = self._read(Seen, remote_id)
        except OutsideError:
            return Presence.UNKNOWN
        return Presence.GONE if found is None else Presence.PRESENT

    def measure(self, text: str) -> Length:
        """Letters as people see them, or a tenth of the bytes where that is more."""
        return Length(length(text), LONGEST)

    def same_words(self, one: str, other: str) -> bool:
        """Bluesky changes nothing; a person who copies words may change spaces and composition."""
        return comparable(one) == comparable(other)

    def publish(self, words: Words) -> Published:
        """Put the words under their own key, once, whatever became of an earlier attempt.

        Raises Refused("key-taken") where other words are there: nothing is ever overwritten.
        """
        if not takes(words.text):
            raise Refused("too-long-or-invalid")
        try:
            answer = self._ask(
                lambda session: self._service.procedure(
                    "com.atproto.repo.putRecord", new_record(session.did, words), session.token
                )
            )
        except Answered as answered:
            if says(answered, SWAPPED):
                return self._as_it_is(words)
            error = meaning(answered, "create", datetime.now(UTC))
        else:
            if read_as(PutAnswer, answer.content).uri.endswith(f"/{record_key(words)}"):
                return self._published(words)
            error = OutcomeUnknown("unreadable")
        raise error

    def find_published(
        self, words: Words, since: datetime, *, any_key: bool = False
    ) -> tuple[Published, ...]:
        """The post under the key of these words, if it has their text; else, with ``any_key``,
        those with their text whose keys are of a moment since then."""
        found = self._read(RecordAnswer, record_key(words))
        if found is not None and found[2].value.text == words.text:
            return (self._published(words),)
        return self._found_by_text(words.text, first_key(since)) if any_key else ()

    def edit(self, remote_id: str, words: Words) -> None:
        """Apps show the first version for as long as they like: Bluesky has no edits for people."""
        raise NotSupported("no-edit")

    def close(self) -> None:
        """Let go of the connections."""
        for one in (self._entrance, self._service, self._blobs, self._stranger):
            one.close()

    def _as_it_is(self, words: Words) -> Published:
        """There is something under the key that is not byte for byte ours: our words, or not."""
        if self.find_published(words, words.at):
            return self._published(words)
        raise Refused("key-taken")

    def _found_by_text(self, text: str, first: str) -> tuple[Published, ...]:
        """Our posts with this text from this key on. The server lists the latest keys first."""
        wanted = comparable(text)
        found: list[Published] = []
        cursor: str | None = None
        for _ in range(PAGES):
            page = self._page(cursor)
            keys = [one.uri.rpartition("/")[2] for one in page.records]
            found += [
                self._named(key)
                for key, one in zip(keys, page.records, strict=True)
                if key >= first and comparable(one.value.text) == wanted
            ]
            cursor = page.cursor
            if cursor is None or not keys or keys[-1] < first:
                return tuple(found)
        raise OutcomeUnknown("timeline-too-long")

    def _page(self, cursor: str | None) -> ListAnswer:
        answer = self._call(
            "read",
            lambda session: self._service.query(
                "com.atproto.repo.listRecords",
                models.ComAtprotoRepoListRecords.Params(
                    repo=session.did, collection=POSTS, limit=PAGE_SIZE, cursor=cursor
                ),
                session.token,
            ),
        )
        return read_as(ListAnswer, answer.content)

    def _delete(self, session: Session, remote_id: str, version: str | None) -> Answer:
        wanted = models.ComAtprotoRepoDeleteRecord.Data(
            repo=session.did, collection=POSTS, rkey=remote_id, swap_record=version
        )
        return self._service.procedure(
            "com.atproto.repo.deleteRecord", get_model_as_json(wanted), session.token
        )

    def _read(self, shape: type[Shape], remote_id: str) -> tuple[Session, Answer, Shape] | None:
        """The post as the server has it; None where it says that there is none."""
        try:
            session, answer = self._ask(lambda session: (session, self._get(session, remote_id)))
        except Answered as answered:
            if says(answered, ABSENT):
                return None
            error = meaning(answered, "read", datetime.now(UTC))
        else:
            record = read_as(shape, answer.content)
            if getattr(record, "uri", "") == f"at://{session.did}/{POSTS}/{remote_id}":
                return session, answer, record
            error = Refused("another-account")
        raise error

    def _get(self, session: Session, remote_id: str) -> Answer:
        wanted = models.ComAtprotoRepoGetRecord.Params(
            repo=session.did, collection=POSTS, rkey=remote_id
        )
        return self._service.query("com.atproto.repo.getRecord", wanted, session.token)

    def _signed(self, author: Session, remote_id: str) -> bytes | None:
        """The post with its proof up to the account's own signature. Raises nothing."""
        wanted = models.ComAtprotoSyncGetRecord.Params(
            did=author.did, collection=POSTS, rkey=remote_id
        )
        try:
            return self._service.query("com.atproto.sync.getRecord", wanted).content
        except (Answered, OutsideError):
            return None

    def _published(self, words: Words) -> Published:
        return self._named(record_key(words))

    def _named(self, key: str) -> Published:
        return Published(key, f"{self._site}/profile/{self._handle}/post/{key}")

    def _call(self, act: str, send: Callable[[Session], Result]) -> Result:
        """Make one call; what Bluesky refuses is raised as what to do next."""
        try:
            return self._ask(send)
        except Answered as answered:
            error = meaning(answered, act, datetime.now(UTC))
        raise error

    def _ask(self, send: Callable[[Session], Result]) -> Result:
        """Make the call; once more where the session was worn out, for then nothing was done."""
        session = self._session()
        try:
            return send(session)
        except Answered as answered:
            if not is_worn_out(answered):
                raise
        self._sessions.drop(session)
        return send(self._session())

    def _session(self) -> Session:
        session = self._sessions.current()
        if session.server and not self._is_own:
            self._service.move(session.server)
            self._blobs.move(session.server)
        return session
