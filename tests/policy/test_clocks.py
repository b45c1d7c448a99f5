"""The clocks of the law run from what was recorded."""

from datetime import UTC, datetime, timedelta

import pytest

from models.words import Kind
from policy.clocks import breach_due_at
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
