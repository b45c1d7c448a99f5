"""Who answers for each catalogue, who has read it and until when: languages.csv."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Annotated

from policy.reader import Column, UnknownWord, maybe, read
from templates.catalogues import catalogue, catalogued
from templates.environment import HERE
from templates.locales import ENGLISH

FILE = "languages.csv"


class NotAgreed(StrEnum):
    """Why the words of a catalogue are not cleared beforehand."""

    NO_REVIEWER = "no-reviewer"
    OWN_REVIEWER = "own-reviewer"
    NOT_REVIEWED = "not-reviewed"
    NO_END = "no-end"
    CHANGED = "changed"
    OVERDUE = "overdue"


def _language(cell: str) -> str:
    known = sorted(catalogued() - {ENGLISH})
    if cell not in known:
        raise UnknownWord(cell, known)
    return cell


def _day(cell: str) -> date:
    try:
        return date.fromisoformat(cell)
    except ValueError:
        raise UnknownWord(cell, ["a day like 2026-11-23"]) from None


@dataclass(frozen=True)
class Review:
    """One line of languages.csv: who keeps the catalogue, and what its reviewer has signed.

    ``reviewer`` is somebody's address in amends.toml, or a name. ``sentences`` is the digest of
    what was read: a sentence that changes later has not been.
    """

    language: Annotated[str, Column("language", _language)]
    owner: Annotated[str, Column("owner", str)]
    reviewer: Annotated[str, Column("reviewer", str)]
    reviewed: Annotated[date | None, Column("reviewed", maybe(_day))]
    until: Annotated[date | None, Column("review again by", maybe(_day))]
    sentences: Annotated[str, Column("sentences", str)]
    note: Annotated[str, Column("note", str)]

    def why_not(self, digest: str, today: date) -> NotAgreed | None:
        """Why it may not speak unread today; None where it may. The last day still counts."""
        if not self.reviewer:
            return NotAgreed.NO_REVIEWER
        if self.reviewer.casefold() == self.owner.casefold():
            return NotAgreed.OWN_REVIEWER
        if self.reviewed is None or self.reviewed > today:
            return NotAgreed.NOT_REVIEWED
        if self.sentences != digest:
            return NotAgreed.CHANGED
        if self.until is None:
            return NotAgreed.NO_END
        return NotAgreed.OVERDUE if today > self.until else None


def why_not_agreed(language: str, today: date) -> NotAgreed | None:
    """Why words from this catalogue wait for a clearer; None where a named person has read it.

    English is the source: its templates are cleared with the tables. Raises PolicyError.
    """
    if language == ENGLISH:
        return None
    review = reviews().get(language)
    if review is None:
        return NotAgreed.NO_REVIEWER
    return review.why_not(catalogue(language).digest, today)


@cache
def reviews() -> dict[str, Review]:
    """The table, by language. Raises PolicyError with file, line and what to use."""
    return {one.language: one for one in read(HERE / FILE, Review)}
