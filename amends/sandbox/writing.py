"""Posting and deleting, as strictly as X."""

import unicodedata

from twitter_text import parse_tweet

from amends.sandbox.answers import (
    DUPLICATE_TEXT,
    NO_SUCH_POST,
    NOT_YOURS,
    Answer,
    Json,
    answer,
    invalid,
)
from amends.sandbox.rendering import shortened
from amends.sandbox.timeline import Account
from amends.sandbox.world import World

RECENT = 200


def create(world: World, account: Account, body: Json) -> Answer:
    """Post a text, unless it is too long or the account shows the same text already."""
    text = body.get("text")
    if not isinstance(text, str) or set(body) - {"text"}:
        return invalid("Only posts of text alone can be made here.")
    text = unicodedata.normalize("NFC", text).strip()
    if not parse_tweet(text).valid:
        return invalid("Your Tweet text is too long, empty or has characters that are not allowed.")
    with world.timeline.lock:
        standing = world.live_posts(account.handle)[:RECENT]
        if not world.takes_twins and any(post.text == text for post in standing):
            return DUPLICATE_TEXT
        post = world.timeline.add(account.handle, text, world.url)
    shown = {"id": post.id, "text": shortened(post)[0], "edit_history_tweet_ids": [post.id]}
    return answer({"data": shown}, 201)


def delete(world: World, account: Account, post_id: str) -> Answer:
    """Take down one's own post, with every version of it."""
    with world.timeline.lock:
        post = world.timeline.find(post_id)
        if post is None:
            return NO_SUCH_POST
        if post.handle != account.handle:
            return NOT_YOURS
        world.timeline.delete(post)
    return answer({"data": {"deleted": True}})
