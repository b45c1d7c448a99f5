"""Which claims free English text makes, sentence by sentence: the truth gate's ears.

It reads on the safe side. A known phrase is taken as the claim; a word that belongs to a claim, in
a sentence that is not understood (a denial, a new turn of phrase), as one that may be made: then a
person says which. What is not English is not read at all, and of what is, nothing may be heard in a
sentence: then a person says so for every claim.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated

from policy.dictionary import is_word
from policy.reader import Column, one_of, read
from policy.words import Claim

ENGLISH = "en"
TABLE = Path(__file__).parent / "phrases.csv"

PLACES = {
    "{it}": r"(?:it|this|that|these|those|they|which|both|all|everything|posts?|tweets?|messages?|"
    r"items?|threads?|statements?|repl(?:y|ies)|pictures?|photos?|photographs?|images?|videos?|"
    r"links?|contents?|material|comments?|cop(?:y|ies)|"
    r"versions?|announcements?|publications?)",
    "{post}": r"(?:posts?|tweets?|messages?|items?|threads?|repl(?:y|ies)|pictures?|photos?|"
    r"images?|videos?|links?|contents?|comments?|cop(?:y|ies))",
    "{account}": r"(?:accounts?|channels?|feeds?|pages?|systems?|profiles?)",
    "{be}": r"(?:is|are|was|were|has been|have been|had been|has|have|had|being|got|will be)",
    "{adv}": r"(?:(?:now|since|been|already|also|all|just|quickly|immediately|promptly|swiftly|"
    r"subsequently|today|then|completely|entirely|fully|permanently|clearly|simply|very|really|so|"
    r"currently|briefly|indeed|actually|being) )*",
    "{gone}": r"(?:removed|deleted|taken down|taken offline|withdrawn|pulled|erased|scrubbed|"
    r"retracted)",
    "{removed}": r"(?:removed?|deleted?|took down|taken down|withdrew|withdrawn|pulled|erased|"
    r"scrubbed|retracted|got rid of)",
    "{sent}": r"(?:posted|published|sent|sent out|shared|tweeted|put out|put up|put online|"
    r"went out|gone out|went up|released|issued|appeared|uploaded|retweeted|reposted|liked|made)",
    "{send}": r"(?:post|publish|send|share|tweet|put|release|issue|upload)",
}
"""What a phrase's names stand for; ``<4>`` is up to four words."""

SHORT = {
    "won't": "will not", "can't": "can not", "cannot": "can not", "shan't": "shall not",
    "ain't": "is not", "it's": "it is", "that's": "that is", "there's": "there is",
    "what's": "what is", "we've": "we have", "they've": "they have", "i've": "i have",
    "we're": "we are", "they're": "they are", "you're": "you are", "we'd": "we had",
    "it'd": "it had", "we'll": "we will", "it'll": "it will", "who's": "who is", "i'm": "i am",
}  # fmt: skip
CONTRACTION = re.compile(rf"\b(?:{'|'.join(SHORT)})\b")
NOT = re.compile(r"(\w)n't\b")
DENIAL = re.compile(r"\b(?:not|never|no|nor|nobody|none|neither|without|hardly|unless|if|until)\b")
NO_DENIAL = re.compile(r"\b(?:not only|no doubt|without doubt|not just|no longer|if asked)\b")
BEFORE = 4
"""How many words before a phrase may deny it."""

SENTENCE = re.compile(r"[^.!?…\n]*(?:[.!?…](?=\w)[^.!?…\n]*)*[.!?…\n]*")
WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
MARKS = re.compile(r"_|[^\w\s'$£€%@#/.:]|(?<!\w)'|'(?!\w)|[./:]+(?!\S)")
LINK_OR_NAME = re.compile(r"https?://\S+|(?<!\w)[@#]\S+|\S+@\S+|\b\w+(?:\.\w+)+(?:/\S*)?")
LEAST_KNOWN = 0.75
"""The share of a sentence's words that a dictionary must have for it to be English."""

FEW = 4
"""Of fewer words than these each must be known."""

COMMON = frozenset(
    re.findall(
        r"\w+",
        "a an and are as at be been by do for from has have in is it not of on or our please said "
        "sorry that the this to was we were will with you your correction",
    )
)
"""Words of which a longer sentence of English has at least one."""


class Reading(StrEnum):
    """How a phrase is to be taken."""

    SAYS = "says"
    SAYS_NO = "says-no"  # a denial is part of the claim itself
    MAY_SAY = "may-say"


@dataclass(frozen=True)
class PhraseRow:
    """One turn of phrase of a claim, as a regular expression with the names of ``PLACES``."""

    claim: Annotated[Claim, Column("claim", one_of(Claim))]
    reading: Annotated[Reading, Column("reading", one_of(Reading))]
    phrase: Annotated[str, Column("phrase", str)]
    note: Annotated[str, Column("note", str)]


@dataclass(frozen=True)
class Sentence:
    """One sentence of a text, from ``start`` to ``end`` in it; ``plain`` is it, made comparable."""

    number: int
    start: int
    end: int
    plain: str


@dataclass(frozen=True)
class Heard:
    """A claim in a sentence; not ``sure`` where the words only may make it."""

    claim: Claim
    sure: bool
    sentence: Sentence


@dataclass(frozen=True)
class Read:
    """What was heard, the sentences that are not English and were not read, and those that were
    read and in which nothing was heard: what they claim nobody knows."""

    heard: tuple[Heard, ...] = ()
    unread: tuple[Sentence, ...] = ()
    unheard: tuple[Sentence, ...] = ()

    @property
    def made(self) -> frozenset[Claim]:
        """The claims that the text makes."""
        return frozenset(one.claim for one in self.heard if one.sure)

    @property
    def maybe(self) -> frozenset[Claim]:
        """Those that it may make besides, of what was read."""
        return frozenset(one.claim for one in self.heard) - self.made


def read_claims(text: str, language: str = ENGLISH, quoted: Collection[str] = ()) -> Read:
    """What the text claims. Of ``quoted`` passages (the old claim, the post itself) nothing is
    taken as said for sure. In a language other than English nothing is read."""
    found = sentences(text)
    if language.partition("-")[0].lower() != ENGLISH:
        return Read(unread=tuple(found))
    passages = _by_sentence(quoted)
    heard: list[Heard] = []
    for one in found:
        said = {claim: _says(claim, _without(one.plain, passages)) for claim in Claim}
        rest = _blanked(one.plain, (match for matches in said.values() for match in matches))
        heard += [Heard(claim, True, one) for claim in Claim if said[claim]]
        heard += [Heard(claim, False, one) for claim in Claim if _may_say(claim, rest)]
    unread = tuple(one for one in found if not is_english(text[one.start : one.end]))
    others = set(found) - set(unread) - {one.sentence for one in heard}
    unheard = (one for one in found if one in others and _says_anything(one, passages))
    return Read(tuple(heard), unread, tuple(unheard))


def sentences(text: str) -> list[Sentence]:
    """The text's sentences, with where they stand."""
    found = (match for match in SENTENCE.finditer(text) if match[0].strip())
    return [
        Sentence(number, match.start(), match.end(), plain(match[0]))
        for number, match in enumerate(found, 1)
    ]


def plain(text: str) -> str:
    """Lower case, straight quotes, single spaces, no invisible letters, contractions in full."""
    kept = "".join(c for c in unicodedata.normalize("NFKC", text) if _is_seen(c))
    kept = kept.lower().replace("’", "'").replace("‘", "'").replace("´", "'")
    kept = CONTRACTION.sub(lambda match: SHORT[match[0]], kept)
    return " ".join(MARKS.sub(" ", NOT.sub(r"\1 not", kept)).split())


def is_like_english(sentence: str) -> bool:
    """Whether the sentence is meant as English: half of its words are. It may be misspelt."""
    words = [match[0] for match in WORD.finditer(plain(LINK_OR_NAME.sub(" ", sentence)))]
    return 2 * sum(_is_known(word) for word in words) >= len(words)


def _is_known(word: str) -> bool:
    return is_word(word) or is_word(word.capitalize())


def is_english(sentence: str) -> bool:
    """Whether the sentence can be read: most of its words are English, and so are its letters."""
    words = [match[0] for match in WORD.finditer(plain(LINK_OR_NAME.sub(" ", sentence)))]
    known = sum(_is_known(word) for word in words)
    if len(words) < FEW or not any(word in COMMON for word in words):
        return known == len(words)
    return known >= LEAST_KNOWN * len(words)


def _is_seen(letter: str) -> bool:
    return unicodedata.category(letter) not in ("Cf", "Cc") or letter.isspace()


def _by_sentence(quoted: Iterable[str]) -> tuple[str, ...]:
    """The passages, each sentence by itself, the longest first: so is the text read."""
    found = {one.plain.strip(" .") for passage in quoted for one in sentences(passage)}
    return tuple(sorted(found - {""}, key=len, reverse=True))


def _without(sentence: str, passages: Iterable[str]) -> str:
    for passage in passages:
        sentence = re.sub(rf"(?<!\w){re.escape(passage)}(?!\w)", " … ", sentence)
    return sentence


def _says_anything(sentence: Sentence, passages: Iterable[str]) -> bool:
    """Whether it has words besides what it quotes, links and names of accounts."""
    left = LINK_OR_NAME.sub(" ", _without(sentence.plain, passages))
    return WORD.search(left) is not None


def _blanked(sentence: str, understood: Iterable[str]) -> str:
    """The sentence without what was understood: its words are no sign of another claim."""
    for passage in sorted(understood, key=len, reverse=True):
        sentence = sentence.replace(passage, " … ")
    return sentence


def _says(claim: Claim, sentence: str) -> tuple[str, ...]:
    """The passages that make the claim."""
    return tuple(
        match[0]
        for reading, phrase in _phrases(claim)
        if reading != Reading.MAY_SAY
        for match in phrase.finditer(sentence)
        if reading == Reading.SAYS_NO or not _is_denied(sentence, match)
    )


def _may_say(claim: Claim, sentence: str) -> bool:
    return any(phrase.search(sentence) for _, phrase in _phrases(claim))


def _is_denied(sentence: str, match: re.Match[str]) -> bool:
    before = " ".join(sentence[: match.start()].split()[-BEFORE:])
    return bool(DENIAL.search(NO_DENIAL.sub(" ", f"{before} {match[0]}")))


@cache
def _phrases(claim: Claim) -> tuple[tuple[Reading, re.Pattern[str]], ...]:
    return tuple((row.reading, compiled(row.phrase)) for row in phrase_rows() if row.claim == claim)


def compiled(phrase: str) -> re.Pattern[str]:
    """A phrase of the tables as it is looked for in a sentence that was made ``plain``."""
    for name, stands_for in PLACES.items():
        phrase = phrase.replace(name, stands_for)
    phrase = re.sub(r"<(\d)>", r"(?:[^ ]+ ){0,\1}", phrase)
    return re.compile(rf"(?<![\w'])(?:{phrase})(?![\w'])")


@cache
def phrase_rows() -> tuple[PhraseRow, ...]:
    """The whole table. Raises PolicyError with file, line and what to use."""
    return read(TABLE, PhraseRow)
