"""What of a notice is the installation's own: its address, its names, references and times."""

import re
from calendar import month_name
from collections.abc import Iterable, Iterator, Sequence
from html.parser import HTMLParser

from amends.settings import DRILL, Settings
from flows.intake import LETTERS
from policy.taint.characters import visible
from policy.taint.tokens import link_spans
from policy.taint.words import Found, Origin, Part, Sort

REFERENCE = rf"(?:AM|{DRILL})-[{LETTERS}]{{5}}"
PAGES = rf"(?:/i/{REFERENCE}|/ack/[A-Za-z0-9_-]{{20,64}}|/cases(?:/[A-Za-z0-9_-]{{1,40}})?)"
"""The pages that a notice may lead to: that of the incident, one's own receipt, and what is
sealed."""

DAY = rf"(?<=\bby )\d\d:\d\d UTC on \d{{1,2}} (?:{'|'.join(month_name[1:])}) \d{{4}}"

SAYING = frozenset({"href", "src", "title", "alt", "content"})


def without_frame(settings: Settings, text: str) -> tuple[str, ...]:
    """What of a subject or a message is left without its facts, in pieces: nothing is joined where
    one stood."""
    said = _shown(text)
    for own in _own(settings):
        said = [left for piece in said for left in own.split(piece)]
    return tuple(piece for piece in said if piece.strip())


def links_elsewhere(settings: Settings, parts: Iterable[tuple[Part, str]]) -> Iterator[Found]:
    """Links to anything but the installation's own pages."""
    for _, text in parts:
        for at, piece in enumerate(without_frame(settings, text), 1):
            if link_spans(visible(piece)):
                yield Found(Part.LINK, Sort.OTHER_LINK, Origin.NOBODY, at)


def _own(settings: Settings) -> Sequence[re.Pattern[str]]:
    organisation = settings.organisation
    url = re.escape(settings.public_url.rstrip("/"))
    names = [re.escape(one) for one in (organisation.name, organisation.duty_officer) if one]
    end = r"(?=[\s)\]>\"'.,;]|$)"
    shapes = (rf"{url}{PAGES}{end}", *names, rf"\b{REFERENCE}\b", DAY)
    return [re.compile(shape) for shape in shapes]


def _shown(text: str) -> list[str]:
    """The text; of HTML what a person reads of it, and where it leads."""
    if "</" not in text:
        return [text]
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return ["".join(reader.said), *reader.attributes]


class _Reader(HTMLParser):
    """Gathers what a page says and where it leads."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self.attributes: list[str] = []
        self._styling = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """What html.parser calls for each tag."""
        self._styling = tag == "style"
        leads = tag != "meta"
        self.attributes += [value for name, value in attrs if name in SAYING and value and leads]

    def handle_endtag(self, tag: str) -> None:
        """The same, for its end."""
        self._styling = False

    def handle_data(self, data: str) -> None:
        """The same, for text."""
        if not self._styling:
            self.said.append(data)
