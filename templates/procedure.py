"""The procedure in the words of its page: each step, what the policy says, and what is done."""

import csv
from dataclasses import dataclass
from functools import cache

from models.words import Step
from templates.environment import HERE


@dataclass(frozen=True)
class StepWords:
    """One step. ``lines`` are those of the policy's text; none where only good practice asks it."""

    step: Step
    words: str
    lines: tuple[int, ...]
    policy: str
    what: str


@cache
def procedure_in_words() -> tuple[StepWords, ...]:
    """Every step, in the order of the procedure."""
    with (HERE / "procedure.csv").open(encoding="utf-8", newline="") as table:
        return tuple(
            StepWords(
                Step(row["step"]),
                row["words"],
                tuple(int(line) for line in row["lines"].split()),
                row["policy"],
                row["what"],
            )
            for row in csv.DictReader(table)
        )
