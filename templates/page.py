"""Pages: HTML from ``templates/pages/``, escaped, without any script."""

from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from templates.environment import HERE

STYLESHEET = HERE / "pages" / "plain.css"


@cache
def _pages() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE / "pages"), undefined=StrictUndefined, autoescape=True
    )


def render_page(name: str, **facts: str) -> str:
    """The page with these facts. A missing one is an error."""
    return _pages().get_template(f"{name}.html").render(facts)
