"""Numbers, in digits or spelled out, in each language that statements may be in."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from policy.taint.characters import heard
from policy.taint.tokens import Token, is_sign

TABLE = Path(__file__).with_name("numbers.csv")
AND = frozenset({"and", "y", "e", "et", "a", "و"})
TIMES = {"double": 2, "triple": 3, "treble": 3}
NOUGHT = frozenset({"o", "oh"})
LONGEST = 24
"""How many digits of several groups are read together at most: no telephone, card or bank account
number has more, and a pasted list of numbers is no number."""

LARGEST = 10**18
"""Numbers spelled out are no larger: what is said beyond it says nothing more."""

_DIGITS = re.compile(r"\d+")
_ROMAN = re.compile(r"M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})")
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}


@dataclass(frozen=True)
class Run:
    """Numbers that stand together: groups of digits, and the word at which each begins."""

    groups: tuple[str, ...]
    at: tuple[int, ...]

    def joined(self) -> Iterator[tuple[str, int]]:
        """All that can be read from neighbouring groups, with the index of the first word; a group
        by itself however long it is."""
        for first, group in enumerate(self.groups):
            together = group
            yield together, self.at[first]
            for more in self.groups[first + 1 : first + LONGEST]:
                together += more
                if len(together) > LONGEST:
                    break
                yield together, self.at[first]


@cache
def number_words() -> dict[str, int]:
    """Each spelled number → its value; words are in lower case, as they sound."""
    with TABLE.open(encoding="utf-8", newline="") as table:
        rows = csv.DictReader(line for line in table if not line.startswith("#"))
        return {_key(word): int(row["value"]) for row in rows for word in row["words"].split()}


def _key(word: str) -> str:
    """As it sounds; a sign that is one word by itself stands for nothing else."""
    return word if is_sign(word) else heard(word)


def runs(words: Sequence[Token]) -> Iterator[Run]:
    """The numbers of a text."""
    together: list[int] = []
    for index, word in enumerate(words):
        joins = together and not _parts(word) and word.plain in (AND | NOUGHT | TIMES.keys())
        if _parts(word) or joins or (word.plain in TIMES and not together):
            together.append(index)
        elif together:
            yield from _run(words, together)
            together = []
    if together:
        yield from _run(words, together)


def _run(words: Sequence[Token], together: list[int]) -> Iterator[Run]:
    reader = _Reader()
    for index in together:
        reader.take(words[index], index)
    reader.flush()
    if reader.groups:
        yield Run(tuple(reader.groups), tuple(reader.at))


def _parts(word: Token) -> tuple[str, ...]:
    """The digits in it, or its value where it is a number spelled out."""
    if found := tuple(_DIGITS.findall(word.raw)):
        return found
    value = number_words().get(_key(word.plain))
    if value is None and len(word.raw) > 1 and _ROMAN.fullmatch(word.raw):
        value = _roman(word.raw)
    return () if value is None else (str(value),)


def _roman(word: str) -> int:
    values = [_ROMAN_VALUES[letter] for letter in word]
    after = [*values[1:], 0]
    return sum(-one if one < two else one for one, two in zip(values, after, strict=True))


class _Reader:
    """Puts spelled numbers together: *two thousand and twenty-six*, *seven nine four six*."""

    def __init__(self) -> None:
        self.groups: list[str] = []
        self.at: list[int] = []
        self._total = self._value = 0
        self._open: int | None = None
        self._last = 0
        self._times = 1

    def take(self, word: Token, index: int) -> None:
        if word.plain in TIMES:
            self.flush()
            self._times = TIMES[word.plain]
        elif word.plain in NOUGHT:
            self.flush()
            self._put("0", index)
        elif _DIGITS.search(word.raw):
            self.flush()
            for group in _parts(word):
                self._put(group, index)
        elif parts := _parts(word):
            self._spelled(int(parts[0]), index, sign=word.is_sign)

    def _put(self, group: str, index: int) -> None:
        self.groups += [group] * self._times
        self.at += [index] * self._times
        self._times = 1

    def _spelled(self, value: int, index: int, *, sign: bool) -> None:
        if sign and value == 10 and 0 < self._last < 10:
            self._value = min(self._value * 10, LARGEST)
            value = 20  # units may follow
        elif value >= 100 and self._open is not None and self._last < 1000:
            self._scale(value)
        elif self._goes_on(value):
            self._value += value
        else:
            self.flush()
            self._open, self._value = index, 0
            if value >= 100:
                self._scale(value)
            else:
                self._value = value
        self._last = 20 if sign and value == 10 else value

    def _scale(self, value: int) -> None:
        if value >= 1000:
            self._total = min(self._total + max(self._value, 1) * value, LARGEST)
            self._value = 0
        else:
            self._value = min(max(self._value, 1) * value, LARGEST)

    def _goes_on(self, value: int) -> bool:
        if self._open is None or value >= 100:
            return False
        after_tens = 20 <= self._last < 100 and self._last % 10 == 0 and 0 < value < 10
        return after_tens or self._last >= 100

    def flush(self) -> None:
        """End the number that is being put together."""
        if self._open is not None:
            index, self._open = self._open, None
            self._put(str(self._total + self._value), index)
        self._total = self._value = self._last = 0
