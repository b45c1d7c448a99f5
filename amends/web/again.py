"""Trying again where the database let two writers collide: PostgreSQL ends one of them unharmed."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import OperationalError

T = TypeVar("T")

COLLISIONS = frozenset({"40P01", "40001"})
"""Deadlock, and a serialization failure: nothing was stored."""

TRIES = 3


def again(act: Callable[[], T]) -> T:
    """What ``act`` returns; run anew where its transaction collided with another."""
    for _ in range(TRIES - 1):
        try:
            return act()
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) not in COLLISIONS:
                raise
    return act()
