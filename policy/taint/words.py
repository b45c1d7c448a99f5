"""The closed words of the taint check: where something stands, what it is, whose it was."""

from dataclasses import dataclass, field
from enum import StrEnum


class Part(StrEnum):
    """What was checked."""

    WORDS = "words"
    SUBJECT = "subject"
    MESSAGE = "message"
    LINK = "link"


class Sort(StrEnum):
    """What is repeated."""

    NUMBER = "number"
    NAME = "name"
    HANDLE = "handle"
    LINK = "link"
    WORD = "word"
    RUN = "run"
    OTHER_LINK = "other-link"


class Origin(StrEnum):
    """Whose it was. ``nobody``: it leads where no notice may lead."""

    POST = "post"
    ACCOUNT = "account"
    PICTURE = "picture"
    NOTE = "note"
    WRONG = "wrong"
    RIGHT = "right"
    SOURCE = "source"
    NOBODY = "nobody"


class Gap(StrEnum):
    """What the check could not read."""

    NOT_KEPT = "not-kept"
    PICTURES = "pictures"


@dataclass(frozen=True)
class Piece:
    """A text that may not be repeated."""

    origin: Origin
    text: str = field(repr=False)


@dataclass(frozen=True)
class Own:
    """What may always be said: the template's own text, and common words (lower case)."""

    texts: tuple[str, ...]
    common: frozenset[str]


@dataclass(frozen=True)
class Found:
    """Where something is repeated, and what sort of thing; never the thing itself. ``at`` counts
    the words of the part, from one."""

    part: Part
    sort: Sort
    origin: Origin
    at: int
