"""The one Jinja environment of plain text: strict about missing facts, tidy about white space."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

HERE = Path(__file__).parent
PARAGRAPH = "¶"
_ENDS = (".", "!", "?", "…")


@cache
def plain_text(folder: str) -> Environment:
    """Templates of a folder under ``templates/``, for text that is not HTML.

    A fact's own white space becomes single spaces, so that no fact can break a line.
    """
    environment = Environment(
        loader=FileSystemLoader(HERE / folder),
        undefined=StrictUndefined,
        autoescape=False,
        finalize=_one_line,
    )
    environment.filters["stop"] = end_with_a_stop
    return environment


def end_with_a_stop(text: str) -> str:
    """The text as a sentence: with a full stop, unless it ends with a mark of its own."""
    text = _joined(text)
    return text if text.endswith(_ENDS) else f"{text}."


def flow(text: str) -> str:
    """Lines joined into paragraphs, which a ¶ parts."""
    joined = (" ".join(paragraph.split()) for paragraph in text.split(PARAGRAPH))
    return "\n\n".join(paragraph for paragraph in joined if paragraph)


def _one_line(value: object) -> object:
    return _joined(value) if isinstance(value, str) else value


def _joined(text: str) -> str:
    return " ".join(text.replace(PARAGRAPH, " ").split())
