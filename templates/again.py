"""A post that was deleted wrongly, with the line that says that it is there again."""

from templates.catalogues import spoken_in
from templates.locales import ENGLISH
from templates.voice import Voice


def published_again(text: str, language: str = ENGLISH) -> str:
    """The post's own words as they were, and the line."""
    return f"{text}\n\n{line(language)}"


def line(language: str = ENGLISH) -> str:
    """The line alone; in English where there is no other."""
    return Voice(spoken_in(language) or ENGLISH, {}, frozenset()).speak("undo", f"{ENGLISH}.txt")
