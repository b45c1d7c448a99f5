"""A post on Bluesky as a member of the public sees it: with no credentials at all."""

import threading

from atproto_client import models

from integrations.errors import OutsideError
from integrations.platforms.bluesky_answers import ABSENT, says
from integrations.platforms.bluesky_record import POSTS
from integrations.platforms.bluesky_service import Service
from integrations.platforms.bluesky_shapes import CountsAnswer, Resolved, Seen
from integrations.platforms.bounded import Answered
from integrations.platforms.bounded_connection import USUAL, Bounds
from integrations.platforms.reading import read_as
from models.words import Presence

PUBLIC = "https://public.api.bsky.app"
"""What the apps of people without an account read; a server of one's own answers for itself."""


class BlueskyStranger:
    """Looks at one account's posts from outside."""

    hidden_looks_absent = False  # posts are public; of a closed account nothing is said

    def __init__(self, handle: str, base_url: str | None = None, *, bounds: Bounds = USUAL) -> None:
        self._handle = handle.lstrip("@").lower()
        self._service = Service(PUBLIC, bounds, base_url)
        self._lock = threading.Lock()
        self._did: str | None = None

    def presence(self, remote_id: str) -> Presence:
        """Only the server's own word that there is no such post is *gone*."""
        try:
            did = self._resolved()
            wanted = models.ComAtprotoRepoGetRecord.Params(
                repo=did, collection=POSTS, rkey=remote_id
            )
            answer = self._service.query("com.atproto.repo.getRecord", wanted)
            seen = read_as(Seen, answer.content)
        except Answered as answered:
            return Presence.GONE if says(answered, ABSENT) else Presence.UNKNOWN
        except OutsideError:
            return Presence.UNKNOWN
        right = seen.uri == f"at://{did}/{POSTS}/{remote_id}"
        return Presence.PRESENT if right else Presence.UNKNOWN

    def counts(self, uri: str) -> dict[str, int]:
        """How far a post went, where this server counts that. Raises nothing."""
        wanted = models.AppBskyFeedGetPosts.Params(uris=[uri])
        try:
            answer = read_as(
                CountsAnswer, self._service.query("app.bsky.feed.getPosts", wanted).content
            )
        except (Answered, OutsideError):
            return {}
        return answer.posts[0].model_dump() if answer.posts else {}

    def close(self) -> None:
        """Let go of the connections."""
        self._service.close()

    def _resolved(self) -> str:
        """The account's own name, asked for once: its handle may pass to somebody else."""
        with self._lock:
            known = self._did
        if known is None:
            wanted = models.ComAtprotoIdentityResolveHandle.Params(handle=self._handle)
            answer = self._service.query("com.atproto.identity.resolveHandle", wanted)
            known = read_as(Resolved, answer.content).did
            with self._lock:
                self._did = known
        return known
