"""What may not be repeated, made ready for looking it up."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from policy.taint.alike import bones, near, readings
from policy.taint.characters import is_abjad, unleeted, visible
from policy.taint.numbers import runs
from policy.taint.tokens import Token, link_spans, tokens
from policy.taint.words import Origin, Own, Piece, Sort

RUN = 5
"""How many words in a row are a copy, however common each of them is."""

LONGEST = 48
"""Longer words are looked for by their beginning."""

PREFIX = 5
"""A beginning of a word of so many letters stands for it."""

DIGITS = 4
"""So many digits of a longer number are that number,"""

MOST = 3
"""if they are a third of it or more,"""

PART = 12
"""or so many of it. Of a longer part only its beginning is kept and looked for."""

_CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


@dataclass(frozen=True)
class What:
    """What sort of thing is held, and of whom."""

    sort: Sort
    origin: Origin


@dataclass
class Index:
    """Lookups from readings and keys to what they are of. It holds what may not be repeated, and
    shows nothing of it."""

    words: dict[str, What] = field(default_factory=dict, repr=False)
    backwards: dict[str, What] = field(default_factory=dict, repr=False)
    begins: dict[str, What] = field(default_factory=dict, repr=False)
    alike: dict[str, What] = field(default_factory=dict, repr=False)
    bones: dict[str, What] = field(default_factory=dict, repr=False)
    abjad_bones: dict[str, What] = field(default_factory=dict, repr=False)
    names: dict[str, What] = field(default_factory=dict, repr=False)
    runs: dict[tuple[str, ...], What] = field(default_factory=dict, repr=False)
    numbers: dict[str, What] = field(default_factory=dict, repr=False)
    parts_of_numbers: dict[str, What] = field(default_factory=dict, repr=False)
    starts: set[str] = field(default_factory=set, repr=False)
    """The first three letters of every word and of every word read backwards."""


def index_of(pieces: Iterable[Piece], own: Own, own_words: frozenset[str]) -> Index:
    """Everything in the pieces but what may always be said."""
    index = Index()
    allowed = own_words | own.common
    for piece in pieces:
        for text in (shown := visible(piece.text), *unleeted(shown)):
            _add(index, piece.origin, text, allowed, leet=text is not shown)
    index.starts = {word[:3] for word in (*index.words, *index.backwards)}
    return index


def is_allowed(word: Token, allowed: frozenset[str]) -> bool:
    """Whether the word may always be said."""
    return word.plain in allowed or word.owner in allowed


def _add(index: Index, origin: Origin, text: str, allowed: frozenset[str], *, leet: bool) -> None:
    words = tokens(text)
    spans = link_spans(text)
    titled = _is_titled(words)
    sorts = [_sort(word, origin, spans, titled=titled) for word in words]
    for word, sort in zip(words, sorts, strict=True):
        if not word.raw.isdigit() and not is_allowed(word, allowed):
            if not (leet and word.raw == word.plain and len(word.raw) < 3):
                _add_word(index, word, What(sort, origin))
        elif sort == Sort.NAME:
            index.names.setdefault(word.plain, What(sort, origin))
    if not leet:
        _add_neighbours(index, words, sorts, origin, allowed)
        _add_numbers(index, words, origin, allowed)


def _sort(word: Token, origin: Origin, spans: Sequence[tuple[int, int]], *, titled: bool) -> Sort:
    if origin == Origin.ACCOUNT or word.gap.endswith("@"):
        return Sort.HANDLE
    if any(start <= word.start < end for start, end in spans):
        return Sort.LINK
    return Sort.NAME if word.is_capital and not titled else Sort.WORD


def _is_titled(words: Sequence[Token]) -> bool:
    """Whether nearly every word is written large, so that it tells nothing."""
    large = sum(word.is_capital for word in words)
    return large * 5 > len(words) * 3


def _add_word(index: Index, word: Token, what: What) -> None:
    for raw in dict.fromkeys((word.plain, word.owner, *camel(word.raw))):
        for one in dict.fromkeys((*readings(raw), *readings(_large(word, raw)))):
            _add_reading(index, one, what)
        for key in near(raw):
            index.alike.setdefault(key, what)
        for key in bones(raw):
            kept = index.abjad_bones if is_abjad(raw) else index.bones
            kept.setdefault(key, what)


def _large(word: Token, raw: str) -> str:
    """As it was written, for letters that look alike only when they are large."""
    return word.raw if raw == word.plain else raw


def camel(raw: str) -> tuple[str, ...]:
    """The words that were written as one, by their capitals and digits; none where it is one."""
    parts = _CAMEL.findall(raw) if raw.isascii() else []
    return tuple(part.lower() for part in parts if len(part) > 2) if len(parts) > 1 else ()


def _add_reading(index: Index, one: str, what: What) -> None:
    index.words.setdefault(one[:LONGEST], what)
    if len(one) > 3:
        index.backwards.setdefault(one[:LONGEST][::-1], what)
    for end in range(PREFIX, min(len(one), LONGEST)):
        index.begins.setdefault(one[:end], what)


def _add_neighbours(
    index: Index,
    words: Sequence[Token],
    sorts: Sequence[Sort],
    origin: Origin,
    allowed: frozenset[str],
) -> None:
    """Two words written as one, and runs of words."""
    for one, two, sort in zip(words, words[1:], sorts, strict=False):
        if not (is_allowed(one, allowed) and is_allowed(two, allowed)):
            for left in readings(one.raw):
                for right in readings(two.raw):
                    if len(left + right) > 4 and not (left + right).isdigit():
                        _add_reading(index, left + right, What(sort, origin))
    for run in in_a_row(words):
        index.runs.setdefault(run, What(Sort.RUN, origin))


def in_a_row(words: Sequence[Token]) -> Iterator[tuple[str, ...]]:
    """Each run of words, as they sound."""
    plain = [readings(word.plain)[:1] for word in words]
    for first in range(len(words) - RUN + 1):
        yield tuple(one[0] if one else "" for one in plain[first : first + RUN])


def _add_numbers(
    index: Index, words: Sequence[Token], origin: Origin, allowed: frozenset[str]
) -> None:
    what = What(Sort.NUMBER, origin)
    for run in runs(words):
        alone = words[run.at[0]]
        if len(run.groups) == 1 and alone.raw.isalpha() and is_allowed(alone, allowed):
            continue
        for together, _ in run.joined():
            bare = together.lstrip("0") or "0"
            if bare not in index.numbers:
                index.numbers[bare] = what
                _add_parts(index, together, what)


def _add_parts(index: Index, number: str, what: What) -> None:
    """Most of a number is the number: its end, its beginning, either of them backwards."""
    least = min(max(DIGITS, len(number) // MOST), PART)
    for first in range(len(number) - least + 1):
        for last in range(first + least, min(len(number), first + PART) + 1):
            part = number[first:last]
            index.parts_of_numbers.setdefault(part, what)
            index.parts_of_numbers.setdefault(part[::-1], what)
