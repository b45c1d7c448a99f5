"""What a person is shown who must say what is true: settling.csv, with the clause that says why."""

import csv
from functools import cache

from models.looks import Look, Saw
from models.settlement import SettleOf
from models.words import Because, Choice, Outcome
from templates.environment import HERE
from templates.labels import label
from templates.reasons import because

INTERRUPTED, UNDER_WAY, SENT = "interrupted", "under-way", "sent"
GENERAL = {
    SettleOf.EARLIER_WORDS: SettleOf.WORDS,
    SettleOf.BY_HAND: SettleOf.WORDS,
    SettleOf.REFUSED_MAIL: SettleOf.MAIL,
}
"""Whose sentences serve as well, where the table has no line of its own."""


def attempt_sentence(outcome: Outcome | None, *, ended: bool, code: str, other: str) -> str:
    """How one attempt ended, and why. ``other`` is the platform's word, or ``mail``."""
    about = INTERRUPTED if ended else UNDER_WAY
    if outcome is not None:
        about = SENT if outcome == Outcome.DONE else outcome.value
    said = _sentence(SettleOf.WORDS, about).format(other=label("platform", other))
    return _with_why(said, because(code, {"other": label("platform", other)}) if code else None)


def look_sentence(of: SettleOf, look: Look, other: str) -> str:
    """What the looks saw, and what was in their way."""
    said = _sentence(of, look.saw.value)
    if look.code in tuple(Because):
        return _with_why(said, label("because", look.code))
    facts = {"other": label("platform", other)}
    in_the_way = look.code if look.saw in (Saw.UNREADABLE, Saw.NEVER_READABLE) else None
    return _with_why(said, because(in_the_way, facts) if in_the_way else None)


def answer_sentence(of: SettleOf, choice: Choice) -> str:
    """What the answer will do."""
    return _sentence(of, f"say-{choice.value}")


def _with_why(said: str, why: str | None) -> str:
    whole = f"{said[:1].upper()}{said[1:]}"
    return f"{whole}: {why[:1].lower() + why[1:] if _is_plain(why) else why}" if why else whole


def _is_plain(why: str) -> bool:
    """Whether the clause begins with a word that is written small within a sentence."""
    return why.partition(" ")[0] in ("The", "There", "What", "Something", "Posts", "Nobody")


def _sentence(of: SettleOf, about: str) -> str:
    found = _sentences()
    return found.get((of, about)) or found[GENERAL.get(of, SettleOf.WORDS), about]


@cache
def _sentences() -> dict[tuple[str, str], str]:
    with (HERE / "settling.csv").open(encoding="utf-8", newline="") as table:
        return {(row["of"], row["about"]): row["sentence"] for row in csv.DictReader(table)}
