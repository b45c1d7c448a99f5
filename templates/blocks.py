"""A page of ours as blocks: its headings, paragraphs, lists, quotations and tables, in order.

It reads the few elements that our own templates use, and raises on any other: what it did not
understand would be missing from what is made of it.
"""

from dataclasses import dataclass, field
from html.parser import HTMLParser

TEXTS = {"h1": "h1", "h2": "h2", "p": "p", "blockquote": "quote"}
CONTAINERS = frozenset({"html", "head", "body", "thead", "tbody"})
SKIPPED = frozenset({"style"})
VOID = frozenset({"meta"})


@dataclass(frozen=True)
class Block:
    """``kind`` is h1, h2, p, quote, ul or table. ``rows`` are a table's, its heads first, or the
    items of a list."""

    kind: str
    text: str = ""
    rows: list[list[str]] = field(default_factory=list)


class UnknownElementError(Exception):
    """A template uses an element that nothing is made of here."""


def title_and_blocks(page: str) -> tuple[str, tuple[Block, ...]]:
    """The page's title, and all that its body says. Raises UnknownElementError."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.title, tuple(reader.blocks)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title = ""
        self.blocks: list[Block] = []
        self._text: list[str] | None = None
        self._silent = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("ul", "table"):
            self.blocks.append(Block(tag))
        elif tag == "tr":
            self.blocks[-1].rows.append([])
        elif tag in TEXTS or tag in ("li", "th", "td", "title"):
            self._text = []
        elif tag in SKIPPED:
            self._silent = True
        elif tag not in CONTAINERS | VOID:
            raise UnknownElementError(tag)

    def handle_endtag(self, tag: str) -> None:
        said = "".join(self._text or ())
        if tag in TEXTS:
            self.blocks.append(Block(TEXTS[tag], said if tag == "blockquote" else _line(said)))
        elif tag == "li":
            self.blocks[-1].rows.append([_line(said)])
        elif tag in ("th", "td"):
            self.blocks[-1].rows[-1].append(_line(said))
        elif tag == "title":
            self.title = _line(said)
        elif tag in SKIPPED:
            self._silent = False
        if tag not in CONTAINERS:
            self._text = None

    def handle_data(self, data: str) -> None:
        if self._text is not None and not self._silent:
            self._text.append(data)


def _line(text: str) -> str:
    return " ".join(text.split())
