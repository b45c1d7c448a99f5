"""Pages: HTML from ``templates/pages/``, escaped, without anything inline."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from models.words import Kind
from templates.assets import address_of
from templates.case_papers import paper_html
from templates.environment import HERE
from templates.kinds import kind_in_words
from templates.labels import label
from templates.moments import day, duration, moment, second, took


@dataclass(frozen=True)
class Frame:
    """What every page knows: whose it is, whom to ring, and who is signed in.

    ``csrf`` is what each form of the page sends back; empty where nobody is signed in. ``at`` is
    the address of the page, to mark where one is. ``drill`` is what a drill says of itself; empty
    where this is none. ``links`` are the pages to go to, an address and words each.
    """

    organisation: str
    duty_officer: str
    signed_in_as: str | None = None
    csrf: str = field(default="", repr=False)
    at: str = ""
    drill: str = ""
    links: tuple[tuple[str, str], ...] = ()


@cache
def _pages() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "pages"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["asset"] = address_of
    environment.filters["moment"] = moment
    environment.filters["second"] = second
    environment.filters["day"] = day
    environment.filters["duration"] = duration
    environment.filters["took"] = took
    environment.filters["begin"] = lambda words: words[:1].upper() + words[1:]
    environment.filters["kind"] = lambda value: kind_in_words(Kind(value))
    environment.filters["paper"] = paper_html
    environment.filters["label"] = lambda value, fact: label(fact, value)
    return environment


def render_page(name: str, frame: Frame, facts: Mapping[str, object] | None = None) -> str:
    """The page with these facts. A missing one is an error."""
    return _pages().get_template(f"{name}.html").render({**(facts or {}), "frame": frame})
