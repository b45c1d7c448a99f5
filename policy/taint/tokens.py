"""A text as the words that it is made of, each with its place."""

import re
from dataclasses import dataclass

from policy.taint.characters import visible

WORD = re.compile(
    r"[\u2e80-\u2fdf\u3005\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"  # one sign a word
    r"|(?:(?![\u2e80-\u2fdf\u3005\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])[^\W_])+"
    r"(?:['’ʼ](?:[^\W_])+)*"
)
_APOSTROPHE = re.compile(r"['’ʼ]")
_SENTENCE_END = re.compile(r"[.!?…:؟。！？\n•]")
_LINK = re.compile(
    r"(?:[a-z][a-z0-9+.-]{0,30}://|www\.)\S+"
    r"|\b[\w-]{1,63}(?:\.[\w-]{1,63}){0,9}\.[^\W\d_]{2,63}/\S*",
    re.I,
)
_HAN = re.compile(r"[\u2e80-\u2fdf\u3005\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


@dataclass(frozen=True)
class Token:
    """One word. ``place`` counts the words between spaces, from one; ``gap`` is what stands before
    it; ``first`` whether a sentence begins with it; ``paired`` whether a name goes on after it."""

    raw: str
    start: int
    place: int
    gap: str
    first: bool
    paired: bool = False

    @property
    def plain(self) -> str:
        """In lower case, without apostrophes."""
        return _APOSTROPHE.sub("", self.raw).lower()

    @property
    def owner(self) -> str:
        """The same without an ’s at its end."""
        head, mark, end = self.raw.replace("’", "'").rpartition("'")
        return head.replace("'", "").lower() if mark and end.lower() == "s" else self.plain

    @property
    def is_capital(self) -> bool:
        """Whether it is written as a name is, in the middle of a sentence."""
        inside = not self.first or self.paired
        return self.raw[0].isupper() and inside and self.plain not in ENGLISH_I

    @property
    def is_sign(self) -> bool:
        """Whether it is one sign of a script without spaces."""
        return is_sign(self.raw)


ENGLISH_I = frozenset({"i", "im", "ive", "ill", "id"})


def is_sign(word: str) -> bool:
    """Whether it is one sign of a script without spaces."""
    return _HAN.fullmatch(word) is not None


def tokens(text: str) -> tuple[Token, ...]:
    """The words of a text that is already ``visible``."""
    found: list[Token] = []
    end, place, first = 0, 1, True
    for match in WORD.finditer(text):
        gap = text[end : match.start()]
        place += 1 if found and any(one.isspace() for one in gap) else 0
        first = first if not found else bool(_SENTENCE_END.search(gap))
        after = text[match.end() : match.end() + 2]
        found.append(Token(match[0], match.start(), place, gap, first, _is_paired(after)))
        end = match.end()
    return tuple(found)


def _is_paired(after: str) -> bool:
    """Whether the next word, after no more than a space, is written large as well."""
    return len(after) == 2 and after[0] in " -" and after[1].isupper() and after[1] != "I"


def read(text: str) -> tuple[Token, ...]:
    """The words of any text."""
    return tokens(visible(text))


def link_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Where links stand in a text that is already ``visible``."""
    return tuple(match.span() for match in _LINK.finditer(text))
