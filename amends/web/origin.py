"""Whether a request that changes something comes from a page of another site."""

from urllib.parse import urlsplit

from starlette.types import Scope

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
OURS = frozenset({b"same-origin", b"none"})
"""What a browser says of a request from our own page, and of one that a person began themselves."""


def is_foreign(scope: Scope, public_url: str) -> bool:
    """Whether another site had a browser send it. Programs, which send neither of the two headers,
    have no session that another site could use."""
    if scope["method"] in SAFE:
        return False
    headers = dict(scope["headers"])
    if headers.get(b"sec-fetch-site", b"none") not in OURS:
        return True
    origin = headers.get(b"origin")
    if origin is None:
        return False
    return not _is_ours(origin.decode("latin-1"), headers.get(b"host", b""), public_url)


def _is_ours(origin: str, host: bytes, public_url: str) -> bool:
    """A proxy in front may call us by another name than the browser does; the settings have that
    one. ``null`` is nobody's."""
    scheme, _, name = origin.partition("://")
    here = urlsplit(public_url)
    if name == here.netloc and scheme == here.scheme:
        return True
    return scheme in ("http", "https") and name.encode("latin-1") == host
