"""Links to the web that words may carry: whole, https, to a named host; nothing is fetched."""

import re
from urllib.parse import urlsplit

LONGEST = 2000
_HOST = re.compile(r"(?=.{4,253}$)(?!-)(?:[a-z0-9-]{1,63}\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{2,59})")


def host_of(link: str) -> str | None:
    """The host of a well-formed https link in lower case; None of anything else.

    No user name, no port, no host that is a number: readers cannot tell where those lead.
    """
    if len(link) > LONGEST or not link.isascii() or any(c.isspace() or c < " " for c in link):
        return None
    try:
        parts = urlsplit(link)
        named = parts.port is None and "@" not in parts.netloc
    except ValueError:
        return None
    host = (parts.hostname or "").lower()
    fits = parts.scheme == "https" and named and _HOST.fullmatch(host) is not None
    return host if fits else None


def is_web_link(link: str) -> bool:
    """Whether the link is well-formed."""
    return host_of(link) is not None
