"""Near copies of a word: other spellings of its sound and looks, its stem, one slip of the pen."""

import re
from collections.abc import Iterator

from policy.taint.characters import heard, is_abjad, seen

SOUND = 4
SLIP = 6
BONES = 3
"""How many letters a word must have for its sound, a slip, and its consonants to be compared."""

_SOUNDS = tuple(
    (re.compile(pattern), to)
    for pattern, to in (
        (r"shch|stsch|schtsch|sch|sh", "S"),
        (r"tsch|tch|ch", "C"),
        (r"kh", "h"),
        (r"gh", "g"),
        (r"dh", "d"),
        (r"th", "t"),
        (r"zh", "j"),
        (r"ph", "f"),
        (r"ts|tz", "c"),
        (r"ck|q|c(?![eiy])", "k"),
        (r"c", "s"),
        (r"x", "ks"),
        (r"w|ff$", "v"),
        (r"[yj]", "i"),
        (r"ou|oo|oe|ue", "u"),
        (r"ie|ei|ii", "i"),
        (r"(.)\1+", r"\1"),
    )
)
_LOOKS = tuple((re.compile(p), to) for p, to in ((r"rn", "m"), (r"vv", "w"), (r"[i1]", "l")))
_ENDS = ("s", "es", "ed", "d", "ing", "ly", "er", "ers", "ish", "an", "ian")
_VOWELS = re.compile(r"[aeiouyvw]+")
_DOUBLE = re.compile(r"(.)\1+")


def readings(word: str) -> tuple[str, ...]:
    """The word in plain Latin letters: by its sound, and by its looks where they differ."""
    return tuple(one for one in dict.fromkeys((heard(word), seen(word))) if one)


def near(word: str) -> Iterator[str]:
    """Keys of which two words that are near copies share one. A prefix tells them apart."""
    for one in readings(word):
        if len(one) >= SOUND:
            yield f"sound:{sound(one)}"
            yield f"sound:{sound(one.replace('ch', 'k'))}"  # as in Italian and Greek names
            yield f"looks:{looks(one)}"
        if len(one) >= SLIP and not one.isdigit():
            yield f"slip:{one}"
            yield from (f"slip:{one[:at]}{one[at + 1 :]}" for at in range(len(one)))
        if (stem := stem_of(one)) != one:
            yield f"stem:{stem}"
        yield f"stem:{one}"


def bones(word: str) -> Iterator[str]:
    """The consonants alone: a script that leaves vowels out says no more."""
    for one in readings(word):
        bare = one.removeprefix("al") if is_abjad(word) else one
        for way in (one, bare):
            spoken = sound(way)
            kept = _DOUBLE.sub(r"\1", _VOWELS.sub("", spoken))
            if len(kept) >= BONES:
                yield kept
            elif len(kept) == BONES - 1 and _VOWELS.match(spoken):
                yield f"{spoken[0]}{kept}"


def sound(word: str) -> str:
    """One spelling for what different romanisations write differently."""
    for pattern, to in _SOUNDS:
        word = pattern.sub(to, word)
    return word


def looks(word: str) -> str:
    """One spelling for letters that are hard to tell apart."""
    for pattern, to in _LOOKS:
        word = pattern.sub(to, word)
    return word


def stem_of(word: str) -> str:
    """Without its commonest ending."""
    for end in sorted(_ENDS, key=len, reverse=True):
        if word.endswith(end) and len(word) - len(end) >= 3:
            return word[: -len(end)]
    return word
