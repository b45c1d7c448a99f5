"""Texts as X counts them, wraps them, and gives them back."""

import unicodedata

from twitter_text import extract_urls_with_indices, parse_tweet

from integrations.platforms.x_shapes import LongText, PostShape

LONGEST = 280


def weighed(text: str) -> int:
    """X's weighted length, in which a link is 23 and many scripts count double."""
    return int(parse_tweet(_whole(text)).weightedLength)


def takes(text: str) -> bool:
    """Whether X would take the text: not empty, not too long, no broken characters."""
    return _whole(text) == text and bool(parse_tweet(text).valid)


def plain_text(post: PostShape) -> str:
    """What the author wrote: whole, with its links as typed and without the links of its media."""
    whole = post.note_tweet or LongText(text=post.text, entities=post.entities)
    text = whole.text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    for link in (*whole.entities.urls, *post.entities.urls):
        text = text.replace(link.url, "" if link.media_key else (link.expanded_url or link.url))
    return text.strip()


def comparable(text: str) -> str:
    """A text with what X may change taken out: composition, outer spaces, the form of links."""
    text = unicodedata.normalize("NFC", text).strip()
    parts, rest = [], 0
    for found in extract_urls_with_indices(text):
        start, end = found["indices"]
        parts += [text[rest:start], _comparable_link(found["url"])]
        rest = end
    return "".join([*parts, text[rest:]])


def _comparable_link(url: str) -> str:
    bare = url.removeprefix("https://").removeprefix("http://").rstrip("/")
    host, slash, path = bare.partition("/")
    return host.lower() + slash + path


def _whole(text: str) -> str:
    """The text with half characters made visible; JSON can carry them, and no platform does."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
