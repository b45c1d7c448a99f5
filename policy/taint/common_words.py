"""Words that say nothing by themselves, in each language that has a list of them."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from policy.taint.characters import visible
from policy.taint.tokens import WORD

FOLDER = Path(__file__).with_name("common")
ENGLISH = "en"


def common_words(languages: Iterable[str]) -> frozenset[str]:
    """The common words of English and of these languages, in lower case, without apostrophes."""
    primary = {language.partition("-")[0].lower() for language in languages}
    return frozenset().union(*(_of(one) for one in sorted(primary | {ENGLISH})))


@cache
def _of(language: str) -> frozenset[str]:
    path = FOLDER / f"{language}.txt"
    if language not in _languages():
        return frozenset()
    lines = path.read_text(encoding="utf-8").splitlines()
    said = visible(" ".join(line for line in lines if not line.startswith("#")))
    return frozenset(
        word.replace("'", "").replace("’", "").lower()
        for listed in said.split()
        for word in (listed, *WORD.findall(listed))
    )


@cache
def _languages() -> frozenset[str]:
    return frozenset(path.stem for path in FOLDER.glob("*.txt"))
