"""Times and durations as pages say them."""

from datetime import date

import pytest

from templates.moments import day, duration


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.4, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (250, "4 min 10 s"),
        (3600, "1 h"),
        (3605, "1 h 5 s"),
        (11_100, "3 h 5 min"),
        (86_400, "1 day"),
        (190_800, "2 days 5 h"),
    ],
)
def test_a_duration_is_said_in_its_two_largest_units(seconds: float, said: str) -> None:
    assert duration(seconds) == said


def test_a_day_is_said_without_a_nought() -> None:
    assert day(date(2026, 6, 1)) == "1 June 2026"
