"""A catalogue is whole or is not used; a named person reads it, and signs what they have read."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from worlds import NOTHING

from models.words import Kind, StatementKind
from policy.reader import PolicyError
from templates import catalogues, reviews
from templates.catalogues import catalogue, english, languages, read_catalogue, spoken_in
from templates.extracting import as_po, main, updated
from templates.reviews import NotAgreed, Review, why_not_agreed
from templates.words import render_statement

TODAY = date(2026, 11, 23)
SIGNED = Review(
    "fr", "dtu", "Claire Petit", date(2026, 11, 1), date(2027, 5, 1), catalogue("fr").digest, ""
)
CACHED = (catalogue, catalogues.catalogued, languages, english)


def forget() -> None:
    """Have the catalogues read anew."""
    for one in CACHED:
        one.cache_clear()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The French catalogue alone, to be spoilt."""
    shutil.copy(catalogues.FOLDER / "fr.po", tmp_path)
    monkeypatch.setattr("templates.catalogues.FOLDER", tmp_path)
    monkeypatch.setattr("templates.extracting.FOLDER", tmp_path)
    forget()
    yield tmp_path
    monkeypatch.undo()
    forget()


def spoil(folder: Path, old: str, new: str) -> None:
    """Change the file, and have it read anew."""
    path = folder / "fr.po"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    forget()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('msgstr "Il a été supprimé."', 'msgstr ""'),
        ('msgctxt "removed"', '#, fuzzy\nmsgctxt "removed"'),
        ('msgid "It has been removed."', 'msgid "It was removed."'),
        ('msgctxt "removed"', 'msgctxt "taken-down"'),
        ("Nous disions : {wrong}", "Nous disions : {right}"),
        ("Nous disions : {wrong}", "Nous disions : {wrong"),
        ("Nous disions : {wrong}", "Nous disions"),
        ('msgstr "Il a été supprimé."', 'msgstr "Il a été supprimé.'),
    ],
    ids=[
        "missing", "fuzzy", "stale", "unknown", "another-fact", "half-a-brace", "without-its-fact",
        "not-a-catalogue",
    ],
)  # fmt: skip
def test_a_catalogue_with_one_bad_sentence_is_not_used_at_all(
    folder: Path, old: str, new: str
) -> None:
    assert spoken_in("fr") == "fr"
    spoil(folder, old, new)
    assert catalogue("fr").gaps
    assert spoken_in("fr") is None
    words = render_statement(StatementKind.NOTE, [Kind.TYPO], NOTHING, frozenset(), "fr")
    assert words.language == "en"
    assert words.text == "There was a slip in an earlier post.\n\nSorry."


def test_english_that_changes_leaves_its_translation_to_be_looked_at_again(folder: Path) -> None:
    spoil(folder, 'msgid "It has been removed."', 'msgid "It was removed."')
    written = as_po(updated(read_catalogue("fr"))).decode()
    assert '#, fuzzy\n#| msgid "It was removed."\nmsgctxt "removed"' in written
    assert 'msgstr "Il a été supprimé."' in written


def test_a_new_language_begins_with_every_sentence_and_is_not_used(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["extracting", "de"])
    main()
    forget()
    assert set(catalogue("de").gaps) == set(english())
    assert languages() == {"en", "fr"}


def test_what_a_reviewer_signed_changes_with_every_sentence(folder: Path) -> None:
    before = catalogue("fr").digest
    assert SIGNED.why_not(before, TODAY) is None
    spoil(folder, "Il a été supprimé.", "Il est supprimé.")
    assert SIGNED.why_not(catalogue("fr").digest, TODAY) is NotAgreed.CHANGED


@pytest.mark.parametrize(
    ("review", "why"),
    [
        (SIGNED, None),
        (replace(SIGNED, until=TODAY), None),
        (replace(SIGNED, until=date(2026, 11, 22)), NotAgreed.OVERDUE),
        (replace(SIGNED, until=None), NotAgreed.NO_END),
        (replace(SIGNED, reviewed=None), NotAgreed.NOT_REVIEWED),
        (replace(SIGNED, reviewed=date(2026, 11, 24)), NotAgreed.NOT_REVIEWED),
        (replace(SIGNED, reviewer=""), NotAgreed.NO_REVIEWER),
        (replace(SIGNED, owner="claire petit"), NotAgreed.OWN_REVIEWER),
        (replace(SIGNED, sentences=""), NotAgreed.CHANGED),
    ],
)
def test_words_are_agreed_only_while_a_named_person_stands_by_them(
    review: Review, why: NotAgreed | None
) -> None:
    assert review.why_not(catalogue("fr").digest, TODAY) is why


def test_no_shipped_catalogue_has_a_reviewer_and_english_needs_none() -> None:
    assert why_not_agreed("en", TODAY) is None
    for language in languages() - {"en"}:
        assert why_not_agreed(language, TODAY) is NotAgreed.NO_REVIEWER
    assert set(reviews.reviews()) == languages() - {"en"}


def test_a_day_that_is_none_stops_with_the_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = (reviews.HERE / reviews.FILE).read_text(encoding="utf-8")
    (tmp_path / reviews.FILE).write_text(table.replace("fr,dtu,,,", "fr,dtu,Claire,1 May,"))
    monkeypatch.setattr(reviews, "HERE", tmp_path)
    reviews.reviews.cache_clear()
    with pytest.raises(PolicyError, match=r"languages\.csv, line 5, column 'reviewed'"):
        reviews.reviews()
    reviews.reviews.cache_clear()
