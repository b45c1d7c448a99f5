"""Spelling of public words, by a real dictionary and by what the words are about."""

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from policy.dictionary import is_word, near

LETTER = r"[^\W\d_][\u0300-\u036f]*"
"""A letter, and the accents that were typed as letters of their own."""
WORD = re.compile(rf"(?:{LETTER})+(?:['’](?:{LETTER})+)*")
APART = re.compile(r"https?://\S+|(?<!\w)[@#]\S+|\S+@\S+|\b\w+(?:\.\w+)+(?:/\S*)?|\w*\d\w*")
"""What no dictionary has: links, names of accounts, hashtags, addresses, figures."""

KEY = frozenset(
    re.findall(
        r"\w+",
        "apologise apologised apologising apology apologies sorry mistake mistaken error removed "
        "deleted corrected correction correct published posted message account official view "
        "wrong right information disregard earlier responsible responsibility regret hurtful "
        "unauthorised investigation personal government department policy embassy",
    )
)
"""The words of apologies: one letter off them is no new word but a slip."""


@dataclass(frozen=True)
class Unknown:
    """A word that is not known, from ``start`` to ``end``; ``meant`` where it is one slip off one
    that is expected here."""

    start: int
    end: int
    meant: tuple[str, ...]


def unknown_words(
    text: str, known: Collection[str] = (), expected: Collection[str] = ()
) -> Iterator[Unknown]:
    """The words of a sentence of English that neither the dictionary nor ``known`` has, in their
    order.

    ``expected`` are lower-case words that our own templates say. A capital inside the sentence
    makes a name of a word: of names nothing is meant, they are only unknown.
    """
    bare = APART.sub(lambda match: " " * len(match[0]), text)
    begin = WORD.search(text)
    first, is_shouted = begin.start() if begin else 0, bare.isupper()
    spoken = frozenset(one.casefold() for one in known)
    for match in WORD.finditer(bare):
        word = unicodedata.normalize("NFC", match[0]).replace("’", "'")
        if is_word(word) or spoken & {word.casefold(), word.casefold().removesuffix("'s")}:
            continue
        is_name = word[0].isupper() and match.start() > first and not is_shouted
        is_slip = len(word) > 3 and not is_name
        meant = near(word, KEY | frozenset(expected)) if is_slip else ()
        yield Unknown(match.start(), match.end(), meant)
