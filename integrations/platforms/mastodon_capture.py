"""What is kept of a post on Mastodon."""

import requests

from integrations.errors import Refused
from integrations.platforms.base import Captured, Media
from integrations.platforms.mastodon_shapes import EditShape, StatusShape
from integrations.platforms.mastodon_text import plain_text
from models.words import Audience

AUDIENCES: dict[str, Audience] = {
    "public": Audience.PUBLIC,
    "unlisted": Audience.UNLISTED,
    "private": Audience.FOLLOWERS,
    "direct": Audience.NAMED,
}
"""Mastodon's visibility → who could see the post. A word that is new counts as the narrowest."""

VISIBILITIES = {audience: visibility for visibility, audience in AUDIENCES.items()}


def name_of(handle: str) -> str:
    """The account's name on its own instance, from a handle with or without its domain."""
    return handle.lstrip("@").lower().partition("@")[0]


def ours(status: StatusShape, name: str) -> StatusShape:
    """The post, when it is this account's.

    Raises Refused("another-account"): copies are kept of one's own accounts only.
    """
    if status.account.acct.lower() != name:
        raise Refused("another-account")
    return status


def captured(
    response: requests.Response,
    status: StatusShape,
    history: list[EditShape],
    fetched: tuple[tuple[Media, ...], tuple[str, ...]],
) -> Captured:
    """Everything kept, with the instance's answer byte for byte; each version with its time."""
    media, missing = fetched
    names = {one.url: one.acct for one in status.mentions}
    headers = response.headers.items()
    return Captured(
        remote_id=status.id,
        text=plain_text(status.content, names),
        posted_at=status.posted_at,
        author_handle=status.account.acct,
        raw=response.content,
        headers={name: value for name, value in headers if name.lower() != "set-cookie"},
        metrics={
            "favourites_count": status.favourites_count,
            "reblogs_count": status.reblogs_count,
            "replies_count": status.replies_count,
        },
        media=media,
        edit_chain=tuple(f"{one.created_at} {plain_text(one.content, names)}" for one in history),
        missing=missing,
        version=status.version,
        author_id=status.account.id,
        warning=status.spoiler_text or None,
        language=status.language,
        audience=AUDIENCES.get(status.visibility, Audience.NAMED),
    )
