"""A post on X as a member of the public sees it: by its embed, with no credentials at all."""

from urllib.parse import urlsplit

import requests

from integrations.errors import OutsideError
from integrations.platforms.bounded import Answered, asked, bound, host_of
from integrations.platforms.bounded_connection import USUAL, Bounds
from integrations.platforms.reading import read_as
from integrations.platforms.x_shapes import Embed
from models.words import Presence

EMBED = "https://publish.twitter.com/oembed"
HOSTS = frozenset({"publish.twitter.com", "publish.x.com"})
MOVED = frozenset({301, 302, 307, 308})


class XStranger:
    """Looks at one account's posts from outside."""

    hidden_looks_absent = False  # of a protected account X says 403

    def __init__(self, handle: str, base_url: str | None = None, *, bounds: Bounds = USUAL) -> None:
        self._handle = handle.lstrip("@").lower()
        self._session = bound(requests.Session(), bounds, base_url)

    def presence(self, remote_id: str) -> Presence:
        """Only X's own 404 is *gone*; a login wall, a refusal or silence is *unknown*."""
        try:
            embed = read_as(Embed, self._embed(remote_id))
        except Answered as answered:
            return Presence.GONE if answered.status == 404 else Presence.UNKNOWN
        except OutsideError:
            return Presence.UNKNOWN
        shown = urlsplit(embed.url).path.rstrip("/")
        return Presence.PRESENT if shown.endswith(f"/{remote_id}") else Presence.UNKNOWN

    def close(self) -> None:
        """Let go of the connections."""
        self._session.close()

    def _embed(self, remote_id: str) -> bytes:
        query = {"url": f"https://x.com/{self._handle}/status/{remote_id}", "omit_script": "1"}
        try:
            return self._get(EMBED, query)
        except Answered as answered:
            # X moves its embeds between its two own names; nowhere else is followed.
            place = answered.headers.get("location", "")
            if answered.status not in MOVED or host_of(place) not in HOSTS:
                raise
        return self._get(f"https://{host_of(place)}/oembed", query)

    def _get(self, url: str, query: dict[str, str]) -> bytes:
        headers = {"Cache-Control": "no-cache"}
        return asked(lambda: self._session.get(url, params=query, headers=headers)).content
