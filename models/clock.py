"""A clock that never goes back: leases, deadlines and retries outlive a machine's wrong time.

The machine's own clock may be set back, by a person or by a time server. What was due in a minute
is then still due soon, and a lease still ends: time is counted on from the last that was told, a
little slower, until the machine's clock has caught up. Without that it never would, both going
alike; and two processes that were ahead by different times would never agree on a lease's end. A
clock set forward is believed at once.
"""

import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

BELIEVED_BACK = timedelta(days=1)
"""A database whose last sign of life lies further ahead than this is not followed: it was kept by
a machine whose clock was wrong by years, and would hold every deadline back as long."""

PACE = 0.9
"""How fast time goes while it is ahead of the machine's clock: two hours are made up in twenty."""

_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def steady() -> float:
    """Seconds that pass alike whatever the clock is set to, in a frozen process and in sleep too,
    where the system can tell."""
    return time.clock_gettime(_STEADY)


@dataclass(frozen=True)
class Mark:
    """A moment, by both of a machine's clocks."""

    steady: float
    wall: datetime


class Clock:
    """What one process takes for the time. Safe from several threads."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._last = datetime.min.replace(tzinfo=UTC)
        self._at = steady()

    def wall(self) -> datetime:
        """What the machine's clock says, be it wrong."""
        return datetime.now(UTC)

    def steady(self) -> float:
        """Seconds since some moment, for measuring how long something took."""
        return steady()

    def mark(self) -> Mark:
        """This moment, to be asked later how long ago it was."""
        return Mark(self.steady(), self.wall())

    def since(self, mark: Mark) -> float:
        """Seconds since then, by whichever clock says more: a machine that was paused whole may
        have stood still by one of them."""
        return max(self.steady() - mark.steady, (self.wall() - mark.wall).total_seconds())

    def now(self, wall: datetime | None = None) -> datetime:
        """The time, never earlier than what was told before. ``wall`` is another machine's clock,
        where that is the one to go by."""
        wall = wall or self.wall()
        with self._guard:
            at = self.steady()
            if self._last.year > 1:
                wall = max(wall, self._last + timedelta(seconds=(at - self._at) * PACE))
            self._last, self._at = wall, at
            return wall

    def follow(self, seen: datetime, now: datetime) -> None:
        """Go on from a time that this database has seen, where ``now`` is behind it by a day at
        most: the clock was set back while no process ran."""
        if now < seen <= now + BELIEVED_BACK:
            self.now(seen)
