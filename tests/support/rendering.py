"""Which templates of pages there are, and which were shown."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from jinja2 import Template

from templates.environment import HERE
from templates.page import _pages

PAGES = HERE / "pages"
NOT_PAGES = ("base.html", "parts")


def page_templates() -> set[str]:
    """Every template that is a page of its own, by its path."""
    found = (path.relative_to(PAGES) for path in PAGES.rglob("*.html"))
    return {_named(path) for path in found if path.parts[0] not in NOT_PAGES}


def _named(path: Path) -> str:
    return path.as_posix()


@contextmanager
def listen_to_templates(rendered: set[str]) -> Iterator[None]:
    """Note each template that the pages of this process are made of meanwhile."""
    give = _pages().get_template

    def noted(name: str, parent: str | None = None) -> Template:
        rendered.add(name)
        return give(name, parent)

    with patch.object(_pages(), "get_template", noted):
        yield
