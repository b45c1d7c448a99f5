"""The catalogues of the statements: gettext's .po files, read as they lie, whole or not at all.

Read once a process. There is nothing to compile, and so nothing that could be out of date.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from io import BytesIO

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, read_po

from templates.environment import HERE
from templates.locales import ENGLISH, primary
from templates.source import every_sentence, placeholders

FOLDER = HERE / "catalogues"


@dataclass(frozen=True)
class Catalogue:
    """The sentences of one language, by id. ``gaps`` are the ids of those that cannot be said."""

    language: str
    sentences: Mapping[str, str]
    gaps: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether every sentence is there: otherwise none of them is used."""
        return not self.gaps

    @property
    def digest(self) -> str:
        """What a reviewer signs: it changes with any sentence, ours or the translation's."""
        pairs = (f"{one}\0{said}\0{english()[one]}" for one, said in sorted(self.sentences.items()))
        return hashlib.sha256("\n".join(pairs).encode()).hexdigest()[:12]


@cache
def english() -> Mapping[str, str]:
    """Every sentence in English, by id."""
    return {one.id: one.english for one in every_sentence()}


@cache
def catalogue(language: str) -> Catalogue:
    """The catalogue of a language that ``catalogued`` names."""
    if language == ENGLISH:
        return Catalogue(ENGLISH, english(), ())
    found = _read(language)
    if found is None:
        return Catalogue(language, {}, tuple(english()))
    said = {
        one: str(found[one].string) for one in english() if one in found and _is_said(found[one])
    }
    return Catalogue(language, said, tuple(one for one in english() if one not in said))


@cache
def catalogued() -> frozenset[str]:
    """The languages that have a catalogue, whole or not; English is the source."""
    return frozenset({ENGLISH, *(path.stem for path in FOLDER.glob("*.po"))})


@cache
def languages() -> frozenset[str]:
    """The languages that statements can be whole in."""
    return frozenset(one for one in catalogued() if catalogue(one).whole)


def spoken_in(language: str) -> str | None:
    """The catalogue that speaks to readers of a language tag like ``cy`` or ``pt-BR``, if any."""
    one = primary(language)
    if one is None or one not in catalogued():
        return None
    return one if catalogue(one).whole else None


def read_catalogue(language: str) -> Catalog:
    """The file as translators have it. Raises PoFileError, ValueError, and OSError where there is
    none."""
    content = (FOLDER / f"{language}.po").read_bytes()
    # Babel takes a line that lacks its last quotation mark, and the last letter with it.
    for number, line in enumerate(content.decode().splitlines(), 1):
        if line.strip() and not line.startswith("#") and not line.rstrip().endswith('"'):
            raise ValueError(f"{language}.po, line {number}: it does not end with a quotation mark")
    return read_po(BytesIO(content), locale=language, abort_invalid=True)


def _read(language: str) -> dict[str, Message] | None:
    """The messages by their id, which is gettext's context; None of what cannot be read."""
    try:
        return dict(_by_id(read_catalogue(language)))
    except (PoFileError, ValueError):  # or no UTF-8
        return None


def _by_id(found: Catalog) -> Iterator[tuple[str, Message]]:
    return ((one.context, one) for one in found if one.context)


def _is_said(one: Message) -> bool:
    """Translated, of the English of today, looked at since that changed, with the same facts."""
    source = english()[str(one.context)]
    if not isinstance(one.string, str) or not one.string.strip() or one.fuzzy or one.id != source:
        return False
    try:
        return placeholders(one.string) == placeholders(source)
    except ValueError:
        return False
