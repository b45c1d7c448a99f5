"""The files that pages refer to: stylesheets and scripts, under one name that changes with them."""

import hashlib
from dataclasses import dataclass
from functools import cache

from templates.environment import HERE

STATIC = HERE / "static"
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True)
class Asset:
    """One file, as it is served."""

    media_type: str
    content: bytes


@cache
def assets() -> dict[str, Asset]:
    """Every file by its name."""
    return {
        path.name: Asset(MEDIA_TYPES[path.suffix], path.read_bytes())
        for path in sorted(STATIC.iterdir())
        if path.suffix in MEDIA_TYPES
    }


@cache
def digest() -> str:
    """Of all of them: they are served below it, so that a browser may keep them for good."""
    whole = hashlib.sha256()
    for name, asset in assets().items():
        whole.update(name.encode() + b"\0" + asset.content + b"\0")
    return whole.hexdigest()[:16]


def address_of(name: str) -> str:
    """Where the file is served. Raises KeyError where there is none."""
    assets()[name]
    return f"/static/{digest()}/{name}"
