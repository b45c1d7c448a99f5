"""A post that was deleted wrongly, with the line that says that it is there again."""

from templates.environment import HERE, flow, plain_text
from templates.words import ENGLISH


def published_again(text: str, language: str = ENGLISH) -> str:
    """The post's own words as they were, and the line."""
    return f"{text}\n\n{line(language)}"


def line(language: str = ENGLISH) -> str:
    """The line alone; in English where there is no other."""
    primary = language.partition("-")[0].lower()
    spoken = primary if (HERE / "undo" / f"{primary}.txt").is_file() else ENGLISH
    return flow(plain_text("undo").get_template(f"{spoken}.txt").render())
