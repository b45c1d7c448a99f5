"""Urgency: everything else lets the first responses of this process go first."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Urgency:
    """Counts the first responses under way."""

    def __init__(self) -> None:
        self._under_way = 0
        self._changed = threading.Condition()

    @contextmanager
    def urgent(self) -> Iterator[None]:
        """While this lasts, a first response is under way."""
        with self._changed:
            self._under_way += 1
        try:
            yield
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()

    def wait_for_calm(self, seconds: float) -> None:
        """Return when none is under way, or after ``seconds``: a slow platform stops nobody."""
        with self._changed:
            self._changed.wait_for(lambda: not self._under_way, seconds)
