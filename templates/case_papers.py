"""Papers of a case, from ``templates/cases/``: what a person is told in writing."""

import re
from collections.abc import Mapping, Sequence
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from templates.environment import HERE

Fact = str | None | Sequence[str]

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


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE / "cases"),
        undefined=StrictUndefined,
        autoescape=False,  # Markdown: pages escape it
        trim_blocks=True,
    )
