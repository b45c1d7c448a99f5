"""The whole sentences that our English statements say by themselves: of these it is known what
they claim."""

from collections.abc import Iterator
from functools import cache

from models.words import Kind, StatementKind
from policy.reading import plain, sentences
from policy.words import Claim
from templates.again import line
from templates.words import StatementFacts, always, render_if_asked, render_statement

GIVEN = "\N{SECTION SIGN}given"
"""Stands for what a fact says: a sentence with it is not our own alone."""

EVERY = frozenset(claim.value for claim in Claim)
CLAIMS = (frozenset[str](), EVERY, *(EVERY - {claim} for claim in sorted(EVERY)))


@cache
def own_sentences() -> frozenset[str]:
    """Each of them as ``policy.reading.plain`` has it; those that state a given fact left out."""
    return frozenset(
        one.plain
        for text in _texts()
        for one in sentences(text)
        if one.plain and plain(GIVEN) not in one.plain
    )


def _texts() -> Iterator[str]:
    yield line()
    for deleted in (True, False):
        facts = StatementFacts(GIVEN, GIVEN, GIVEN, GIVEN, deleted)
        for kind in Kind:
            for claims in CLAIMS:
                yield render_if_asked((kind,), facts, claims).text
                yield from _of_each_statement(kind, facts, claims)


def _of_each_statement(kind: Kind, facts: StatementFacts, claims: frozenset[str]) -> Iterator[str]:
    for statement in StatementKind:
        if statement is not StatementKind.NONE:
            yield render_statement(statement, (kind,), facts, claims, fits=always).text
