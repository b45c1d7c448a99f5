"""The record that words become: the same words make the same bytes, under the same key."""

import hashlib
import json
from datetime import UTC, datetime, timedelta

from atproto_client import models
from atproto_client.models.utils import get_model_as_dict
from atproto_client.utils.facet_detection import detect_facets

from integrations.platforms.base import Words

POSTS = "app.bsky.feed.post"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SORTABLE = "234567abcdefghijklmnopqrstuvwxyz"
CLOCKS = 1024

DIRECTIONS = str.maketrans(dict.fromkeys("\u2066\u2067\u2068\u2069", "\u2003"))
"""What sets a link apart among right-to-left words, as a space of as many bytes: a link is found
only after a space."""


def record_key(words: Words) -> str:
    """A time-ordered key (TID): the microsecond of ``at``, and a clock of the words' own key."""
    return _key(words.at, int.from_bytes(hashlib.sha256(words.key.encode()).digest()[:8], "big"))


def first_key(at: datetime) -> str:
    """The lowest key of that moment: whatever was made since has a higher one."""
    return _key(at, 0)


def _key(at: datetime, clock: int) -> str:
    microseconds = (at - EPOCH) // timedelta(microseconds=1)
    number = microseconds * CLOCKS + clock % CLOCKS
    return "".join(SORTABLE[number >> shift & 31] for shift in range(60, -1, -5))


def new_record(did: str, words: Words) -> str:
    """The whole request, as JSON: it makes the record, and puts it in no other's place.

    ``swapRecord`` is null: *where there is none yet*. A server that has exactly these bytes already
    takes them for done before it looks at that.
    """
    record = models.AppBskyFeedPost.Record(
        created_at=words.at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        text=words.text,
        langs=[words.language],
        facets=_links(words.text) or None,
    )
    return json.dumps(
        {
            "repo": did,
            "collection": POSTS,
            "rkey": record_key(words),
            "record": get_model_as_dict(record),
            "swapRecord": None,
        },
        ensure_ascii=False,
    )


def _links(text: str) -> list[models.AppBskyRichtextFacet.Main]:
    """Its links, by byte. Names and tags stay words: a statement calls nobody."""
    return [
        facet
        for facet in detect_facets(text.translate(DIRECTIONS))
        if isinstance(facet.features[0], models.AppBskyRichtextFacet.Link)
    ]
