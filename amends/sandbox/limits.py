"""How often each account may call: X's windows of fifteen minutes."""

import threading
import time
from dataclasses import dataclass

WINDOW_SECONDS = 900
LIMITS = {"create": 100, "delete": 50, "get": 900}


@dataclass
class Window:
    """What is left of one account's allowance for one kind of call. ``reset`` is in Unix time."""

    limit: int
    used: int
    reset: int

    @property
    def headers(self) -> dict[str, str]:
        """The headers that X sends with every answer."""
        return {
            "x-rate-limit-limit": str(self.limit),
            "x-rate-limit-remaining": str(max(0, self.limit - self.used)),
            "x-rate-limit-reset": str(self.reset),
        }

    @property
    def exceeded(self) -> bool:
        """Whether this call was one too many."""
        return self.used > self.limit


class Windows:
    """Counts the calls of each account."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[tuple[str, str], Window] = {}

    def spend(self, account_id: str, verb: str) -> Window | None:
        """Count one call; None where the verb is not limited."""
        if verb not in LIMITS:
            return None
        with self._lock:
            now = int(time.time())
            window = self._open.get((account_id, verb))
            if window is None or window.reset <= now:
                window = Window(LIMITS[verb], 0, now + WINDOW_SECONDS)
                self._open[account_id, verb] = window
            window.used += 1
            return Window(window.limit, window.used, window.reset)
