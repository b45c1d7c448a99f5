"""A sentence for people from each entry of the timeline."""

import csv
from collections.abc import Iterable, Mapping
from functools import cache
from string import Formatter

from templates.environment import HERE
from templates.labels import label


def sentence(what: str, facts: Mapping[str, object]) -> str:
    """What happened, in plain words; the code itself where timeline.csv does not know it.

    Of the rows for a code the first whose facts are all given speaks. Facts without a place in
    it are left out.
    """
    for template in _sentences().get(what, ()):
        names = _facts_of(template)
        if all(facts.get(name) not in (None, "", [], ()) for name in names):
            return template.format_map({name: _in_words(name, facts[name]) for name in names})
    return what


@cache
def known_codes() -> frozenset[str]:
    """The codes that there is a sentence for."""
    return frozenset(_sentences())


def _facts_of(template: str) -> tuple[str, ...]:
    return tuple(name for _, name, _, _ in Formatter().parse(template) if name)


def _in_words(name: str, value: object) -> str:
    if isinstance(value, list | tuple):
        return _listed([label(name, one) for one in value])
    return label(name, value)


def _listed(words: Iterable[str]) -> str:
    *before, last = words
    joined = ", ".join(before)
    return label("list", "and").join((joined, last)) if before else last


@cache
def _sentences() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    with (HERE / "timeline.csv").open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table):
            found[row["what"]] = (*found.get(row["what"], ()), row["sentence"])
    return found
