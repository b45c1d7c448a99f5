"""The pictures, films and sounds of a post, fetched side by side and without credentials."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TypeVar
from urllib.parse import urlsplit

import requests

from integrations.errors import OutsideError
from integrations.platforms.base import Media
from integrations.platforms.bounded import Answered, asked, bound
from integrations.platforms.bounded_connection import MEBIBYTE, Bounds

LARGEST = 128 * MEBIBYTE
AT_ONCE = 4
KINDS = ("image/", "video/", "audio/")

Fetched = tuple[tuple[Media, ...], tuple[str, ...]]
"""What could be had, and the name and code of what could not."""

Item = TypeVar("Item")


@dataclass(frozen=True)
class Wanted:
    """One medium of a post: the platform's name for it, where it is, and what its author says."""

    key: str
    url: str | None
    alt_text: str | None


def fetch_all(fetch: Callable[[Item], Media | str], wanted: Sequence[Item]) -> Fetched:
    """Fetch them a few at once; ``fetch`` gives a medium, or the name and code of why not."""
    if len(wanted) < 2:
        fetched = [fetch(one) for one in wanted]
    else:
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="media") as pool:
            fetched = list(pool.map(fetch, wanted))
    kept = tuple(one for one in fetched if isinstance(one, Media))
    return kept, tuple(one for one in fetched if isinstance(one, str))


class Downloads:
    """Fetches media within bounds of time and size, from addresses that are ``allowed`` only."""

    def __init__(
        self, bounds: Bounds, base_url: str | None, allowed: Callable[[str], bool]
    ) -> None:
        self._allowed = allowed
        self._session = bound(requests.Session(), replace(bounds, size=LARGEST), base_url)

    def fetch(self, wanted: Sequence[Wanted]) -> Fetched:
        """What could be had of them. Raises nothing."""
        return fetch_all(self._one, wanted)

    def close(self) -> None:
        """Let go of the connections."""
        self._session.close()

    def _one(self, wanted: Wanted) -> Media | str:
        url = wanted.url
        if url is None or not self._allowed(url):
            return f"{wanted.key} no-address"
        try:
            response = asked(lambda: self._session.get(url))
        except Answered as answered:
            return f"{wanted.key} http-{answered.status}"
        except OutsideError as error:
            return f"{wanted.key} {error.code}"
        kind = response.headers.get("Content-Type", "")
        if not kind.startswith(KINDS):
            return f"{wanted.key} not-media"  # a page that asks to log in, say
        name = wanted.key + PurePosixPath(urlsplit(url).path).suffix
        return Media(name, kind, response.content, wanted.alt_text)
