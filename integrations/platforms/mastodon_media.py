"""The pictures, films and sounds of a post on Mastodon: wherever its instance keeps them."""

from collections.abc import Sequence

from integrations.platforms.bounded_connection import Bounds
from integrations.platforms.downloads import Downloads, Wanted
from integrations.platforms.mastodon_client import practised_at
from integrations.platforms.mastodon_shapes import MediaShape


def downloads(bounds: Bounds, base_url: str) -> Downloads:
    """What fetches them.

    Instances keep media with whom they like: any https address that our own instance gives for
    our own post is asked once. A practice instance keeps its own, and is asked for nothing else.
    """
    here = practised_at(base_url)
    start = f"{here}/" if here else "https://"
    return Downloads(bounds, here, lambda url: url.startswith(start))


def wanted(shapes: Sequence[MediaShape]) -> list[Wanted]:
    """What there is to fetch."""
    return [Wanted(one.id, one.url or one.preview_url, one.description) for one in shapes]
