"""The table of what an archive shows: read, and held to what no cell may open."""

import shutil
from pathlib import Path

import pytest

from policy.disclosure import FILE, Level, Part, Shown, disclosure, read_disclosure
from policy.reader import PolicyError
from policy.tables import HERE


def test_a_wider_level_shows_no_less() -> None:
    shown = [
        {part for part in Part if disclosure(level).parts[part] not in (Shown.NO, Shown.ROLE)}
        for level in Level
    ]
    assert shown[0] < shown[1] < shown[2]


def test_what_is_classified_is_at_no_level() -> None:
    assert not any(disclosure(level).shows(Part.CLASSIFIED_POST) for level in Level)


@pytest.mark.parametrize(
    ("was", "wrong", "says"),
    [
        ("media,no,yes,yes", "media,no,perhaps,yes", "not a known word"),
        ("media,no,yes,yes", "media,no,name,yes", "cannot be 'name'"),
        ("media,no,yes,yes", "post,no,yes,yes", "one row for each"),
        ("media,no,yes,yes", "media,yes,no,yes", "less at a wider level"),
        ("classified-post,no,no,no", "classified-post,no,no,yes", "in no archive"),
        ("people-in-office,role,name", "people-in-office,name,name", "nobody is named"),
        ("other-staff,role,role", "other-staff,yes,role", "cannot be 'yes'"),
    ],
)
def test_a_wrong_cell_is_named(tmp_path: Path, was: str, wrong: str, says: str) -> None:
    text = (HERE / FILE).read_text(encoding="utf-8")
    assert was in text
    shutil.copy(HERE / FILE, tmp_path)
    (tmp_path / FILE).write_text(text.replace(was, wrong), encoding="utf-8")
    with pytest.raises(PolicyError, match=says):
        read_disclosure(tmp_path)
