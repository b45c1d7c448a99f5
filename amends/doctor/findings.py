"""What an examination finds: a verdict, what it is about, and a sentence that says what to do."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum


class Verdict(StrEnum):
    """How it is. ``warn`` works as it is; ``bad`` must be put right."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True)
class Finding:
    """One line of the examination. ``topic`` parts the lines that are about one account."""

    verdict: Verdict
    about: str
    what: str
    topic: str = ""

    def on(self, topic: str) -> "Finding":
        """The same, as a line on this topic."""
        return replace(self, topic=topic)


Findings = Iterator[Finding]


def ok(about: str, what: str) -> Finding:
    """It is well."""
    return Finding(Verdict.OK, about, what)


def warn(about: str, what: str) -> Finding:
    """It works, and somebody should know."""
    return Finding(Verdict.WARN, about, what)


def bad(about: str, what: str) -> Finding:
    """It must be put right."""
    return Finding(Verdict.BAD, about, what)
