"""Turns within one process: who finds another at the same work waits a little, never for long."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE_SECONDS = 5.0

_guard = threading.Lock()
_held: dict[str, threading.Lock] = {}
_waiting: dict[str, int] = {}


@contextmanager
def turn(name: str, seconds: float = PATIENCE_SECONDS) -> Iterator[bool]:
    """Yields True when it is our turn at ``name``, False when ``seconds`` passed without it."""
    with _guard:
        lock = _held.setdefault(name, threading.Lock())
        _waiting[name] = _waiting.get(name, 0) + 1
    ours = lock.acquire(timeout=seconds)
    try:
        yield ours
    finally:
        if ours:
            lock.release()
        with _guard:
            _waiting[name] -= 1
            if not _waiting[name]:
                del _waiting[name], _held[name]
