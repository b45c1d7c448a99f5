"""Papers of a case, from ``templates/cases/``: what a person is told in writing."""

import re
from collections.abc import Mapping, Sequence
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from templates.environment import HERE

Fact = str | None | Sequence[str]

CLASSES = {
    "heading_open": "govuk-heading-s",
    "paragraph_open": "govuk-body",
    "bullet_list_open": "govuk-list govuk-list--bullet",
    "ordered_list_open": "govuk-list govuk-list--number",
    "blockquote_open": "amends-quoted",
}
BELOW = 3
"""By how much a paper's headings are lowered: on a page it stands below a heading of its own."""

_MANY_LINES = re.compile(r"\n\s*\n\s*\n+")


def render_paper(name: str, facts: Mapping[str, Fact]) -> str:
    """The paper in Markdown. A fact that it needs and lacks is an error; what people wrote keeps
    its lines, and is quoted so that it is not taken for words of the department."""
    return (
        _MANY_LINES.sub("\n\n", _environment().get_template(f"{name}.md").render(facts)).strip()
        + "\n"
    )


@cache
def paper_names() -> frozenset[str]:
    """The papers that there are words for."""
    return frozenset(path.stem for path in (HERE / "cases").glob("*.md"))


def quoted(text: str) -> str:
    """What a person wrote, each line marked as theirs."""
    return "\n".join(f"> {line}".rstrip() for line in text.strip().splitlines())


def paper_html(text: str) -> Markup:
    """The paper as part of a page: headings, lists and quotations. Whatever else somebody wrote,
    links and pictures too, stays text."""
    tokens = _reader().parse(text)
    for token in tokens:
        if token.type in CLASSES:
            token.attrSet("class", CLASSES[token.type])
        if token.type.startswith("heading_"):
            token.tag = f"h{min(int(token.tag[1]) + BELOW, 6)}"
    return Markup(_reader().renderer.render(tokens, _reader().options, {}))


@cache
def _reader() -> MarkdownIt:
    return MarkdownIt("zero").enable(["heading", "list", "blockquote"])


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE / "cases"),
        undefined=StrictUndefined,
        autoescape=False,  # Markdown: pages escape it
        trim_blocks=True,
    )
