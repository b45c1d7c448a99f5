"""Which words may be up although no row says so: those of the gap between backup and lift."""

from datetime import UTC, datetime, timedelta

from flows.restored import REPORTED_AGAIN_WITHIN, reach
from models.reconciliation import Reconciliation, WentBack

BACKED_UP = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
RESTORED = BACKED_UP + timedelta(hours=6)
LIFTED = RESTORED + timedelta(hours=1)
HOUR = timedelta(hours=1)


def gap(lifted_at: datetime | None = LIFTED) -> Reconciliation:
    """One night on which the database went back six hours."""
    return Reconciliation(
        because=WentBack.RESTORED, since=RESTORED, known_until=BACKED_UP, lifted_at=lifted_at
    )


def test_without_a_restore_nothing_is_looked_for() -> None:
    assert reach([], BACKED_UP, [BACKED_UP]) is None


def test_words_about_an_older_post_may_be_up_since_the_backup() -> None:
    assert reach([gap()], BACKED_UP - HOUR, [BACKED_UP - HOUR]) == BACKED_UP


def test_words_are_no_older_than_the_post_that_they_put_right() -> None:
    assert reach([gap()], LIFTED + HOUR, [BACKED_UP + HOUR]) == BACKED_UP + HOUR


def test_a_post_from_after_the_lift_was_put_right_by_nobody() -> None:
    assert reach([gap()], LIFTED + HOUR, [LIFTED + HOUR]) is None


def test_a_post_that_nobody_could_read_any_more_may_be_older() -> None:
    assert reach([gap()], LIFTED + HOUR, [None]) == BACKED_UP
    assert reach([gap()], LIFTED + HOUR, [LIFTED + HOUR, None]) == BACKED_UP


def test_long_after_the_lift_no_report_is_one_that_was_lost() -> None:
    assert reach([gap()], LIFTED + REPORTED_AGAIN_WITHIN, [None]) is None


def test_while_reconciling_everything_may_be_up() -> None:
    assert reach([gap(lifted_at=None)], RESTORED, [RESTORED - HOUR]) == RESTORED - HOUR


def test_of_two_restores_the_longer_gap_counts() -> None:
    later = Reconciliation(
        because=WentBack.RESTORED,
        since=LIFTED + 9 * HOUR,
        known_until=LIFTED + 8 * HOUR,
        lifted_at=LIFTED + 10 * HOUR,
    )
    assert reach([later, gap()], BACKED_UP, [BACKED_UP - HOUR]) == BACKED_UP
