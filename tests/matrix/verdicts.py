"""What came of a cell, counted where the posts and mails are, not in our own tables."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from cells import Cell, On


@dataclass
class Verdict:
    """One cell's end. ``asked`` names what a person had to say; ``settled_after`` is how many
    seconds of the engine's time passed from its last start until nothing was unknown any more."""

    cell: Cell
    reached: bool = True
    ended: bool = True
    duplicates: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)
    settled_after: float = 0.0
    passed: list[str] = field(default_factory=list)
    took: float = 0.0

    @property
    def points(self) -> set[str]:
        """The points that its engines passed."""
        return set(self.passed)

    @property
    def automatic(self) -> bool:
        """Whether no person had to say what is true of the post or its correction."""
        return not self.asked - {"notice"}

    @property
    def is_a_persons(self) -> bool:
        """Whether a person had to say what is true, though nobody had refused anything."""
        return not self.automatic and not self.cell.is_refused

    def line(self) -> str:
        """What is wrong with it, for people."""
        wrong = [*(f"twice: {one}" for one in self.duplicates), *(f"lost: {x}" for x in self.lost)]
        return f"{self.cell}: {'; '.join(wrong)}"


def shares(verdicts: Sequence[Verdict]) -> tuple[int, int]:
    """How many settled by themselves, and of how many in which nobody had to act in any case."""
    able = [one for one in verdicts if not one.cell.is_refused]
    return sum(one.automatic for one in able), len(able)


def what_people_said(verdicts: Iterable[Verdict]) -> Iterator[str]:
    """For each account, in which failing worlds a person had to say what is true, and how often."""
    counted = Counter(
        (
            one.cell.on,
            " and ".join(map(str, one.cell.troubles)) or "death alone",
            *sorted(one.asked),
        )
        for one in verdicts
        if one.reached and one.is_a_persons
    )
    for (on, world, *asked), times in counted.most_common():
        yield f"  {on}: {times} with {world} (of {', '.join(asked)})"


def table(verdicts: Iterable[Verdict]) -> str:
    """The result, a line for each platform and database."""
    rows = [one for one in verdicts if one.reached]
    heads = ("account", "database", "cells", "twice", "lost", "automatic", "for a person")
    lines = ["{:<10} {:<11} {:>6} {:>6} {:>6} {:>22} {:>13}".format(*heads)]
    for on in (*On, None):
        for database in sorted({one.cell.database for one in rows}) if on else ("both",):
            mine = [o for o in rows if on is None or (o.cell.on, o.cell.database) == (on, database)]
            if not mine:
                continue
            automatic, of = shares(mine)
            share = f"{automatic} of {of} ({100 * automatic / max(of, 1):.1f} %)"
            name = on.value if on else "all"
            counted = (
                sum(bool(one.duplicates) for one in mine),
                sum(bool(one.lost) for one in mine),
            )
            lines.append(
                f"{name:<10} {database:<11} {len(mine):>6} {counted[0]:>6} {counted[1]:>6} "
                f"{share:>22} {of - automatic:>13}"
            )
    refused = sum(one.cell.is_refused for one in rows)
    mails = sum("notice" in one.asked for one in rows)
    slowest = max((one.settled_after for one in rows), default=0.0)
    lines += [
        "",
        f"In {refused} of the cells a person acts in any case: the platform says no, or says that "
        "it deleted and keeps the post. They count among the cells, not in the share.",
        f"A mail that no server can tell of was a person's to judge in {mails} of the cells.",
        f"The slowest was settled or with a person {slowest:.0f} s after its engine was back "
        "(60 s and the 30 s of settling are allowed).",
    ]
    return "\n".join(lines)
