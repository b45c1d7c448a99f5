"""Public words: the template that a mistake calls for, filled in, within the truth gate."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, fields
from functools import cache

from models.words import Kind, StatementKind
from templates.choosing import IF_ASKED, NoTemplateError, StatementFacts, choose
from templates.environment import HERE, flow, plain_text

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
]

ENGLISH = "en"
VARIANTS = ("", ".short")
"""What a template's name ends with, in the order tried until one fits."""


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
    """

    text: str = field(repr=False)
    template: str
    claims_made: tuple[str, ...]
    language: str


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


@cache
def languages() -> frozenset[str]:
    """The languages that have a catalogue of statements."""
    return frozenset(path.name for path in (HERE / "statements").iterdir() if path.is_dir())


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
    spoken = _catalogue(language)
    for name in _variants(spoken, row.template):
        rendered = _fill(name, given, claims, spoken)
        if fits(rendered.text):
            return rendered
    raise TooLongError(name, len(rendered.text))


def _fill(name: str, given: dict[str, str | bool], claims: frozenset[str], spoken: str) -> Rendered:
    made: list[str] = []

    def says(claim: str) -> bool:
        true = claim in claims
        if true and claim not in made:
            made.append(claim)
        return true

    template = plain_text(f"statements/{spoken}").get_template(f"{name}.txt")
    return Rendered(flow(template.render(given, says=says)), name, tuple(made), spoken)


def _given(facts: StatementFacts) -> dict[str, str | bool]:
    values = {one.name: getattr(facts, one.name) for one in fields(facts)}
    return {
        name: value
        for name, value in values.items()
        if value is not None and (not isinstance(value, str) or value.strip())
    }


def _catalogue(language: str) -> str:
    primary = language.partition("-")[0].lower()
    return primary if primary in languages() else ENGLISH


def _variants(spoken: str, template: str) -> Iterator[str]:
    for ending in VARIANTS:
        if (HERE / "statements" / spoken / f"{template}{ending}.txt").is_file():
            yield f"{template}{ending}"
