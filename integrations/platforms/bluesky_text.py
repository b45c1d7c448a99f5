"""Texts as Bluesky counts them, and as they were before it shortened their links."""

import unicodedata

import regex

from integrations.platforms.bluesky_shapes import PostShape

LONGEST = 300
LONGEST_BYTES = 3000
GRAPHEME = regex.compile(r"\X")
SHORTENED = (b"...", "…".encode())


def length(text: str) -> int:
    """Letters as people see them, of which 300 may be; of 10 bytes and more, a letter and more.

    A post may have 3,000 bytes, too: a tenth of them is counted where that is more.
    """
    letters = sum(1 for _ in GRAPHEME.finditer(text))
    return max(
        letters, -(-len(text.encode("utf-8", "surrogatepass")) // (LONGEST_BYTES // LONGEST))
    )


def takes(text: str) -> bool:
    """Whether Bluesky would take the text: not empty, not too long, no half characters."""
    whole = text.encode("utf-8", "replace").decode() == text
    return whole and bool(text.strip()) and length(text) <= LONGEST


def comparable(text: str) -> str:
    """A text with what copying may change taken out: composition, spaces."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def plain_text(post: PostShape) -> str:
    """What the author wrote, with each link whole that is shown without its end."""
    parts: list[bytes] = []
    text, rest = post.text.encode(), 0
    for facet in sorted(post.facets, key=lambda one: one.index.byteStart):
        start, end = facet.index.byteStart, facet.index.byteEnd
        links = [one.uri for one in facet.features if one.uri]
        if links and rest <= start < end <= len(text) and text[start:end].endswith(SHORTENED):
            parts += [text[rest:start], links[0].encode()]
            rest = end
    return b"".join([*parts, text[rest:]]).decode("utf-8", "replace")
