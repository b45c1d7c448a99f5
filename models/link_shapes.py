"""What the links of each platform look like: hosts by exact name, paths by strict pattern."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Shape:
    """One form of a link's path, and the path that it is kept as."""

    pattern: re.Pattern[str]
    kept: str


def _shape(pattern: str, kept: str) -> Shape:
    return Shape(re.compile(pattern + "/?", re.ASCII), kept)


HOSTS: dict[str, tuple[str, str]] = {
    "x.com": ("x", "x.com"),
    "www.x.com": ("x", "x.com"),
    "mobile.x.com": ("x", "x.com"),
    "twitter.com": ("x", "x.com"),
    "www.twitter.com": ("x", "x.com"),
    "mobile.twitter.com": ("x", "x.com"),
    "bsky.app": ("bluesky", "bsky.app"),
    "facebook.com": ("facebook", "www.facebook.com"),
    "www.facebook.com": ("facebook", "www.facebook.com"),
    "m.facebook.com": ("facebook", "www.facebook.com"),
    "mobile.facebook.com": ("facebook", "www.facebook.com"),
    "web.facebook.com": ("facebook", "www.facebook.com"),
    "fb.watch": ("facebook", "fb.watch"),
    "instagram.com": ("instagram", "www.instagram.com"),
    "www.instagram.com": ("instagram", "www.instagram.com"),
    "linkedin.com": ("linkedin", "www.linkedin.com"),
    "www.linkedin.com": ("linkedin", "www.linkedin.com"),
    "uk.linkedin.com": ("linkedin", "www.linkedin.com"),
    "mobile.linkedin.com": ("linkedin", "www.linkedin.com"),
    "tiktok.com": ("tiktok", "www.tiktok.com"),
    "www.tiktok.com": ("tiktok", "www.tiktok.com"),
    "m.tiktok.com": ("tiktok", "www.tiktok.com"),
    "vm.tiktok.com": ("tiktok", "vm.tiktok.com"),
    "youtube.com": ("youtube", "www.youtube.com"),
    "www.youtube.com": ("youtube", "www.youtube.com"),
    "m.youtube.com": ("youtube", "www.youtube.com"),
    "youtu.be": ("youtube", "youtu.be"),
    "threads.net": ("threads", "www.threads.com"),
    "www.threads.net": ("threads", "www.threads.com"),
    "threads.com": ("threads", "www.threads.com"),
    "www.threads.com": ("threads", "www.threads.com"),
}
"""Host as written → platform, and the host that the link is kept with. Nothing else is public."""

SHORT_HOSTS = frozenset({"fb.watch", "youtu.be", "vm.tiktok.com"})
"""Hosts whose first path segment is a post already."""

SHAPES: dict[str, tuple[Shape, ...]] = {
    "x": (
        _shape(
            r"/(?P<handle>\w{1,20})/status(?:es)?/(?P<id>[1-9]\d{0,18})(?:/(?:photo|video)/\d)?",
            "/{handle}/status/{id}",
        ),
    ),
    "bluesky": (
        _shape(
            r"/profile/(?P<handle>[a-z0-9-]+(?:\.[a-z0-9-]+)+)/post/(?P<id>[2-7a-z]{13})",
            "/profile/{handle}/post/{id}",
        ),
    ),
    "mastodon": (
        _shape(r"/@(?P<handle>[\w.-]{1,100})/(?P<id>\d{1,20})", "/@{handle}/{id}"),
        _shape(r"/users/(?P<handle>[\w.-]{1,100})/statuses/(?P<id>\d{1,20})", "/@{handle}/{id}"),
    ),
    "instagram": (
        _shape(r"/(?:p|reel|tv)/(?P<id>[\w-]{5,40})", "/p/{id}"),
        _shape(r"/(?P<handle>[\w.]{1,30})/(?:p|reel|tv)/(?P<id>[\w-]{5,40})", "/p/{id}"),
    ),
    "threads": (
        _shape(r"/@(?P<handle>[\w.]{1,30})/post/(?P<id>[\w-]{5,40})", "/@{handle}/post/{id}"),
    ),
    "tiktok": (
        _shape(
            r"/@(?P<handle>[\w.]{1,30})/(?:video|photo)/(?P<id>\d{5,25})", "/@{handle}/video/{id}"
        ),
    ),
}
"""Platforms whose posts can be told from the path alone."""

STRICT = frozenset({"x", "bluesky", "mastodon"})
"""Platforms on which a link of no known shape is refused; elsewhere a person opens it anyway."""

IDENTITY_PARAMETERS: dict[str, tuple[str, ...]] = {
    "facebook": ("fbid", "id", "story_fbid", "v"),
    "youtube": ("lb", "v"),
}
"""The parts of a query that say which post it is; the rest is tracking and is dropped."""

NAMELESS = re.compile(r"/i/(?:web/)?status/\d+|/profile/did:[a-z]+:[\w.:%-]+/post/\w+", re.ASCII)
"""Links that do not say whose post it is."""

SAYS_NOBODY = re.compile(
    r"/(?:feed/update|live|p|permalink\.php|photo(?:\.php)?|post|reel|share|shorts|story\.php"
    r"|videos|watch)(?:/|$)",
    re.ASCII,
)
"""Paths of public links that name a post and no account: whose it is, only a person can see."""
