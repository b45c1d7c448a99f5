"""A clock that a test sets forward: what falls due in hours is tested in seconds."""

from datetime import datetime, timedelta

from models.clock import Clock


class JumpingClock(Clock):
    """The time, and as much more as the test has skipped."""

    def __init__(self) -> None:
        self.skipped = timedelta(0)
        super().__init__()

    def now(self, wall: datetime | None = None) -> datetime:
        return super().now(wall) + self.skipped

    def skip(self, **units: float) -> None:
        """Let so much time have passed, as ``hours=25``."""
        self.skipped += timedelta(**units)
