"""Looking at public words before they go out: manner, spelling, names, links, plain English.

Two sorts of findings: what is refused cannot be sent; at what is to be looked at again the clearer
looks, and may go on. Every finding says where. Of a language that is not read nothing is found.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated

from models.web_links import host_of
from models.words import StatementKind
from policy.correcting import How as Changed
from policy.correcting import changes, folded
from policy.dictionary import is_word
from policy.reader import Column, PolicyError, one_of, read
from policy.reading import Sentence, compiled, is_like_english, plain, sentences
from policy.spelling import unknown_words
from policy.words import Finding

HERE = Path(__file__).parent
LONGEST_SENTENCE = 25
"""Words in a sentence, as GOV.UK's style has it."""

LINK = re.compile(r"(?:[a-z]{1,30}:)?//[^\s<>“”\"]+|\bwww\.[^\s<>“”\"]+", re.IGNORECASE)
BARE = re.compile(r"(?<![\w@./-])(?:[a-z0-9-]+\.)+[a-z]{2,}(?:/[^\s]*)?", re.IGNORECASE)
HANDLE = re.compile(r"(?<![\w/.])@\w[\w.:-]*(?:@[\w.-]+)?")
ENDS = ".,;:!?)]’'”"
TITLED = re.compile(r"\b(?:mr|mrs|ms|miss|mx|dr|prof|professor|sir|dame|lord|lady)\.?\s+$", re.I)
"""What stands before a name, so that no place is meant."""

MOST_CHANGED = 3
"""Words that may change in the putting right of a typo."""

APOLOGISES = frozenset({StatementKind.APOLOGY, StatementKind.APOLOGY_AND_CORRECTION})
CORRECTS = frozenset({StatementKind.CORRECTION, StatementKind.APOLOGY_AND_CORRECTION})


class Sort(StrEnum):
    """What a finding does."""

    REFUSED = "refused"
    LOOK_AGAIN = "look-again"


class Needs(StrEnum):
    """Whether a phrase is found, or the want of it."""

    FOUND = "found"
    NEEDED = "needed"


@dataclass(frozen=True)
class FindingRow:
    """What a finding does. ``says`` goes on from "Sentence 2 …"."""

    finding: Annotated[Finding, Column("if finding", one_of(Finding))]
    sort: Annotated[Sort, Column("then", one_of(Sort))]
    says: Annotated[str, Column("says", str)]
    source: Annotated[str, Column("source", str)]


@dataclass(frozen=True)
class WordingRow:
    """A phrase that is a finding, or whose absence is one; ``instead`` is what is meant."""

    finding: Annotated[Finding, Column("finding", one_of(Finding))]
    reading: Annotated[Needs, Column("reading", one_of(Needs))]
    phrase: Annotated[str, Column("phrase", str)]
    instead: Annotated[str, Column("instead", str)]
    note: Annotated[str, Column("note", str)]


@dataclass(frozen=True)
class Found:
    """One finding, from ``start`` to ``end`` of the words in sentence ``number``; all of the words
    where that is 0. ``instead`` is what may be meant."""

    finding: Finding
    number: int = 0
    start: int = 0
    end: int = 0
    instead: tuple[str, ...] = ()

    @property
    def refused(self) -> bool:
        """Whether the words cannot be sent with it."""
        return finding_row(self.finding).sort == Sort.REFUSED


@dataclass(frozen=True)
class Scene:
    """What the words are about, as far as looking at them needs it.

    ``ours``: a template wrote them, whose manner was looked at before. ``before`` is the text that
    they take the place of, where they do. ``wrong`` is only quoted. ``known`` are words, ``hosts``
    and ``handles`` (without @) that are right here; ``expected`` the words of our templates.
    """

    statement: StatementKind
    english: bool = True
    ours: bool = False
    before: str | None = field(default=None, repr=False)
    in_place: bool = False
    wrong: str = field(default="", repr=False)
    right: str = field(default="", repr=False)
    poster: str = field(default="", repr=False)
    known: frozenset[str] = field(default=frozenset(), repr=False)
    expected: frozenset[str] = frozenset()
    hosts: frozenset[str] = frozenset()
    handles: frozenset[str] = frozenset()
    without_alt_text: bool = False
    too_long: bool = False


def look_at(text: str, scene: Scene) -> tuple[Found, ...]:
    """Everything found in the words, in their order."""
    quiet = _without(text, scene.wrong)
    every = sentences(text)
    read_ones = [
        one for one in every if scene.english and is_like_english(text[one.start : one.end])
    ]
    found = [
        *_whole(text, scene, english=len(read_ones) == len(every)),
        *_numbered(every, _links(text, scene)),
        *_numbered(every, _handles(text, scene)),
        *_numbered(every, _poster(_without(quiet, scene.right), scene)),
    ]
    for one in read_ones:
        here = quiet[one.start : one.end]
        found += [*_spelling(here, one, scene), *_manner(here, one, scene)]
    return tuple(sorted(set(found), key=lambda one: (one.number, one.start, one.finding)))


def _without(text: str, quoted: str) -> str:
    """The text with what is only quoted blanked out, letter for letter, so that places stay."""
    bare = r"\s+".join(re.escape(word) for word in quoted.split())
    if not bare:
        return text
    return re.sub(rf"(?<!\w){bare}(?!\w)", lambda match: " " * len(match[0]), text)


def _numbered(every: Sequence[Sentence], found: Iterable[Found]) -> Iterator[Found]:
    """The same with the number of the sentence in which each stands."""
    starts = [one.start for one in every]
    for one in found:
        at = bisect_right(starts, one.start) - 1
        inside = at >= 0 and one.start < every[at].end
        yield replace(one, number=every[at].number if inside else 0)


def _whole(text: str, scene: Scene, *, english: bool) -> Iterator[Found]:
    if scene.too_long:
        yield Found(Finding.TOO_LONG)
    if scene.in_place:
        if scene.without_alt_text:
            yield Found(Finding.NO_ALT_TEXT)
        if scene.before is not None and _is_more_than_a_typo(scene.before, text):
            yield Found(Finding.MORE_THAN_A_TYPO)
        return
    if scene.ours:
        return
    whole = " ".join(one.plain for one in sentences(text))
    if english and scene.statement in APOLOGISES:
        for finding in (Finding.NO_APOLOGY, Finding.NO_REPAIR):
            if not any(row.search(whole) for row, _ in _phrases(finding, Needs.NEEDED)):
                yield Found(finding)
    if scene.statement in CORRECTS and scene.wrong and scene.right:
        yield from _correction(text, scene)


def _correction(text: str, scene: Scene) -> Iterator[Found]:
    """Whether the words have what changes between the old claim and the right one."""
    said = folded(text)
    of = {Changed.OUT: Finding.NO_OLD_CLAIM, Changed.IN: Finding.NO_RIGHT_CLAIM}
    missing = (
        of[one.how]
        for one in changes(scene.wrong, scene.right)
        if one.how in of and folded(one.text) not in said
    )
    yield from (Found(finding) for finding in dict.fromkeys(missing))


def _is_more_than_a_typo(before: str, after: str) -> bool:
    changed = [one for one in changes(before, after) if one.how != Changed.SAME]
    figures = any(letter.isdigit() for one in changed for letter in one.text)
    most = max(
        sum(len(one.text.split()) for one in changed if one.how == how)
        for how in (Changed.OUT, Changed.IN)
    )
    return figures or most > MOST_CHANGED


def _links(text: str, scene: Scene) -> Iterator[Found]:
    for match in LINK.finditer(text):
        link = match[0].rstrip(ENDS)
        end = match.start() + len(link)
        host = host_of(link)
        if host is None:
            yield Found(Finding.BAD_LINK, start=match.start(), end=end)
        elif host not in scene.hosts:
            yield Found(Finding.UNKNOWN_HOST, start=match.start(), end=end)
    for match in BARE.finditer(_blank(HANDLE, _blank(LINK, text))):
        yield Found(Finding.BARE_LINK, start=match.start(), end=match.end())


def _blank(pattern: re.Pattern[str], text: str) -> str:
    return pattern.sub(lambda match: " " * len(match[0]), text)


def _handles(text: str, scene: Scene) -> Iterator[Found]:
    for match in HANDLE.finditer(text):
        handle = match[0].lstrip("@").rstrip(f"{ENDS}-").casefold()
        if handle not in scene.handles:
            yield Found(Finding.UNKNOWN_HANDLE, start=match.start(), end=match.end())


def _poster(text: str, scene: Scene) -> Iterator[Found]:
    """The poster's name, whole or in part; a part that is a word like any other, or a name that
    the dictionary has (of a place, of a month), is doubtful unless a title stands before it."""
    if not scene.poster:
        return
    whole = r"\s+".join(re.escape(part) for part in scene.poster.split())
    for match in re.finditer(rf"(?<!\w){whole}(?!\w)", text, re.IGNORECASE):
        yield Found(Finding.NAMES_POSTER, start=match.start(), end=match.end())
    for part in scene.poster.split():
        is_doubtful = is_word(part) or is_word(part.lower())
        for match in re.finditer(rf"(?<![\w@]){re.escape(part)}(?!\w)", text):
            doubtful = is_doubtful and not TITLED.search(text[: match.start()][-12:])
            finding = Finding.MAY_NAME_POSTER if doubtful else Finding.NAMES_POSTER
            if len(part) > 2:
                yield Found(finding, start=match.start(), end=match.end())


def _spelling(here: str, one: Sentence, scene: Scene) -> Iterator[Found]:
    for word in unknown_words(here, scene.known, scene.expected):
        finding = Finding.MISSPELT if word.meant else Finding.UNKNOWN_WORD
        start, end = one.start + word.start, one.start + word.end
        yield Found(finding, one.number, start, end, word.meant)


def _manner(here: str, one: Sentence, scene: Scene) -> Iterator[Found]:
    said = plain(here)
    spoken = not (scene.ours or scene.in_place)
    for finding in Finding if spoken else (Finding.MISSPELT,):
        for phrase, instead in _phrases(finding, Needs.FOUND):
            if phrase.search(said):
                meant = (instead,) if instead else ()
                yield Found(finding, one.number, one.start, one.end, meant)
                break
    if spoken and len(said.split()) > LONGEST_SENTENCE:
        yield Found(Finding.LONG_SENTENCE, one.number, one.start, one.end)


@cache
def _phrases(finding: Finding, needs: Needs) -> tuple[tuple[re.Pattern[str], str], ...]:
    rows = read(HERE / "wording.csv", WordingRow)
    return tuple(
        (compiled(row.phrase), row.instead)
        for row in rows
        if row.finding == finding and row.reading == needs
    )


def finding_row(finding: Finding) -> FindingRow:
    """What the table says of this finding."""
    return _rows()[finding]


def sentence_of(found: Found) -> str:
    """The finding for people: where, what, and what may be meant; none of the words themselves."""
    says = finding_row(found.finding).says
    where = f"Sentence {found.number}" if found.number else "The text"
    meant = f" Did you mean: {', '.join(found.instead)}?" if found.instead else ""
    return f"{where} {says}{meant}"


def refusals(found: Iterable[Found]) -> list[str]:
    """The sentences of those that cannot be sent, each once."""
    return list(dict.fromkeys(sentence_of(one) for one in found if one.refused))


@cache
def _rows() -> dict[Finding, FindingRow]:
    rows = {row.finding: row for row in read(HERE / "findings.csv", FindingRow)}
    if missing := [one for one in Finding if one not in rows]:
        raise PolicyError(f"findings.csv has no row for: {', '.join(missing)}. Add one for each.")
    return rows
