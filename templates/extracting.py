"""Brings the catalogues up to the sentences of the English templates: ``make catalogues``.

Translations stay. One whose English has changed is marked fuzzy, with the English that it was made
from, and is not used until somebody has looked at it and taken the mark away.
"""

import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from io import BytesIO

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import write_po

from templates.catalogues import FOLDER, catalogued, read_catalogue
from templates.locales import ENGLISH, named
from templates.source import Sentence, claims_of, every_sentence

FIRST_MADE = datetime(2026, 11, 23, tzinfo=UTC)
HOW = "docs/how-to/add-a-language.md"
HEADER = "# {name} for the public statements of Amends"
DRAFT = "nobody yet"
MOST_PLACES = 3
WIDTH = 98


def main() -> None:
    """Write every catalogue again, and a new one for each language that is named."""
    for language in sorted({*catalogued(), *sys.argv[1:]} - {ENGLISH}):
        path = FOLDER / f"{language}.po"
        old = read_catalogue(language) if path.exists() else new_catalogue(language)
        path.write_bytes(as_po(updated(old)))


def new_catalogue(language: str) -> Catalog:
    """One without a sentence."""
    return Catalog(
        locale=language,
        domain="statements",
        header_comment=HEADER.format(name=named(language)),
        project="Amends",
        version="1",
        msgid_bugs_address=HOW,
        last_translator=DRAFT,
        language_team="Amends",
        creation_date=FIRST_MADE,
        revision_date=FIRST_MADE,
        fuzzy=False,
    )


def updated(old: Catalog) -> Catalog:
    """The same translations, for the sentences of today. Those that nothing says go."""
    made = new_catalogue(str(old.locale))
    made.header_comment = old.header_comment
    made.mime_headers = old.mime_headers
    before = {one.context: one for one in old if one.context}
    for sentence, uses in _uses().items():
        _add(made, uses, before.get(sentence))
    return made


def as_po(catalogue: Catalog) -> bytes:
    """The bytes of its file."""
    written = BytesIO()
    write_po(written, catalogue, width=WIDTH, include_lineno=False, include_previous=True)
    return written.getvalue()


def _uses() -> dict[str, list[Sentence]]:
    found: dict[str, list[Sentence]] = {}
    for one in every_sentence():
        found.setdefault(one.id, []).append(one)
    return found


def _add(made: Catalog, uses: list[Sentence], before: Message | None) -> None:
    first = uses[0]
    stale = before is not None and (before.fuzzy or before.id != first.english)
    stands = before is not None and before.id == first.english
    made.add(
        first.english,
        string=before.string if before else "",
        locations=[(one, 0) for one in _places(uses)],
        flags=["fuzzy"] if before and before.string and stale else [],
        auto_comments=list(_notes(uses)),
        user_comments=before.user_comments if before else (),
        previous_id=() if stands or before is None else (str(before.id),),
        context=first.id,
    )


def _places(uses: list[Sentence]) -> list[str]:
    """Where it is said: some of them are enough to see what is meant."""
    return list(dict.fromkeys(use.template for use in uses))[:MOST_PLACES]


def _notes(uses: list[Sentence]) -> Iterable[str]:
    """What a translator must know."""
    if claims := sorted(claims_of(uses[0].id)):
        yield f"Said only where it is true: {', '.join(claims)}."
    for name, note in NOTES.items():
        if name in uses[0].facts:
            yield note


NOTES = {
    "where": "{where} is “on this account” or “on @name”, the last two sentences of this file.",
    "wrong": "{wrong} is a sentence of its own, with its stop.",
    "right": "{right} is a sentence of its own, with its stop.",
}

if __name__ == "__main__":
    main()
