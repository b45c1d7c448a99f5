"""Public words: the template that a mistake calls for, filled in, within the truth gate."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, fields

from models.words import Kind, StatementKind
from templates.catalogues import languages, spoken_in
from templates.choosing import IF_ASKED, NoTemplateError, StatementFacts, choose
from templates.environment import HERE
from templates.locales import ENGLISH
from templates.voice import Voice

__all__ = [
    "MissingFactError",
    "NoTemplateError",
    "Rendered",
    "StatementFacts",
    "TooLongError",
    "always",
    "languages",
    "render_if_asked",
    "render_statement",
    "variants",
]

SOURCE = f"statements/{ENGLISH}"
"""Where the templates are. Other languages have their sentences, never templates of their own."""

VARIANTS = ("", ".short")
"""What a template's name ends with, in the order tried until one fits."""

OF_PEOPLE = ("wrong", "right", "source_url")
"""Facts that a person gave: words that repeat them are not the template's alone."""


class MissingFactError(Exception):
    """The words need facts that nobody has given. ``facts`` are the names of StatementFacts."""

    def __init__(self, facts: tuple[str, ...]) -> None:
        super().__init__(", ".join(facts))
        self.facts = facts


class TooLongError(Exception):
    """Even the shortest variant does not fit. ``used`` is its length in characters."""

    def __init__(self, template: str, used: int) -> None:
        super().__init__(f"{template}: {used}")
        self.template = template
        self.used = used


@dataclass(frozen=True)
class Rendered:
    """Words ready for clearance. ``claims_made`` are exactly the claims that the text makes.

    ``language`` is the one it is written in: English where the language asked for has none.
    ``sentences`` are the ids of what it says, alike in every language; ``repeats`` the names of
    the facts in it that a person gave.
    """

    text: str = field(repr=False)
    template: str
    claims_made: tuple[str, ...]
    language: str
    sentences: tuple[str, ...] = ()
    repeats: frozenset[str] = frozenset()


def always(_text: str) -> bool:
    """Every length fits."""
    return True


def render_statement(
    kind: StatementKind,
    kinds: Collection[Kind],
    facts: StatementFacts,
    claims: frozenset[str],
    language: str = ENGLISH,
    fits: Callable[[str], bool] = always,
) -> Rendered:
    """The words for a mistake of these kinds, making no claim that is not in ``claims``.

    Raises MissingFactError, TooLongError, and NoTemplateError where silence is the answer.
    """
    if kind is StatementKind.NONE:
        raise NoTemplateError(kind)
    return _render(kind, kinds, facts, claims, language, fits)


def render_if_asked(
    kinds: Collection[Kind],
    facts: StatementFacts,
    claims: frozenset[str],
    language: str = ENGLISH,
) -> Rendered:
    """The reactive line: what to answer, only if asked. Raises NoTemplateError."""
    return _render(IF_ASKED, kinds, facts, claims, language, always)


def _render(
    statement: str,
    kinds: Collection[Kind],
    facts: StatementFacts,
    claims: frozenset[str],
    language: str,
    fits: Callable[[str], bool],
) -> Rendered:
    row = choose(statement, kinds)
    given = _given(facts)
    if missing := tuple(name for name in row.needs if name not in given):
        raise MissingFactError(missing)
    spoken = spoken_in(language) or ENGLISH
    for name in variants(row.template):
        rendered = _fill(name, given, claims, spoken)
        if fits(rendered.text):
            return rendered
    raise TooLongError(name, len(rendered.text))


def _fill(name: str, given: dict[str, object], claims: frozenset[str], spoken: str) -> Rendered:
    voice = Voice(spoken, given, claims)
    text = voice.speak(SOURCE, f"{name}.txt")
    return Rendered(
        text,
        name,
        tuple(voice.made),
        spoken,
        tuple(voice.sentences),
        frozenset(voice.used & set(OF_PEOPLE)),
    )


def _given(facts: StatementFacts) -> dict[str, object]:
    values = {one.name: getattr(facts, one.name) for one in fields(facts)}
    return {
        name: value
        for name, value in values.items()
        if value is not None and (not isinstance(value, str) or value.strip())
    }


def variants(template: str) -> Iterator[str]:
    """The names that it has, the longest words first."""
    for ending in VARIANTS:
        if (HERE / SOURCE / f"{template}{ending}.txt").is_file():
            yield f"{template}{ending}"
