"""How many reports one person may send: many, for a hijacked account, but not without end."""

import threading
import time
from collections import deque

from starlette.exceptions import HTTPException

PER_MINUTE = 300
WINDOW_SECONDS = 60.0
MOST_KEPT = 10_000
"""How many are counted before those who are quiet are forgotten."""


class Pace:
    """Counts per person, in this process alone: a brake on scripts, not a promise."""

    def __init__(self, per_minute: int = PER_MINUTE) -> None:
        self._per_minute = per_minute
        self._guard = threading.Lock()
        self._sent: dict[str, deque[float]] = {}

    def count(self, person_id: str) -> None:
        """Raises 429 once the person has sent too many within a minute."""
        now = time.monotonic()
        with self._guard:
            if len(self._sent) > MOST_KEPT:
                self._forget_the_quiet(now)
            sent = self._sent.setdefault(person_id, deque())
            while sent and now - sent[0] > WINDOW_SECONDS:
                sent.popleft()
            if len(sent) >= self._per_minute:
                raise HTTPException(429, headers={"Retry-After": "60"})
            sent.append(now)

    def _forget_the_quiet(self, now: float) -> None:
        self._sent = {
            who: sent
            for who, sent in self._sent.items()
            if sent and now - sent[-1] <= WINDOW_SECONDS
        }
