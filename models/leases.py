"""The lease under which a thread works: what it writes is kept only while nobody took over.

A worker may be frozen for longer than its lease lasts, and wake when another has done its work.
What it still believes is old: it must write nothing of it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TypeVar

Result = TypeVar("Result")


@dataclass(frozen=True)
class Lease:
    """The right of one engine to move an incident. ``fence`` grows when another engine takes it."""

    incident_id: str
    fence: int


class LeaseLostError(Exception):
    """Another engine has the incident by now: nothing was written."""


_held: ContextVar[Lease | None] = ContextVar("lease", default=None)


def held() -> Lease | None:
    """The lease under which this thread works, if any. People's decisions need none."""
    return _held.get()


@contextmanager
def under(lease: Lease | None) -> Iterator[None]:
    """Have everything that is written in here depend on the lease."""
    before = _held.set(lease)
    try:
        yield
    finally:
        _held.reset(before)


def carried(work: Callable[[], Result]) -> Callable[[], Result]:
    """The same work under the lease that is held now, in whatever thread it is done."""
    lease = held()

    def under_it() -> Result:
        with under(lease):
            return work()

    return under_it
