"""Waiting for what another process brings about, where no event says that it is there."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def sooner_or_later(look: Callable[[], T], seconds: float, every: float = 0.1) -> T:
    """What a look found, as soon as it found anything; what the last one found, an empty thing,
    when ``seconds`` are over. ``every`` is how long is waited between two looks, in seconds."""
    until = time.monotonic() + seconds
    while not (found := look()) and time.monotonic() < until:
        time.sleep(every)
    return found
