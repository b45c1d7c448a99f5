"""What words may be asked of: facts that are known or not, and what a reporter has told."""

from collections.abc import Iterator
from dataclasses import fields, replace
from itertools import combinations

from models.words import StatementKind
from policy.claims import Facts
from templates.words import StatementFacts

NAMES = tuple(one.name for one in fields(Facts))
NOTHING = StatementFacts(organisation="Department for Examples")
TOLD = replace(
    NOTHING,
    wrong="The visa office in Exampletown is open on Saturday 4 June for passport renewals",
    right="The visa office in Exampletown is closed on Saturday 4 June and opens again on Monday "
    "6 June at 9am",
    source_url="https://www.gov.uk/guidance/office-hours-exampletown",
)
SPEAKING = tuple(one for one in StatementKind if one is not StatementKind.NONE)


def every_fact() -> Iterator[Facts]:
    """Nothing known, all true, all false; each fact alone, each missing, each pair."""
    everything = Facts(**dict.fromkeys(NAMES, True))
    yield from (Facts(), everything, Facts(**dict.fromkeys(NAMES, False)))
    for name in NAMES:
        yield Facts(**{name: True})
        yield replace(everything, **{name: None})
        yield replace(everything, **{name: False})
    for pair in combinations(NAMES, 2):
        yield Facts(**dict.fromkeys(pair, True))
