"""The pictures, films and sounds of a post on Mastodon, fetched side by side."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import PurePosixPath
from urllib.parse import urlsplit

import requests

from integrations.errors import OutsideError
from integrations.platforms.base import Media
from integrations.platforms.bounded import Answered, asked, bound
from integrations.platforms.bounded_connection import MEBIBYTE, Bounds
from integrations.platforms.mastodon_client import practised_at
from integrations.platforms.mastodon_shapes import MediaShape

LARGEST = 128 * MEBIBYTE
AT_ONCE = 4


class Downloads:
    """Fetches media without credentials, each within bounds of time and size.

    Instances keep media with whom they like: any https address that our own instance gives for
    our own post is asked once. A practice instance keeps its own, and is asked for nothing else.
    """

    def __init__(self, bounds: Bounds, base_url: str) -> None:
        here = practised_at(base_url)
        self._allowed = f"{here}/" if here else "https://"
        self._session = bound(requests.Session(), replace(bounds, size=LARGEST), here)

    def fetch(self, shapes: Sequence[MediaShape]) -> tuple[tuple[Media, ...], tuple[str, ...]]:
        """What could be had, and the id and code of what could not. Raises nothing."""
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
        url = shape.url or shape.preview_url
        if url is None or not url.startswith(self._allowed):
            return f"{shape.id} no-address"
        try:
            response = asked(lambda: self._session.get(url))
        except Answered as answered:
            return f"{shape.id} http-{answered.status}"
        except OutsideError as error:
            return f"{shape.id} {error.code}"
        kind = response.headers.get("Content-Type", "")
        if not kind.startswith(("image/", "video/", "audio/")):
            return f"{shape.id} not-media"  # a page that asks to log in, say
        name = shape.id + PurePosixPath(urlsplit(url).path).suffix
        return Media(name, kind, response.content, shape.description)
