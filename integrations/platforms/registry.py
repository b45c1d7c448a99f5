"""Which class speaks to which platform."""

from collections.abc import Callable
from urllib.parse import urlsplit

from amends.settings import LOOPBACK
from integrations.errors import NotAuthorised, NotSupported
from integrations.platforms.base import Connection, Platform, Stranger
from integrations.platforms.bluesky import Bluesky
from integrations.platforms.bluesky_stranger import BlueskyStranger
from integrations.platforms.mastodon import Mastodon
from integrations.platforms.mastodon_stranger import MastodonStranger
from integrations.platforms.x import X
from integrations.platforms.x_stranger import XStranger

REGISTRY: dict[str, Callable[[Connection], Platform]] = {
    "bluesky": Bluesky,
    "mastodon": Mastodon,
    "x": X,
}
"""Platform name, as accounts and links use it → what connects to it."""

STRANGERS: dict[str, Callable[[str, str | None], Stranger]] = {
    "bluesky": BlueskyStranger,
    "mastodon": MastodonStranger,
    "x": XStranger,
}
"""Platform name → what looks at a handle's posts from outside; by ``base_url`` where given."""


def connect(connection: Connection) -> Platform:
    """One account, ready to be asked; no call is made.

    Raises NotSupported("no-api") where posts are a person's to delete, and
    NotAuthorised("insecure-address") rather than send a token in the clear to another machine.
    """
    if connection.platform not in REGISTRY:
        raise NotSupported("no-api")
    if connection.base_url is not None:
        parts = urlsplit(connection.base_url)
        if parts.scheme != "https" and parts.hostname not in LOOPBACK:
            raise NotAuthorised("insecure-address")
    return REGISTRY[connection.platform](connection)
