"""Reads the link to a post without following it: which platform, which account, which post."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, urlsplit

from amends.settings import LOOPBACK
from models.link_shapes import (
    HOSTS,
    IDENTITY_PARAMETERS,
    NAMELESS,
    SAYS_NOBODY,
    SHAPES,
    SHORT_HOSTS,
    STRICT,
)

LONGEST = 2000
LONGEST_KEPT = 500

_PLAIN = re.compile(r"[A-Za-z0-9._~:/?#@!$&'()*+,;=%\[\]-]+")
_PATH = re.compile(r"(?:/(?!\.{1,2}(?:/|$))(?:[A-Za-z0-9._~@:+,=-]|%[2-9A-Fa-f][0-9A-Fa-f])+)+/?")
_VALUE = re.compile(r"[A-Za-z0-9._-]{1,200}")

ENTER_LINK = "Enter the link to the post, starting with https://"
TOO_LONG = f"Enter the link to the post alone; it must be {LONGEST} characters or fewer"
ONE_POST = "Enter the link to one post, not to an account or a page"
NAME_WANTED = "Enter the link that has the account’s name in it, like https://x.com/name/status/123"
NOT_OURS = (
    "Enter a link to a post on one of our accounts, or on X, Bluesky, Facebook, Instagram, "
    "LinkedIn, Threads, TikTok or YouTube"
)


class BadLinkError(ValueError):
    """The link cannot be used. The text says what to enter, and repeats nothing of the link."""


@dataclass(frozen=True)
class KnownAccount:
    """An account of the register, as far as links need it."""

    platform: str
    handle: str
    base_url: str | None = None


@dataclass(frozen=True)
class ParsedLink:
    """Which post a link means.

    ``handle`` is lower case without @, and None where the link does not say. ``remote_id`` is the
    platform's id, or ``url`` where none can be read; it is unique in its ``realm``. ``configured``
    is False for an account that is not in the register: its post is a person's to delete.
    """

    platform: str
    handle: str | None
    remote_id: str
    url: str
    configured: bool
    realm: str = ""


def says_nobody(link: ParsedLink) -> bool:
    """Whether the link names a post and no account, so that only a person can see whose it is."""
    parts = urlsplit(link.url)
    return link.handle is None and (
        parts.netloc in SHORT_HOSTS or SAYS_NOBODY.match(parts.path) is not None
    )


@dataclass(frozen=True)
class _Place:
    """Where a link leads: a path on a platform's public site, or on an account's own address."""

    platform: str
    site: str
    path: str
    query: str
    own: bool


def parse_link(url: str, known: Collection[KnownAccount]) -> ParsedLink:
    """Say which post the link means, making no request. Raises BadLinkError and nothing else."""
    place = _place(_split(url.strip(" ")), known)
    if NAMELESS.match(place.path):
        raise BadLinkError(NAME_WANTED)
    for shape in SHAPES.get(place.platform, ()):
        if found := shape.pattern.fullmatch(place.path):
            groups = found.groupdict()
            handle = groups["handle"].lower() if groups.get("handle") else None
            kept = place.site + shape.kept.format(handle=handle, id=groups["id"])
            ours = any(_is_at(account, place, handle) for account in known)
            realm = _realm(place, handle)
            return ParsedLink(place.platform, handle, groups["id"], kept, ours, realm)
    if place.platform in STRICT:
        raise BadLinkError(ONE_POST)
    return _by_hand(place, known)


def _split(url: str) -> SplitResult:
    if len(url) > LONGEST:
        raise BadLinkError(TOO_LONG)
    if not _PLAIN.fullmatch(url):
        raise BadLinkError(ENTER_LINK)
    try:
        parts = urlsplit(url)
    except ValueError:
        raise BadLinkError(ENTER_LINK) from None
    if parts.scheme not in ("http", "https") or not parts.netloc or "@" in parts.netloc:
        raise BadLinkError(ENTER_LINK)
    return parts


def _place(parts: SplitResult, known: Collection[KnownAccount]) -> _Place:
    for account in known:
        if account.base_url and (path := _path_on(account.base_url, parts)) is not None:
            return _Place(account.platform, _site(account), path, parts.query, own=True)
    if parts.scheme != "https":
        raise BadLinkError(ENTER_LINK)
    if parts.netloc.lower() not in HOSTS:
        raise BadLinkError(NOT_OURS)
    platform, host = HOSTS[parts.netloc.lower()]
    return _Place(platform, f"https://{host}", parts.path, parts.query, own=False)


def _path_on(base_url: str, parts: SplitResult) -> str | None:
    """The link's path below an account's own address; None when it is somewhere else."""
    base = urlsplit(base_url.rstrip("/"))
    same = (base.scheme, base.netloc.lower()) == (parts.scheme, parts.netloc.lower())
    safe = base.scheme == "https" or base.hostname in LOOPBACK
    if not (same and safe and parts.path.startswith(base.path + "/")):
        return None
    return parts.path.removeprefix(base.path)


def _by_hand(place: _Place, known: Collection[KnownAccount]) -> ParsedLink:
    """A link that only a person can open: kept whole, without its tracking."""
    kept = _identity(place)
    segments = [segment for segment in place.path.split("/") if segment]
    short = place.own or place.site.removeprefix("https://") in SHORT_HOSTS
    if not (len(segments) > 1 or (segments and (short or kept))) or not _PATH.fullmatch(place.path):
        raise BadLinkError(ONE_POST)
    url = place.site + place.path.rstrip("/") + kept
    if len(url) > LONGEST_KEPT:
        raise BadLinkError(TOO_LONG)
    owners = [_name(one) for one in known if _owns(one, place, segments)]
    return ParsedLink(place.platform, owners[0] if owners else None, url, url, bool(owners))


def _owns(account: KnownAccount, place: _Place, segments: list[str]) -> bool:
    """Whether the link leads to the account's own address, or names it at a public one."""
    if place.own:
        return _site(account) == place.site
    name = _name(account)
    named = [segment.lstrip("@").lower() for segment in segments[:2]]
    names = name in named or any(segment.startswith(f"{name}_") for segment in named[1:])
    return account.platform == place.platform and not account.base_url and names


def _identity(place: _Place) -> str:
    wanted = IDENTITY_PARAMETERS.get(place.platform, ())
    pairs = sorted((name, value) for name, value in parse_qsl(place.query) if name in wanted)
    if any(not _VALUE.fullmatch(value) for _, value in pairs):
        raise BadLinkError(ENTER_LINK)
    return "?" + "&".join(f"{name}={value}" for name, value in pairs) if pairs else ""


def _is_at(account: KnownAccount, place: _Place, handle: str | None) -> bool:
    """Whether the account is the one of this name at this place."""
    if account.platform != place.platform or handle is None or _name(account) != handle:
        return False
    if account.platform == "bluesky" and not place.own:
        # An account on a server of one's own is still shown on bsky.app; a practice one is not.
        return urlsplit(_site(account)).hostname not in LOOPBACK
    return _site(account) == (place.site if place.own else "")


def _realm(place: _Place, handle: str | None) -> str:
    """Where the post's id is unique: X counts for everybody, an instance or a repository alone."""
    if place.platform == "bluesky":
        return handle or ""
    return place.site if place.platform == "mastodon" else ""


def _name(account: KnownAccount) -> str:
    name = account.handle.lstrip("@").lower()
    return name.partition("@")[0] if account.platform == "mastodon" else name


def _site(account: KnownAccount) -> str:
    return (account.base_url or "").rstrip("/")
