"""A post on Mastodon as a member of the public sees it: read from its instance, without a token."""

from integrations.errors import OutsideError
from integrations.platforms.bounded import Answered
from integrations.platforms.bounded_connection import USUAL, Bounds
from integrations.platforms.mastodon_answers import says_absent
from integrations.platforms.mastodon_client import Instance
from integrations.platforms.mastodon_shapes import StatusShape
from integrations.platforms.reading import read_as
from models.words import Presence


class MastodonStranger:
    """Looks at one instance from outside; without ``base_url`` it does not know where to look."""

    hidden_looks_absent = True  # a post for followers is a 404 to everybody else

    def __init__(self, handle: str, base_url: str | None = None, *, bounds: Bounds = USUAL) -> None:
        self._instance = Instance(base_url.rstrip("/"), None, bounds) if base_url else None

    def presence(self, remote_id: str) -> Presence:
        """Only Mastodon's own 404 is *gone*; an instance closed to strangers is *unknown*."""
        if self._instance is None:
            return Presence.UNKNOWN
        return seen(self._instance, remote_id)

    def close(self) -> None:
        """Let go of the connections."""
        if self._instance is not None:
            self._instance.close()


def seen(instance: Instance, remote_id: str) -> Presence:
    """What this instance says of the post to whoever asks. Raises nothing."""
    try:
        status = read_as(
            StatusShape, instance.ask(lambda library: library.status(remote_id)).content
        )
    except Answered as answered:
        return Presence.GONE if says_absent(answered) else Presence.UNKNOWN
    except OutsideError:
        return Presence.UNKNOWN
    return Presence.PRESENT if status.id == remote_id else Presence.UNKNOWN
