"""Tables are read whole or not at all, and what is wrong is said where it is."""

import shutil
from pathlib import Path

import pytest

from models.words import DeleteWord, Kind
from policy.reader import PolicyError
from policy.tables import FILES, HERE, load, read_tables


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in FILES:
        shutil.copy(HERE / name, tmp_path / name)
    return tmp_path


def change(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def refusal(folder: Path) -> str:
    with pytest.raises(PolicyError) as raised:
        read_tables(folder)
    return str(raised.value)


def test_an_unknown_word_names_the_file_the_line_the_column_and_the_allowed_words(
    folder: Path,
) -> None:
    change(folder, "response.csv", "3,now,as-is", "3,soon,as-is")
    said = refusal(folder)
    assert "response.csv, line 3, column 'then delete': 'soon'" in said
    assert all(word in said for word in DeleteWord)


@pytest.mark.parametrize(
    ("name", "old", "new", "allowed"),
    [
        ("response.csv", "subject-owner", "subject-boss", "subject-owner"),
        ("response.csv", ",20,", ",soon,", "next-day"),
        ("response.csv", "122 124", "a122 124", "a whole number"),
        ("rises.csv", "people-may-act", "people-act", "emergency-fact"),
        ("clearance.csv", "seek-guidance", "ask-around", "do-not"),
        ("fallbacks.csv", "press-duty then", "press then", "press-duty"),
        ("claims.csv", "every-copy-gone", "mostly-gone", "every-copy-gone"),
        ("claims.csv", "own-slip", "slip", "cleared-post"),
    ],
)
def test_no_table_takes_a_word_it_does_not_know(
    folder: Path, name: str, old: str, new: str, allowed: str
) -> None:
    change(folder, name, old, new)
    said = refusal(folder)
    assert f"{name}, line " in said
    assert allowed in said


def test_a_missing_row_says_which(folder: Path) -> None:
    change(folder, "fallbacks.csv", "\ndpo,", "\nlegal,")
    assert refusal(folder) == "fallbacks.csv has two rows for: legal. Keep one of them."
    path = folder / "fallbacks.csv"
    kept = [line for line in path.read_text().splitlines() if not line.startswith("legal,")]
    path.write_text("\n".join(kept) + "\n")
    assert refusal(folder) == "fallbacks.csv has no row for: dpo, legal. Add one for each."


def test_a_changed_column_name_is_refused_with_the_right_ones(folder: Path) -> None:
    change(folder, "rises.csv", "if circumstance", "when")
    assert "rises.csv, line 1: the columns must be: if kind, if circumstance" in refusal(folder)


def test_a_row_with_a_cell_too_many_or_too_few_is_refused(folder: Path) -> None:
    change(folder, "claims.csv", "every-copy-gone,,", "every-copy-gone,,,")
    assert "claims.csv, line 6: this row has too many or too few cells." in refusal(folder)
    shutil.copy(HERE / "claims.csv", folder)
    change(folder, "claims.csv", "drill-owner-confirmed,,", "drill-owner-confirmed")
    assert "too many or too few" in refusal(folder)


def test_the_digest_changes_with_any_byte_of_any_table(folder: Path) -> None:
    assert read_tables(folder).table_digest == load().table_digest
    seen = {load().table_digest}
    for name in FILES:
        with (folder / name).open("a", encoding="utf-8") as file:
            file.write("\n")
        seen.add(read_tables(folder).table_digest)
    assert len(seen) == 1 + len(FILES)


def test_a_department_can_change_a_row(folder: Path) -> None:
    change(folder, "response.csv", "4,ask,as-is,one-reader", "4,no,as-is,")
    assert read_tables(folder).row_of(Kind.TYPO).delete is DeleteWord.NO
