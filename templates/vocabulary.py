"""The words of our own that a template says, apart from any fact it is given."""

import re
from collections.abc import Collection
from functools import cache
from string import Formatter

from jinja2 import Environment

from models.words import WAIT_LABELS, Kind, Role, StatementKind
from policy.words import Claim
from templates.catalogues import catalogue, spoken_in
from templates.choosing import choose
from templates.environment import HERE, plain_text
from templates.labels import label
from templates.locales import ENGLISH
from templates.source import sentences_of
from templates.words import (
    SOURCE,
    MissingFactError,
    StatementFacts,
    render_statement,
    variants,
)

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


@cache
def all_own_words() -> frozenset[str]:
    """The lower-case words that our English statements say: what is expected of such words."""
    folder = HERE / "statements" / "en"
    names = (path.relative_to(folder).with_suffix("") for path in folder.rglob("*.txt"))
    return frozenset().union(*(own_words(str(name), "en") for name in names))


@cache
def own_words(template: str, language: str) -> frozenset[str]:
    """The lower-case words of a statement's template, for the taint check.

    ``template`` and ``language`` are those of a ``Rendered``.
    """
    said = " ".join(own_text(template, language))
    return frozenset(word.lower() for word in _WORD.findall(said))


@cache
def own_text(template: str, language: str) -> tuple[str, ...]:
    """All that a statement's template says by itself, in the pieces that facts and claims part."""
    said = catalogue(language).sentences
    used = dict.fromkeys(one.id for one in sentences_of(SOURCE, f"{template}.txt"))
    return tuple(text for one in used for text, _, _, _ in Formatter().parse(said[one]) if text)


def own_text_for(
    statement: StatementKind, kinds: Collection[Kind], language: str = ENGLISH
) -> tuple[str, ...]:
    """All that such a statement says by itself, in English and in that language, with every claim.
    Raises NoTemplateError."""
    return _own_text_for(statement, tuple(sorted(set(kinds))), spoken_in(language) or ENGLISH)


@cache
def _own_text_for(
    statement: StatementKind, kinds: tuple[Kind, ...], spoken: str
) -> tuple[str, ...]:
    template = choose(statement, kinds).template
    both = sorted({ENGLISH, spoken})
    pieces = (own_text(name, one) for name in variants(template) for one in both)
    return sum(pieces, _without_facts(statement, kinds, both))


def _without_facts(
    statement: StatementKind, kinds: tuple[Kind, ...], spoken: list[str]
) -> tuple[str, ...]:
    """The words as they are drafted where nobody has told anything; none where facts are needed."""
    every = frozenset(claim.value for claim in Claim)
    try:
        return tuple(
            render_statement(statement, kinds, StatementFacts(""), claims, language).text
            for language in spoken
            for claims in (frozenset[str](), every)
        )
    except MissingFactError:
        return ()


@cache
def own_text_of_notices() -> tuple[str, ...]:
    """All that notices say by themselves, with what they call people and waits."""
    folder = HERE / "notices"
    paths = [*folder.glob("*.md"), *folder.glob("*.txt"), *folder.glob("*/*")]
    sources = (path.read_text(encoding="utf-8") for path in sorted(paths))
    said = (_said(source, plain_text("notices")) for source in sources)
    roles = tuple(label("role", role) for role in Role)
    return sum(said, (*roles, *WAIT_LABELS.values()))


def _said(source: str, environment: Environment) -> tuple[str, ...]:
    return tuple(
        text.strip("\"'") if kind == "string" else text
        for _, kind, text in environment.lex(source)
        if kind in ("data", "string")
    )
