"""The one Jinja environment of plain text: strict about missing facts, tidy about white space."""

import re
import unicodedata
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

HERE = Path(__file__).parent
PARAGRAPH = "¶"
_ENDS = (".", "!", "?", "…", "。", "！", "？", "؟", "۔")
_WIDE = re.compile(r"(?<=[。！？：]) (?=[^\x00-\x7f])")
"""Where Chinese has no space between its sentences. A link keeps its own."""


@cache
def plain_text(folder: str) -> Environment:
    """Templates of a folder under ``templates/``, for text that is not HTML.

    A fact's own white space becomes single spaces, so that no fact can break a line.
    """
    return Environment(
        loader=FileSystemLoader(HERE / folder),
        undefined=StrictUndefined,
        autoescape=False,
        finalize=_one_line,
    )


def end_with_a_stop(text: str) -> str:
    """The text as a sentence: with a full stop, unless it ends with a mark of its own."""
    text = one_line(text)
    if text.endswith(_ENDS):
        return text
    return f"{text}。" if _is_chinese(text[-1:]) else f"{text}."


def flow(text: str) -> str:
    """Lines joined into paragraphs, which a ¶ parts."""
    joined = (" ".join(paragraph.split()) for paragraph in text.split(PARAGRAPH))
    return "\n\n".join(_WIDE.sub("", paragraph) for paragraph in joined if paragraph)


def one_line(text: str) -> str:
    """The text without line breaks, and without the mark that parts paragraphs."""
    return " ".join(text.replace(PARAGRAPH, " ").split())


def _one_line(value: object) -> object:
    return one_line(value) if isinstance(value, str) else value


def _is_chinese(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith("CJK UNIFIED")
