"""When a task for a person's hand is brought back is data: a table to read and to change."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from policy import reminders
from policy.reader import PolicyError
from policy.reminders import FILE, load_reminders, next_reminder, read_reminders
from policy.tables import HERE

ASKED = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def _changed(folder: Path, was: str, now: str) -> Path:
    text = (HERE / FILE).read_text(encoding="utf-8")
    assert was in text
    (folder / FILE).write_text(text.replace(was, now, 1), encoding="utf-8")
    return folder


def test_a_row_that_is_changed_changes_when_the_task_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert next_reminder(ASKED, 0, ASKED) == ASKED + timedelta(minutes=20)
    table = read_reminders(_changed(tmp_path, "1,20,asking", "1,5,asking"))
    monkeypatch.setattr(reminders, "load_reminders", lambda: table)
    assert next_reminder(ASKED, 0, ASKED) == ASKED + timedelta(minutes=5)


def test_it_comes_back_until_it_is_done_however_often_it_has() -> None:
    for count in (2, 3, 300):
        assert next_reminder(ASKED, count, ASKED) == ASKED + timedelta(hours=1)


@pytest.mark.parametrize(
    ("was", "now", "says"),
    [
        ("more,60,last", "3,60,last", "end with one for more"),
        ("1,20,asking", "2,20,asking", "number the rows"),
        ("1,20,asking", "1,0,asking", "one minute later"),
        ("1,20,asking", "1,20,dawn", "'dawn' is not a known word"),
        ("1,20,asking", "first,20,asking", "'first' is not a known word"),
    ],
)
def test_a_table_that_cannot_be_kept_says_where_it_is_wrong(
    was: str, now: str, says: str, tmp_path: Path
) -> None:
    with pytest.raises(PolicyError, match=says):
        read_reminders(_changed(tmp_path, was, now))


def test_each_row_names_a_line_of_the_policy() -> None:
    assert all(row.source for row in load_reminders())
