"""What people are told of the language of public words."""

from templates.labels import label
from templates.locales import named
from templates.reviews import NotAgreed

IN_PLACE_OF = "English note in place of {spoken}"
NOT_AGREED = (
    "These words in {spoken} are not cleared beforehand: {why}. Clear them only if you read "
    "{spoken}."
)


def in_place_of(language: str) -> str:
    """What an English note is called that stands in for a language."""
    return IN_PLACE_OF.format(spoken=named(language))


def not_agreed(language: str, why: NotAgreed) -> str:
    """Why a clearer is asked, where the same words in English would go out."""
    return NOT_AGREED.format(spoken=named(language), why=label("not_agreed", why))
