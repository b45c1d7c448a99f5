"""The pictures and films of a post on X, fetched side by side from X's own hosts only."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import PurePosixPath
from urllib.parse import urlsplit

import requests

from integrations.errors import OutsideError
from integrations.platforms.base import Media
from integrations.platforms.bounded import Answered, asked, bound, host_of
from integrations.platforms.bounded_connection import MEBIBYTE, Bounds
from integrations.platforms.x_shapes import MediaShape

HOSTS = frozenset({"pbs.twimg.com", "video.twimg.com"})
LARGEST = 64 * MEBIBYTE
AT_ONCE = 4


class Downloads:
    """Fetches media without credentials, each within bounds of time and size."""

    def __init__(self, bounds: Bounds, base_url: str | None) -> None:
        self._base_url = base_url
        self._session = bound(requests.Session(), replace(bounds, size=LARGEST), base_url)

    def fetch(self, shapes: Sequence[MediaShape]) -> tuple[tuple[Media, ...], tuple[str, ...]]:
        """What could be had, and the key and code of what could not. Raises nothing."""
        if not shapes:
            return (), ()
        if len(shapes) == 1:
            fetched = [self._one(shapes[0])]
        else:
            with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="media") as pool:
                fetched = list(pool.map(self._one, shapes))
        kept = tuple(one for one in fetched if isinstance(one, Media))
        return kept, tuple(one for one in fetched if isinstance(one, str))

    def close(self) -> None:
        """Let go of the connections."""
        self._session.close()

    def _one(self, shape: MediaShape) -> Media | str:
        url = shape.best_url
        if url is None or not self._allowed(url):
            return f"{shape.media_key} no-address"
        try:
            response = asked(lambda: self._session.get(url))
        except Answered as answered:
            return f"{shape.media_key} http-{answered.status}"
        except OutsideError as error:
            return f"{shape.media_key} {error.code}"
        kind = response.headers.get("Content-Type", "")
        if not kind.startswith(("image/", "video/")):
            return f"{shape.media_key} not-media"  # a page that asks to log in, say
        name = shape.media_key + PurePosixPath(urlsplit(url).path).suffix
        return Media(name, kind, response.content, shape.alt_text)

    def _allowed(self, url: str) -> bool:
        if self._base_url is None:
            return host_of(url) in HOSTS
        return url.startswith(self._base_url + "/media/")
