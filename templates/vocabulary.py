"""The words of our own that a template says, apart from any fact it is given."""

import re
from functools import cache

from templates.environment import HERE, plain_text

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_PARENT = re.compile(r"\{% extends \"([^\"]+)\"")


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
    source = (HERE / "statements" / language / f"{template}.txt").read_text(encoding="utf-8")
    environment = plain_text(f"statements/{language}")
    said = " ".join(
        text.strip("\"'") if kind == "string" else text
        for _, kind, text in environment.lex(source)
        if kind in ("data", "string")
    )
    inherited = (own_words(name.removesuffix(".txt"), language) for name in _PARENT.findall(source))
    return frozenset(word.lower() for word in _WORD.findall(said)).union(*inherited)
