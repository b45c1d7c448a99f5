"""Times that the policy sets: each has a row at every severity, and a table without one stops."""

from datetime import timedelta
from pathlib import Path

import pytest

from policy.reader import PolicyError
from policy.tables import HERE
from policy.times import FILE, SEVERITIES, Timed, lasts, read_times, working_days

ROWS = (HERE / FILE).read_text(encoding="utf-8")


@pytest.mark.parametrize("severity", SEVERITIES)
def test_a_clearance_and_a_holding_line_end_at_every_severity(severity: int) -> None:
    for what in (Timed.CLEARANCE_EXPIRES, Timed.HOLDING_LINE_EXPIRES, Timed.HOLDING_LINE_REMINDER):
        assert lasts(what, severity) > timedelta(0)


def test_the_graver_the_sooner() -> None:
    for what in (Timed.CLEARANCE_EXPIRES, Timed.HOLDING_LINE_EXPIRES):
        times = [lasts(what, severity) for severity in SEVERITIES]
        assert times == sorted(times)


def test_a_request_for_information_has_twenty_working_days_and_is_brought_back_before() -> None:
    assert working_days(Timed.FOI_DUE) == (20,)
    assert all(days < 20 for days in working_days(Timed.FOI_REMINDER))


@pytest.mark.parametrize(
    ("row", "instead", "why"),
    [
        ("clearance-expires,4,2880,minutes", "clearance-expires,1,1,minutes", "at severity 4"),
        ("foi-due,,20,working-days", "foi-due,,20,minutes", "counted in working-days"),
        ("clearance-expires,1,240,minutes", "clearance-expires,1,0,minutes", "1 or more"),
    ],
)
def test_a_table_that_cannot_be_used_stops(
    tmp_path: Path, row: str, instead: str, why: str
) -> None:
    assert row in ROWS
    (tmp_path / FILE).write_text(ROWS.replace(row, instead), encoding="utf-8")
    with pytest.raises(PolicyError, match=why):
        read_times(tmp_path)
