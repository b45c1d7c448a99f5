"""British English words: SCOWL's list, as Debian ships it in wbritish (see COPYRIGHT)."""

import re
from collections.abc import Collection
from functools import cache
from pathlib import Path

from spellchecker import SpellChecker

LIST = Path(__file__).parent / "british-english.txt"

OURS = frozenset(
    re.findall(
        r"\w+",
        "webpage webpages gov uk mastodon bluesky facebook instagram linkedin youtube whatsapp "
        "tiktok reposted reposts repost retweet retweeted retweets url urls fco fcdo hmg faq faqs",
    )
)
"""Words of the trade that the list is too old for."""

LONGEST = 40
"""No word is longer; what is, is not looked up."""


def is_word(word: str) -> bool:
    """Whether the list has the word as it is written, or would at the start of a sentence."""
    bare = word.replace("’", "'").removesuffix("'s").removesuffix("'")
    spellings = {bare, bare.lower()} | ({bare.capitalize()} if bare.isupper() else set())
    return len(bare) == 1 or not words().isdisjoint(spellings)


def near(word: str, among: Collection[str] | None = None) -> tuple[str, ...]:
    """The words one slip away from this one, in order; of ``among`` only, where given."""
    if len(word) > LONGEST:
        return ()
    found = _checker().edit_distance_1(word.lower())
    known = words() if among is None else frozenset(among)
    return tuple(sorted(one for one in found if one in known and one != word.lower()))


@cache
def words() -> frozenset[str]:
    """Every word, as it is written."""
    return frozenset(LIST.read_text(encoding="utf-8").split()) | OURS


@cache
def _checker() -> SpellChecker:
    checker = SpellChecker(language=None, distance=1)
    checker.word_frequency.load_words(words())
    return checker
