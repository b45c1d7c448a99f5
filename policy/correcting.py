"""A correction states what was wrong and what is right, and the two differ (line 122)."""

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from models.words import Kind
from policy.directions import why_not_balanced

NO_WRONG = "Say what was wrong in the post."
NO_RIGHT = "Say what is right instead."
NO_DIFFERENCE = (
    "What is right is the same as what was wrong. Enter the words that are right instead; copy "
    "what was wrong as the post has it."
)
BAD_SOURCE = "Enter the source as a whole link that begins with https://, or leave it out."


class How(StrEnum):
    """What became of a run of words."""

    SAME = "same"
    OUT = "out"
    IN = "in"


@dataclass(frozen=True)
class Change:
    """A run of words that stayed, went out or came in."""

    how: How
    text: str


def why_no_correction(wrong: str, right: str, kinds: Collection[Kind] = ()) -> str | None:
    """The sentence that refuses it, or None. Of a typo, case and marks may be all that differs."""
    if why := why_not_balanced(wrong) or why_not_balanced(right):
        return why
    if not folded(wrong):
        return NO_WRONG
    if not folded(right):
        return NO_RIGHT
    compare = _spaced if list(kinds) == [Kind.TYPO] else folded
    return NO_DIFFERENCE if compare(wrong) == compare(right) else None


def folded(text: str) -> str:
    """The text without case, spaces and punctuation; signs of money and number, and the points
    within figures, stay."""
    letters = unicodedata.normalize("NFKC", text).casefold()
    kept = (
        letter
        for place, letter in enumerate(letters)
        if not _is_dropped(letter) or _is_within_figure(letters, place)
    )
    return "".join(kept)


def changes(old: str, new: str) -> tuple[Change, ...]:
    """What was changed, word by word; white space counts for nothing."""
    before, after = old.split(), new.split()
    found: list[Change] = []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag == "equal":
            found.append(Change(How.SAME, " ".join(before[i:j])))
            continue
        found += [Change(How.OUT, " ".join(before[i:j]))] if i < j else []
        found += [Change(How.IN, " ".join(after[k:m]))] if k < m else []
    return tuple(found)


def _spaced(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _is_dropped(letter: str) -> bool:
    return letter.isspace() or unicodedata.category(letter)[0] in "PZC"


def _is_within_figure(letters: str, place: int) -> bool:
    around = letters[max(place - 1, 0) : place + 2]
    signed = letters[place] in "-−%" and any(one.isdigit() for one in around)
    return signed or (len(around) == 3 and around[0].isdigit() and around[2].isdigit())
