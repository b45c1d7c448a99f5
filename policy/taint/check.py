"""Looking in words for anything that may not be repeated, in whatever dress (pure)."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from policy.taint.alike import bones, near, readings
from policy.taint.characters import heard, is_abjad, seen, unleeted, visible
from policy.taint.held import (
    DIGITS,
    LONGEST,
    PART,
    RUN,
    Index,
    What,
    camel,
    in_a_row,
    index_of,
    is_allowed,
)
from policy.taint.numbers import Run, runs
from policy.taint.tokens import Token, read, tokens
from policy.taint.words import Found, Own, Part, Piece, Sort

OWN_RUN = 3
"""So many words in a row of the template's own text are the template speaking."""

INSIDE = 5
"""So many letters are found in the middle of a word."""

ACROSS = 8
"""So many are found across the borders of words, wherever they begin and end."""

OF_COMMON = 5
"""So many are found where common words, set side by side, make up another word."""


def find_taint(
    parts: Iterable[tuple[Part, str]], held: Iterable[Piece], own: Own
) -> tuple[Found, ...]:
    """Where the parts repeat what is held: each place once, in order; nothing is said of what.

    ``own`` is what may always be said. Numbers of the template's own text may be said in it only.
    """
    return find_in(parts, made_ready(held, own), own)


def made_ready(held: Iterable[Piece], own: Own) -> Index:
    """What is held, for ``find_in``: as good for the next words as for these."""
    return index_of(held, own, _own(own.texts)[1])


def find_in(parts: Iterable[tuple[Part, str]], index: Index, own: Own) -> tuple[Found, ...]:
    """``find_taint`` with what is held made ready before, with the same ``own``."""
    own_runs, own_words = _own(own.texts)
    allowed = own_words | own.common
    found: dict[tuple[Part, int], Found] = {}
    for part, text in parts:
        shown = visible(text)
        ours = _ours(tokens(shown), own_runs)
        for way in (shown, *unleeted(shown)):
            words = tokens(way)
            masked = [_is_ours(word, shown, ours) for word in words]
            said = _Said(words, masked, allowed, index, plainly=way is shown)
            for at, what in said.hits():
                place = words[at].place
                found.setdefault((part, place), Found(part, what.sort, what.origin, place))
    return tuple(found[key] for key in sorted(found))


@lru_cache(maxsize=64)
def _own(texts: tuple[str, ...]) -> tuple[frozenset[tuple[str, ...]], frozenset[str]]:
    """The runs and the words of the template's own text."""
    rows, words = set[tuple[str, ...]](), set[str]()
    for text in texts:
        plain = [word.plain for word in read(text)]
        words.update(one for one in plain if not one.isdigit())
        rows.update(tuple(plain[at : at + OWN_RUN]) for at in range(len(plain) - OWN_RUN + 1))
    return frozenset(rows), frozenset(words)


def _ours(words: Sequence[Token], own_runs: frozenset[tuple[str, ...]]) -> frozenset[int]:
    """The places of the letters at which the template speaks."""
    plain = [word.plain for word in words]
    ours = set[int]()
    for at in range(len(words) - OWN_RUN + 1):
        if tuple(plain[at : at + OWN_RUN]) in own_runs:
            for word in words[at : at + OWN_RUN]:
                ours.update(range(word.start, word.start + len(word.raw)))
    return frozenset(ours)


def _is_ours(word: Token, shown: str, ours: frozenset[int]) -> bool:
    """Whether the template says the word. A word that digits and signs stand for has as many."""
    spelled = range(word.start, word.start + len(word.raw))
    letters = [at for at in spelled if shown[at].isalnum()]
    return bool(letters) and all(at in ours for at in letters)


class _Said:
    """One reading of one part."""

    def __init__(
        self,
        words: tuple[Token, ...],
        masked: list[bool],
        allowed: frozenset[str],
        index: Index,
        *,
        plainly: bool,
    ) -> None:
        self.words, self.masked, self.index, self.plainly = words, masked, index, plainly
        self.allowed = [is_allowed(word, allowed) for word in words]
        self.sizes = sorted({len(one) for one in index.numbers if len(one) >= DIGITS})

    def hits(self) -> Iterator[tuple[int, What]]:
        """The index of the word at which something is repeated, and what."""
        if self.plainly:
            yield from self._numbers()
            yield from self._names()
        yield from self._near_copies()
        for read_as in (heard, seen):
            yield from self._spelled([read_as(word.raw) for word in self.words])
        if self.plainly:
            yield from self._rows()

    def _near_copies(self) -> Iterator[tuple[int, What]]:
        for at, word in enumerate(self.words):
            if self.allowed[at] or self.masked[at] or word.raw.isdigit():
                continue
            if not self.plainly and len(word.raw) < 3:
                continue
            for raw in dict.fromkeys((word.raw, word.plain, word.owner, *camel(word.raw))):
                if what := self._alike(raw):
                    yield at, what

    def _alike(self, raw: str) -> What | None:
        for one in readings(raw):
            if what := self.index.words.get(one[:LONGEST]) or self.index.begins.get(one):
                return what
        for key in near(raw):
            if what := self.index.alike.get(key):
                return what
        mine = self.index.bones if is_abjad(raw) else self.index.abjad_bones
        return next((mine[key] for key in bones(raw) if key in mine), None) if mine else None

    def _spelled(self, readings_: list[str]) -> Iterator[tuple[int, What]]:
        """Words spelled out, run together, written backwards, or parted by anything."""
        letters = "".join(readings_)
        of = [at for at, one in enumerate(readings_) for _ in one]
        starts = _places(readings_)
        ends = {start + len(one) for start, one in zip(starts, readings_, strict=True) if one}
        begins = set(starts)
        for first in range(len(letters) - 2):
            if letters[first : first + 3] not in self.index.starts:
                continue
            for last in range(first + 3, min(first + LONGEST, len(letters)) + 1):
                piece = letters[first:last]
                for table in (self.index.words, self.index.backwards):
                    what = table.get(piece)
                    if what and self._counts(
                        of[first], of[last - 1], len(piece), first in begins, last in ends,
                        back=table is self.index.backwards,
                    ):  # fmt: skip
                        yield of[first], what

    def _counts(
        self, one: int, other: int, size: int, at_start: bool, at_end: bool, *, back: bool
    ) -> bool:
        """Whether so many letters, from this word to that one, are a copy and no chance."""
        span = range(one, other + 1)
        if all(self.masked[at] for at in span):
            return False
        if one == other:
            whole = at_start and at_end and size > 2
            return not self.allowed[one] and (whole or size >= INSIDE or (at_start and size > 3))
        if size >= ACROSS:
            return True
        if not (at_start and at_end):
            return False
        if all(len(self.words[at].raw) == 1 for at in span):
            return size > 2
        common = all(self.allowed[at] for at in span)
        return size >= (OF_COMMON + back if common else 4)

    def _names(self) -> Iterator[tuple[int, What]]:
        """Names that are common words as well, where they are written as names."""
        for at, word in enumerate(self.words):
            what = self.index.names.get(word.plain)
            if what and word.is_capital and not self.masked[at]:
                yield at, what

    def _rows(self) -> Iterator[tuple[int, What]]:
        for at, row in enumerate(in_a_row(self.words)):
            what = self.index.runs.get(row)
            if what and not any(self.masked[at : at + RUN]):
                yield at, what

    def _numbers(self) -> Iterator[tuple[int, What]]:
        for run in runs(self.words):
            alone = self.words[run.at[0]]
            spelled = alone.raw.isalpha() and self.allowed[run.at[0]]
            if len(run.groups) == 1 and spelled:
                continue
            for together, at in run.joined():
                what = self.index.numbers.get(together.lstrip("0") or "0")
                what = what or self.index.parts_of_numbers.get(together[:PART])
                if what and not self.masked[at]:
                    yield at, what
            yield from self._within(run)

    def _within(self, run: Run) -> Iterator[tuple[int, What]]:
        """Numbers that stand in the middle of longer ones."""
        digits = "".join(run.groups)
        of = [at for group, at in zip(run.groups, run.at, strict=True) for _ in group]
        for size in self.sizes:
            for first in range(len(digits) - size + 1):
                piece = digits[first : first + size]
                what = self.index.numbers.get(piece) or self.index.numbers.get(piece[::-1])
                if what and not self.masked[of[first]]:
                    yield of[first], what


def _places(readings_: Sequence[str]) -> list[int]:
    starts, at = [], 0
    for one in readings_:
        starts.append(at)
        at += len(one)
    return starts


__all__ = ["Found", "Own", "Part", "Piece", "Sort", "find_in", "find_taint", "made_ready"]
