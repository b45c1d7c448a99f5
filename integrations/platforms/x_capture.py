"""What is kept of a post on X, from one reading."""

import requests

from integrations.errors import NotAuthorised, OutcomeUnknown, Refused
from integrations.platforms.base import Captured, Media
from integrations.platforms.x_shapes import PostAnswer, PostShape
from integrations.platforms.x_text import plain_text

WHOLE_POST: dict[str, list[str]] = {
    "expansions": ["author_id", "attachments.media_keys"],
    "tweet_fields": [
        "attachments",
        "author_id",
        "conversation_id",
        "created_at",
        "edit_history_tweet_ids",
        "entities",
        "in_reply_to_user_id",
        "lang",
        "note_tweet",
        "public_metrics",
        "referenced_tweets",
    ],
    "media_fields": ["alt_text", "duration_ms", "preview_image_url", "type", "url", "variants"],
    "user_fields": ["description", "location", "name", "profile_image_url", "url", "username"],
}
"""What to ask for so that one request brings everything but the bytes of the media. Of an account
that was taken over its name, its picture and what it says of itself are evidence as well."""


def ours(answer: PostAnswer, handle: str) -> tuple[PostShape, str]:
    """The post and its author's handle as X writes it.

    Raises NotAuthorised("not-visible"), and Refused("another-account") for somebody else's post:
    copies are kept of one's own accounts only.
    """
    if answer.data is None:
        raise NotAuthorised("not-visible")
    if answer.author is None:
        raise OutcomeUnknown("unreadable")
    if answer.author.lower() != handle:
        raise Refused("another-account")
    return answer.data, answer.author


def captured(
    response: requests.Response,
    post: PostShape,
    author: str,
    fetched: tuple[tuple[Media, ...], tuple[str, ...]],
) -> Captured:
    """Everything kept, with X's answer byte for byte."""
    media, missing = fetched
    headers = response.headers.items()
    return Captured(
        remote_id=post.id,
        text=plain_text(post),
        posted_at=post.created_at,
        author_handle=author,
        raw=response.content,
        headers={name: value for name, value in headers if name.lower() != "set-cookie"},
        metrics=post.public_metrics,
        media=media,
        edit_chain=tuple(post.edit_history_tweet_ids),
        missing=missing,
        language=post.lang,
        language_guessed=True,
    )
