"""Medians, 95th percentiles and a plain table."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Pairs:
    """Seconds of ours and of the bare script, taken in turn: the nth of each belong together."""

    ours: tuple[float, ...]
    bare: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """The median of the pairs' own ratios: what the machine did meanwhile cancels out."""
        return statistics.median(a / b for a, b in zip(self.ours, self.bare, strict=True))

    @property
    def over(self) -> float:
        """The median of the pairs' own differences, in seconds."""
        return statistics.median(a - b for a, b in zip(self.ours, self.bare, strict=True))


def median(seconds: Sequence[float]) -> float:
    """The middle value."""
    return statistics.median(seconds)


def p95(seconds: Sequence[float]) -> float:
    """The value that 95 in 100 do not exceed (nearest rank)."""
    return sorted(seconds)[max(math.ceil(0.95 * len(seconds)) - 1, 0)]


def ms(seconds: float) -> str:
    """Milliseconds, as people read them."""
    return f"{seconds * 1000:.0f} ms"


def verdict(value: float, most: float) -> str:
    """Whether a target is met."""
    return "met" if value <= most else "NOT MET"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns padded to their widest cell; the first to the left, the others to the right."""
    widths = [max(len(row[n]) for row in (head, *rows)) for n in range(len(head))]
    ruled = [head, ["-" * width for width in widths], *rows]
    return "\n".join(_line(row, widths) for row in ruled)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = (
        cell.rjust(width) if n else cell.ljust(width)
        for n, (cell, width) in enumerate(zip(row, widths, strict=True))
    )
    return "  ".join((first, *others)).rstrip()
