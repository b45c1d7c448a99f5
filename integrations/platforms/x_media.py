"""The pictures and films of a post on X: from X's own hosts only."""

from collections.abc import Sequence

from integrations.platforms.bounded import host_of
from integrations.platforms.bounded_connection import Bounds
from integrations.platforms.downloads import Downloads, Wanted
from integrations.platforms.x_shapes import MediaShape

HOSTS = frozenset({"pbs.twimg.com", "video.twimg.com"})


def downloads(bounds: Bounds, base_url: str | None) -> Downloads:
    """What fetches them; a practice platform keeps its own, and is asked for nothing else."""

    def allowed(url: str) -> bool:
        if base_url is None:
            return host_of(url) in HOSTS
        return url.startswith(f"{base_url}/media/")

    return Downloads(bounds, base_url, allowed)


def wanted(shapes: Sequence[MediaShape]) -> list[Wanted]:
    """What there is to fetch."""
    return [Wanted(one.media_key, one.best_url, one.alt_text) for one in shapes]
