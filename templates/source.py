"""The sentences that the English templates say, each with its id: what a catalogue translates.

A sentence is written where it is said: ``{{ say("removed", "It has been removed.") }}``. The
claims that it is tied to are those of the ``{% if says(...) %}`` around it, in every language.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter

from jinja2 import nodes

from templates.environment import HERE, plain_text

FOLDERS = ("statements/en", "undo", "where")
WHERE = "where"
"""The placeholder that is itself a sentence of ours, from ``where/en.txt``."""


@dataclass(frozen=True)
class Sentence:
    """One sentence where a template says it. ``claims`` are those that must be true for it."""

    id: str
    english: str
    claims: frozenset[str]
    template: str

    @property
    def facts(self) -> frozenset[str]:
        """The names of what stands in it."""
        return placeholders(self.english)


def placeholders(text: str) -> frozenset[str]:
    """The names in braces. Raises ValueError where a brace has no other."""
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)


@cache
def every_sentence() -> tuple[Sentence, ...]:
    """Each use of each sentence, by template. The same id always has the same English."""
    return tuple(one for folder in FOLDERS for one in _of_folder(folder))


@cache
def claims_of(sentence: str) -> frozenset[str]:
    """The claims that the sentence is tied to: those that must be true wherever it is said."""
    return frozenset.intersection(*(one.claims for one in every_sentence() if one.id == sentence))


@cache
def sentences_of(folder: str, template: str) -> tuple[Sentence, ...]:
    """What one template says, with what it inherits and with what stands for ``{where}``.

    ``template`` is a path under the folder, with its ending.
    """
    tree = _tree(folder, template)
    inherited = [one for parent in _parents(tree) for one in sentences_of(folder, parent)]
    said = [*inherited, *_said(tree, template)]
    if folder != WHERE and any(WHERE in one.facts for one in said):
        said += sentences_of(WHERE, "en.txt")
    return tuple(said)


def _of_folder(folder: str) -> Iterator[Sentence]:
    for path in sorted((HERE / folder).rglob("*.txt")):
        name = path.relative_to(HERE / folder).as_posix()
        yield from _said(_tree(folder, name), name)


def _tree(folder: str, template: str) -> nodes.Template:
    source = Path(HERE / folder / template).read_text(encoding="utf-8")
    return plain_text(folder).parse(source)


def _parents(tree: nodes.Template) -> Iterator[str]:
    for one in tree.find_all(nodes.Extends):
        assert isinstance(one.template, nodes.Const)
        yield one.template.value


def _said(tree: nodes.Node, template: str) -> Iterator[Sentence]:
    for claims, call in _calls(tree, frozenset()):
        sentence, english = (_text(one) for one in call.args)
        yield Sentence(sentence, english, claims, template)


def _calls(node: nodes.Node, claims: frozenset[str]) -> Iterator[tuple[frozenset[str], nodes.Call]]:
    """Each ``say``, with the claims of the conditions that it stands under."""
    if isinstance(node, nodes.If):
        yield from _calls_in(node.body, claims | _claims_of(node.test))
        yield from _calls_in([*node.elif_, *node.else_], claims)
    elif isinstance(node, nodes.Call) and _calls_for(node, "say"):
        yield claims, node
    else:
        yield from _calls_in(node.iter_child_nodes(), claims)


def _calls_in(
    some: Iterable[nodes.Node], claims: frozenset[str]
) -> Iterator[tuple[frozenset[str], nodes.Call]]:
    for one in some:
        yield from _calls(one, claims)


def _claims_of(test: nodes.Node) -> frozenset[str]:
    """A condition is one ``says(claim)`` alone: "or", "not" and "and" tie a sentence to nothing."""
    if isinstance(test, nodes.Call) and _calls_for(test, "says"):
        return frozenset(_text(one) for one in test.args)
    return frozenset()


def _calls_for(call: nodes.Call, name: str) -> bool:
    return isinstance(call.node, nodes.Name) and call.node.name == name


def _text(node: nodes.Node) -> str:
    assert isinstance(node, nodes.Const), "say and says take texts as they are"
    return str(node.value)
