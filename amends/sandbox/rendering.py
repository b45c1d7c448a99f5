"""A post as X's API shows it: escaped, with its links shortened."""

import hashlib
from datetime import UTC, datetime

from twitter_text import extract_urls_with_indices

from amends.sandbox.answers import Json
from amends.sandbox.timeline import Account, Post

METRICS = (
    "retweet_count",
    "reply_count",
    "like_count",
    "quote_count",
    "bookmark_count",
    "impression_count",
)
KINDS = {"image/gif": "animated_gif", "video/mp4": "video"}
EXTENSIONS = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "video/mp4": "mp4"}


def instant(at: datetime) -> str:
    """A time as X writes it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def post_json(post: Post, author: Account, fields: frozenset[str]) -> Json:
    """The post with the fields that were asked for."""
    text, urls = shortened(post)
    every: Json = {
        "created_at": instant(post.created_at),
        "author_id": author.id,
        "public_metrics": {name: post.metrics.get(name, 0) for name in METRICS},
        "attachments": {"media_keys": media_keys(post)},
        "entities": {"urls": urls},
        "conversation_id": post.id,
    }
    if not post.pictures:
        del every["attachments"]
    if not urls:
        del every["entities"]
    wanted: Json = {name: value for name, value in every.items() if name in fields}
    return {"id": post.id, "text": text, "edit_history_tweet_ids": list(post.chain)} | wanted


def media_keys(post: Post) -> list[str]:
    """The keys of its pictures."""
    return [f"3_{post.id}{number}" for number in range(len(post.pictures))]


def media_json(post: Post, site: str) -> list[Json]:
    """Its pictures and films, with where their bytes are."""
    shown: list[Json] = []
    for number, (key, picture) in enumerate(zip(media_keys(post), post.pictures, strict=True)):
        kind = KINDS.get(picture.content_type, "photo")
        url = f"{site}/media/{post.id}/{number}.{EXTENSIONS.get(picture.content_type, 'bin')}"
        item: Json = {"media_key": key, "type": kind}
        if picture.alt_text is not None:
            item["alt_text"] = picture.alt_text
        if kind == "photo":
            item["url"] = url
        else:
            variant = {"bit_rate": 832_000, "content_type": picture.content_type, "url": url}
            item["variants"] = [variant]
        shown.append(item)
    return shown


def author_json(author: Account) -> Json:
    """The account as X shows it."""
    return {
        "id": author.id,
        "name": author.name,
        "username": author.handle,
        **dict(author.profile),
    }


def shortened(post: Post) -> tuple[str, list[Json]]:
    """The text escaped and with t.co links, and what each link stands for."""
    text, urls, rest = "", [], 0
    for found in extract_urls_with_indices(post.text):
        start, end = found["indices"]
        text += _escape(post.text[rest:start])
        whole = found["url"] if "://" in found["url"] else "http://" + found["url"]
        urls.append(_link(text, found["url"], whole))
        text, rest = text + str(urls[-1]["url"]), end
    text += _escape(post.text[rest:])
    if post.pictures:
        text += " " if text else ""
        place = f"https://x.com/{post.handle}/status/{post.id}/photo/1"
        for key in media_keys(post):
            urls.append(_link(text, f"pic.x.com/{post.id}", place) | {"media_key": key})
        text += str(urls[-1]["url"])
    return text, urls


def _link(before: str, shown: str, whole: str) -> Json:
    short = "https://t.co/" + hashlib.sha256(whole.encode()).hexdigest()[:10]
    return {
        "start": len(before),
        "end": len(before) + len(short),
        "url": short,
        "expanded_url": whole,
        "display_url": shown.removeprefix("https://").removeprefix("http://"),
    }


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
