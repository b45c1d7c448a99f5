"""Waiting for what others bring about, where no event says that it is there."""

import time
from collections.abc import Callable


def until(
    true: Callable[[], bool], seconds: float = 20.0, why: str = "it did not become true"
) -> None:
    """Return when it is true; fail with ``why`` where it is not in time."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, why
        time.sleep(0.05)
