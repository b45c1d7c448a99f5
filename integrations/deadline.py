"""Until when an act may reach out: what a frozen worker still believes, it no longer sends.

An act on the outside world is ours for a while. A process that is frozen in that while wakes in the
middle of it, when another may have done the act: whatever it has not sent by then stays unsent.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from integrations.errors import NotSent

Left = Callable[[], float]
"""How many seconds are left; not above zero once the time is up."""

OVERSLEPT = "overslept"

_left: ContextVar[Left | None] = ContextVar("left", default=None)


@contextmanager
def within(left: Left) -> Iterator[None]:
    """Have every call in here begin and end while time is left."""
    before = _left.set(left)
    try:
        yield
    finally:
        _left.reset(before)


def seconds_left() -> float | None:
    """How long a call may still take; None where nothing bounds it but its own bounds."""
    left = _left.get()
    return None if left is None else left()


def require_time() -> None:
    """Raises NotSent once the time is up: to be asked last of all, right before sending."""
    left = seconds_left()
    if left is not None and left <= 0:
        raise NotSent(OVERSLEPT)
