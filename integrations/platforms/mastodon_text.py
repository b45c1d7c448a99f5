"""Texts as Mastodon counts them, wraps them in HTML, and gives them back."""

import re
import unicodedata
from collections.abc import Mapping
from html.parser import HTMLParser

import regex
from twitter_text import extract_urls_with_indices

MENTION = re.compile(
    r"(?<![=/\w])@([a-z0-9_]+(?:[.-]+[a-z0-9_]+)*)(?:@\w+(?:[.-]+\w+)*)?", re.IGNORECASE
)
"""``Account::MENTION_RE``: a name, and where it is not of this instance, its domain."""

NOBODY: Mapping[str, str] = {}

ADDED = frozenset({"quote-inline"})
"""Classes of what the instance adds to a text for readers that cannot show it otherwise."""


def weighed(text: str, link_weighs: int) -> int:
    """Mastodon's length: letters as people see them, each link alike, names without domains."""
    parts, rest = [], 0
    for found in extract_urls_with_indices(_whole(text), extract_urls_without_protocol=False):
        start, end = found["indices"]
        parts += [text[rest:start], "x" * link_weighs]
        rest = end
    counted = MENTION.sub(r"@\1", "".join([*parts, text[rest:]]))
    return len(regex.findall(r"\X", _whole(counted)))


def takes(text: str) -> bool:
    """Whether an instance could keep the text: not empty, no broken characters."""
    return bool(text.strip()) and _whole(text) == text and "\0" not in text


def plain_text(content: str, names: Mapping[str, str] = NOBODY) -> str:
    """What the author wrote, from the HTML that an instance makes of it; links in full.

    The HTML leaves the domain out of a name of another instance; ``names`` puts it back: address
    of whom a link names → their name with its domain.
    """
    reader = _Reader(names)
    reader.feed(content)
    reader.close()
    return "".join(reader.parts).strip()


def comparable(text: str) -> str:
    """A text with what an instance changes taken out: composition, empty lines, domains."""
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n")
    return MENTION.sub(r"@\1", re.sub(r"\n{2,}", "\n\n", text)).strip()


class _Reader(HTMLParser):
    """Keeps the text of HTML, with its lines and paragraphs."""

    def __init__(self, names: Mapping[str, str]) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._names = names
        self._left_out = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self.parts.append("\n")
            return
        given = {name: value or "" for name, value in attrs}
        if self._left_out or ADDED.intersection(given.get("class", "").split()):
            self._left_out += 1
        elif name := self._names.get(given.get("href", "")):
            self.parts.append(f"@{name}")
            self._left_out = 1

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if self._left_out:
            self._left_out -= 1
        elif tag == "p":
            self.parts.append("\n\n")

    def handle_data(self, data: str) -> None:
        if not self._left_out:
            self.parts.append(data)


def _whole(text: str) -> str:
    """The text with half characters made visible; JSON can carry them, and no platform does."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
