"""Writing that runs both ways: what a person may type, and what keeps a fact in its own place.

Unicode's own rules (UAX 9) decide how a line reads that mixes Arabic and English. A fact that is
put into a sentence is *isolated*, so that neither turns the other around.
"""

import unicodedata
from collections.abc import Iterator
from textwrap import wrap

ISOLATE, END_ISOLATE = "\u2068", "\u2069"
"""First strong isolate, and what ends it: the text between goes its own way."""

LEFT_TO_RIGHT = "\u2066"
"""The isolate of what is never right to left: a handle, a link, a number."""

RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
OVERRIDES = frozenset({"LRO", "RLO"})
EMBEDDINGS = frozenset({"LRE", "RLE"})
ISOLATES = frozenset({"LRI", "RLI", "FSI"})
CONTROLS = OVERRIDES | EMBEDDINGS | ISOLATES | {"PDF", "PDI"}
LATIN_END = 0x0590
"""Before it no letter runs from right to left: most texts need no closer look."""

TURNS_AROUND = (
    "The text has a character that you cannot see and that turns the writing around ({code}). Type "
    "the text anew, or paste it as plain text."
)
LEFT_OPEN = (
    "The text has characters that you cannot see, which change the direction of the writing and "
    "do not change it back ({code}). Type the text anew, or paste it as plain text."
)


def why_not_balanced(text: str) -> str | None:
    """Why this text may not stand among other text, as a sentence; None where it may.

    An override is refused even where it ends: what is read would not be what was cleared.
    """
    for line in text.splitlines():
        open_ones: list[str] = []
        for character in line:
            sort = unicodedata.bidirectional(character)
            if sort in OVERRIDES:
                return TURNS_AROUND.format(code=_code(character))
            if sort in EMBEDDINGS | ISOLATES:
                open_ones.append(character)
            elif sort in ("PDF", "PDI") and (not open_ones or _ends(open_ones.pop()) != sort):
                return LEFT_OPEN.format(code=_code(character))
        if open_ones:
            return LEFT_OPEN.format(code=_code(open_ones[0]))
    return None


def isolated(text: str, *, among_right_to_left: bool) -> str:
    """The fact as it goes into a sentence: set apart where its direction may not be the
    sentence's, and without any control of its own that has no match."""
    whole = text if why_not_balanced(text) is None else without_controls(text)
    if among_right_to_left:
        start = ISOLATE if runs_right_to_left(whole) else LEFT_TO_RIGHT
        return f"{start}{whole}{END_ISOLATE}"
    return f"{ISOLATE}{whole}{END_ISOLATE}" if runs_right_to_left(whole) else whole


def each_line_isolated(text: str) -> str:
    """Text from elsewhere for a screen whose own words are English: no line of it moves those.

    Text that runs one way alone is given back as it is.
    """
    return "\n".join(isolated(line, among_right_to_left=False) for line in text.split("\n"))


def lines_apart(line: str, width: int) -> list[str]:
    """One line for such a screen, broken where it holds right-to-left words: each part of it is
    set apart by itself."""
    if not runs_right_to_left(line):
        return [line]
    return [isolated(part, among_right_to_left=False) for part in wrap(line, width)]


def runs_right_to_left(text: str) -> bool:
    """Whether any of it does."""
    return any(
        ord(one) >= LATIN_END and unicodedata.bidirectional(one) in RIGHT_TO_LEFT for one in text
    )


def without_controls(text: str) -> str:
    """The text without the characters that change its direction."""
    return "".join(_visible(text))


def _visible(text: str) -> Iterator[str]:
    return (one for one in text if unicodedata.bidirectional(one) not in CONTROLS)


def _ends(opened: str) -> str:
    return "PDF" if unicodedata.bidirectional(opened) in EMBEDDINGS else "PDI"


def _code(character: str) -> str:
    return f"U+{ord(character):04X}"
