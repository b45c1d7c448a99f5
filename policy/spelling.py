"""Spelling of public words, by a real dictionary and by what the words are about."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from policy.dictionary import is_word, near

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
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
    """The words of English text that neither the dictionary nor ``known`` has, in their order.

    ``expected`` are lower-case words that our own templates say. A capital in front makes a name of
    it: of names nothing is meant, they are only unknown.
    """
    bare = APART.sub(lambda match: " " * len(match[0]), text)
    spoken = frozenset(one.casefold() for one in known)
    for match in WORD.finditer(bare):
        word = match[0].replace("’", "'")
        if is_word(word) or spoken & {word.casefold(), word.casefold().removesuffix("'s")}:
            continue
        meant = near(word, KEY | frozenset(expected)) if len(word) > 3 else ()
        yield Unknown(match.start(), match.end(), meant)
