"""The questions of fairness that are asked before anybody is referred: an assist, never a score."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated

from policy.reader import Column, PolicyError, one_of, read
from policy.tables import HERE

FILE = "fairness.csv"


class Question(StrEnum):
    """What is asked."""

    INTENT = "intent"
    KNOWN_RULES = "known-rules"
    PEER = "peer"
    CLEARANCE = "clearance"
    OWN_UP = "own-up"
    TOOL = "tool"
    DISCLOSURE = "disclosure"
    HEALTH = "health"


class AskedOf(StrEnum):
    """Who answers it."""

    REFERRER = "referrer"
    PERSON = "person"


def _text(cell: str) -> str:
    return cell


@dataclass(frozen=True)
class FairnessRow:
    """One question, in the words in which it is asked, and why it is."""

    question: Annotated[Question, Column("question", one_of(Question))]
    asked_of: Annotated[AskedOf, Column("then asked of", one_of(AskedOf))]
    ask: Annotated[str, Column("ask", _text)]
    why: Annotated[str, Column("why", _text)]


def asked_of_referrer() -> tuple[FairnessRow, ...]:
    """What whoever considers a referral is asked; health is not among it."""
    return tuple(row for row in load_fairness() if row.asked_of is AskedOf.REFERRER)


@cache
def load_fairness() -> tuple[FairnessRow, ...]:
    """The table of this installation, read once. Raises PolicyError."""
    return read_fairness(HERE)


def read_fairness(folder: Path) -> tuple[FairnessRow, ...]:
    """The table of a folder. Raises PolicyError where it cannot be used."""
    rows = read(folder / FILE, FairnessRow)
    if [row.question for row in rows] != list(Question):
        raise PolicyError(f"{FILE} must ask each question once: {', '.join(Question)}.")
    health = next(row for row in rows if row.question is Question.HEALTH)
    if health.asked_of is not AskedOf.PERSON:
        raise PolicyError(f"{FILE}: health is asked of the person alone.")
    return rows
