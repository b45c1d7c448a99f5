"""The words of our own that a template says, apart from any fact it is given."""

import re
from collections.abc import Collection
from functools import cache
from pathlib import Path

from jinja2 import Environment

from models.words import WAIT_LABELS, Kind, Role, StatementKind
from templates.choosing import choose
from templates.environment import HERE, plain_text
from templates.labels import label

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_PARENT = re.compile(r"\{% extends \"([^\"]+)\"")


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
    path = HERE / "statements" / language / f"{template}.txt"
    source = path.read_text(encoding="utf-8")
    inherited = (own_text(name.removesuffix(".txt"), language) for name in _PARENT.findall(source))
    said = _said(source, plain_text(f"statements/{language}"))
    return sum(inherited, said)


def own_text_for(statement: StatementKind, kinds: Collection[Kind]) -> tuple[str, ...]:
    """The same of the template that such a statement is drafted from, in every language that has
    it. Raises NoTemplateError."""
    template = choose(statement, kinds).template
    paths = (HERE / "statements").glob(f"*/{template}*.txt")
    named = [path for path in sorted(paths) if path.name.split(".")[0] == Path(template).name]
    texts = (own_text(path.name.removesuffix(".txt"), path.parent.name) for path in named)
    return sum(texts, ())


@cache
def own_text_of_notices() -> tuple[str, ...]:
    """All that notices say by themselves, with what they call people and waits."""
    folder = HERE / "notices"
    paths = [*folder.glob("*.md"), *folder.glob("*/*")]
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
