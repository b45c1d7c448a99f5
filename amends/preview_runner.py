"""The engine's reading of what people paste: beside all else, and after whatever is urgent."""

import concurrent.futures
import logging
import threading
import time

from amends.urgency import Urgency
from flows.hands import Hands
from flows.previewing import due_previews, purge_previews, read_preview

log = logging.getLogger("amends.engine")

AT_ONCE = 8
"""A platform that hangs holds up so many readings; the ninth person is told that it is late."""

CALM_SECONDS = 2.0
PURGE_SECONDS = 10.0


class PreviewRunner:
    """Reads in threads of its own. What fails here keeps nobody from reporting."""

    def __init__(self, hands: Hands, urgency: Urgency) -> None:
        self._hands = hands
        self._urgency = urgency
        self._pool = concurrent.futures.ThreadPoolExecutor(AT_ONCE, "previews")
        self._guard = threading.Lock()
        self._under_way: set[str] = set()
        self._purged = float("-inf")

    def look(self) -> None:
        """Start what is due. Raises what the database raises."""
        for preview_id in due_previews(self._hands.office):
            self._start(preview_id)
        if time.monotonic() - self._purged >= PURGE_SECONDS:
            self._purged = time.monotonic()
            self._pool.submit(self._purge)

    def stop(self) -> None:
        """Begin nothing more; what is under way is found again by the next engine."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _start(self, preview_id: str) -> None:
        with self._guard:
            if preview_id in self._under_way:
                return
            self._under_way.add(preview_id)
        self._pool.submit(self._read, preview_id)

    def _read(self, preview_id: str) -> None:
        """The outermost edge of one reading: what fails here is due again in a while."""
        try:
            self._urgency.wait_for_calm(CALM_SECONDS)
            read_preview(self._hands, preview_id)
        except Exception as error:
            log.error("a preview could not be read: %s", type(error).__name__)
        finally:
            with self._guard:
                self._under_way.discard(preview_id)

    def _purge(self) -> None:
        """The outermost edge of one round: what fails here is found again in the next."""
        try:
            purge_previews(self._hands.office)
        except Exception as error:
            log.error("previews could not be destroyed: %s", type(error).__name__)
