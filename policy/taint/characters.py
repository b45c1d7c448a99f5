"""Characters before they are compared: what looks or sounds alike is read alike."""

import html
import re
import unicodedata
from functools import cache, lru_cache
from urllib.parse import unquote

FILLERS = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5")
"""Letters and signs that show nothing."""

LEET = str.maketrans("023456789@$€+(<£¥°§", "ozeasgtbgasetcclyos")
ONES = "1!|¡"
"""What stands for an i or for an l."""

ENDS = ".,;:!?()[]«»“”‘’\"'"
"""What stands before or after a word and is no part of it."""

_ENTITY = re.compile(r"&(?:#?\w+);")
_ENCODED = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_NOT_ASCII_WORD = re.compile(r"[^a-z0-9]+")
_ABJAD = re.compile(r"[\u0590-\u06ff\u0750-\u077f\u08a0-\u08ff]")


def visible(text: str) -> str:
    """The text as it is seen: entities and %-codes opened, nothing invisible, no accents, the
    digits of every script as 0 to 9. Letters keep their script and case."""
    text = _ENCODED.sub(lambda code: unquote(code[0], errors="ignore"), text)
    text = html.unescape(text) if _ENTITY.search(text) else text
    if text.isascii():
        return text
    opened = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text))
    kept = (_shown(character) for character in opened)
    return unicodedata.normalize("NFC", "".join(kept))


def _shown(character: str) -> str:
    if unicodedata.category(character) in ("Mn", "Me", "Cf") or character in FILLERS:
        return ""
    if "\U0001f1e6" <= character <= "\U0001f1ff":  # the letters that flags are made of
        return chr(ord("A") + ord(character) - 0x1F1E6)
    place = (ord(character) - 0x1F130) % 32
    if "\U0001f130" <= character <= "\U0001f189" and place < 26:  # in squares and circles
        return chr(ord("A") + place)
    digit = unicodedata.decimal(character, None)
    return character if digit is None else str(digit)


@lru_cache(maxsize=20_000)
def heard(word: str) -> str:
    """The word in Latin letters by its sound, in lower case: letters and digits alone."""
    if word.isascii():
        return _NOT_ASCII_WORD.sub("", word.lower())
    from anyascii import anyascii  # its tables are read only where they are needed

    return _NOT_ASCII_WORD.sub("", anyascii(word).lower())


@lru_cache(maxsize=20_000)
def seen(word: str) -> str:
    """The word in Latin letters by its looks, in lower case: letters and digits alone."""
    if word.isascii():
        return heard(word)
    return heard("".join(_look_alikes().get(letter, letter) for letter in word))


@cache
def _look_alikes() -> dict[str, str]:
    """Each letter that looks like a Latin one, by the Unicode Consortium's table."""
    from confusable_homoglyphs import confusables  # reads its table as it is imported

    found: dict[str, str] = {}
    for letter, alikes in confusables.confusables_data.items():
        latin = [one["c"] for one in alikes if one["c"].isascii() and one["c"].isalpha()]
        if len(letter) == 1 and not letter.isascii() and latin:
            found[letter] = latin[0]
    return found


def is_abjad(word: str) -> bool:
    """Whether it is written in a script that leaves vowels out (Arabic, Hebrew)."""
    return _ABJAD.search(word) is not None


def unleeted(text: str) -> tuple[str, ...]:
    """The text with digits and signs read as the letters that they stand for, in each way; only
    such words are changed as are not plain numbers or plain letters."""
    ways = (text.maketrans(dict.fromkeys(ONES, way)) for way in "il")
    parts = re.split(r"(\s+)", text)
    read = ("".join(_unleeted(part, way) for part in parts) for way in ways)
    return tuple(one for one in dict.fromkeys(read) if one != text)


def _unleeted(chunk: str, ones: dict[int, str]) -> str:
    body = chunk.strip(ENDS)
    if not body or body.isalpha() or (body.isdigit() and len(body) in (2, 3)):
        return chunk
    before, after = chunk.split(body, 1)
    return before + body.translate(ones).translate(LEET) + after
