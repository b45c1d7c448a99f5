"""The clocks of the law run from what was recorded."""

from datetime import UTC, date, datetime, timedelta

import pytest

from models.words import Kind
from policy.clocks import (
    answer_due_at,
    answer_due_on,
    breach_due_at,
    is_working_day,
    remind_next_at,
)
from policy.decide import decide

REPORTED = datetime(2026, 3, 28, 22, 0, tzinfo=UTC)


@pytest.mark.parametrize("kind", Kind)
def test_the_regulators_clock_runs_for_personal_data_and_for_nothing_else(kind: Kind) -> None:
    due = breach_due_at(decide([kind]), REPORTED)
    assert due == (REPORTED + timedelta(hours=72) if kind == Kind.PERSONAL_DATA else None)


def test_it_runs_beside_whatever_else_it_was() -> None:
    assert breach_due_at(decide([Kind.CLASSIFIED, Kind.PERSONAL_DATA]), REPORTED) is not None


def test_no_clock_is_guessed_before_there_is_a_plan() -> None:
    assert breach_due_at(None, REPORTED) is None


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (date(2026, 11, 2), date(2026, 12, 1)),  # St Andrew's Day, in Scotland, does not count
        (date(2026, 11, 1), date(2026, 11, 27)),  # a Sunday: the first day is Monday's
        (date(2026, 12, 21), date(2027, 1, 22)),  # Christmas, Boxing Day's Monday, and 4 January
        (date(2027, 3, 15), date(2027, 4, 15)),  # St Patrick's Day, Good Friday, Easter Monday
        (date(2026, 7, 10), date(2026, 8, 11)),  # the Twelfth, and Scotland's August holiday
    ],
)
def test_a_request_has_twenty_working_days_of_the_whole_kingdom(received: date, due: date) -> None:
    assert answer_due_on(received) == due


def test_no_day_counts_that_is_a_holiday_in_any_part_of_the_kingdom() -> None:
    days = [date(2026, 12, 25), date(2026, 11, 30), date(2027, 3, 17), date(2027, 3, 26)]
    assert not any(is_working_day(day) for day in (*days, date(2026, 11, 28)))
    assert is_working_day(date(2026, 12, 24))


def test_people_hear_of_it_before_it_ends_and_each_morning_from_then_on() -> None:
    received, now = date(2026, 11, 2), datetime(2026, 11, 2, 12, tzinfo=UTC)
    heard = []
    for _ in range(6):
        heard.append(now := remind_next_at(received, now))
    assert [at.date() for at in heard] == [
        date(2026, 11, 16), date(2026, 11, 23), date(2026, 11, 27),  # 10, 15 and 19 days
        date(2026, 12, 1), date(2026, 12, 2), date(2026, 12, 3),
    ]  # fmt: skip
    assert {at.hour for at in heard} == {9}


def test_what_was_missed_is_not_sent_all_at_once() -> None:
    late = datetime(2027, 2, 5, 12, tzinfo=UTC)
    assert remind_next_at(date(2026, 11, 2), late) == datetime(2027, 2, 8, 9, tzinfo=UTC)


def test_the_last_day_ends_at_midnight_where_the_law_is() -> None:
    assert answer_due_at(date(2026, 7, 1)) == datetime(2026, 7, 1, 22, 59, tzinfo=UTC)
