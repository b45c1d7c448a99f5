"""Time that never goes back, whatever a machine's clock is set to."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine

from models.beats import Beat
from models.clock import Clock
from models.store import Store

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
TWO_HOURS = timedelta(hours=2)


class Bench(Clock):
    """A clock whose two sources a test sets."""

    def __init__(self) -> None:
        self.says, self.passed = NOON, 0.0
        super().__init__()

    def wall(self) -> datetime:
        return self.says

    def steady(self) -> float:
        return self.passed


def test_time_goes_on_where_the_machines_clock_is_set_back() -> None:
    clock = Bench()
    assert clock.now() == NOON
    clock.says, clock.passed = NOON - TWO_HOURS, 30.0
    assert clock.now() == NOON + timedelta(seconds=27)
    clock.passed = 40.0
    assert clock.now() == NOON + timedelta(seconds=36)


def test_a_clock_that_was_set_back_catches_up() -> None:
    clock = Bench()
    clock.now()
    clock.says = NOON - TWO_HOURS
    for _ in range(21):
        clock.says += timedelta(hours=1)
        clock.passed += 3600.0
        clock.now()
    assert clock.now() == clock.says


def test_a_clock_that_has_caught_up_is_believed_again() -> None:
    clock = Bench()
    clock.now()
    clock.says = NOON - TWO_HOURS
    clock.now()
    clock.says, clock.passed = NOON + timedelta(hours=1), 60.0
    assert clock.now() == NOON + timedelta(hours=1)


def test_a_machine_that_stood_still_counts_by_the_clock_that_did_not() -> None:
    clock = Bench()
    mark = clock.mark()
    clock.says += timedelta(seconds=90)
    assert clock.since(mark) == 90
    clock.says, clock.passed = NOON - TWO_HOURS, 70.0
    assert clock.since(mark) == 70


def test_a_process_started_on_a_clock_set_back_goes_on_from_the_last_sign_of_life(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path / 'amends.db'}"
    before = Store(url)
    before.migrate()
    with before.write("beat") as tx:
        last = tx.now()
        tx.add(Beat(name="engine", role="engine", at=last))
    before.close()
    with time_machine.travel(datetime.now(UTC) - TWO_HOURS):
        after = Store(url)
        after.go_on()
        with after.read() as tx:
            assert last <= tx.now() < last + timedelta(minutes=1)
            assert tx.wall() < last - timedelta(hours=1)
        after.close()


def test_a_sign_of_life_from_years_ahead_is_not_followed() -> None:
    clock = Bench()
    clock.follow(NOON + timedelta(days=3650), clock.now())
    assert clock.now() == NOON
