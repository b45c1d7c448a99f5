"""Reports that come at the same moment share one commit: SQLite has one writer (design §5).

Each commit waits for the disk, and for whoever writes just then: fifty reports one after the other
would wait fifty times. While one transaction runs the next reports gather, and go together in the
one after it. Nobody's answer leaves before that commit. A report that cannot be stored spoils no
other: what does not go together is stored one by one, and each is told what came of its own.
"""

import queue
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from sqlalchemy.exc import OperationalError

from flows.intake import MOST_POSTS, Accepted, Asked, accept_together
from models.office import Office

MOST_TOGETHER = 32
"""Others write too, the engine above all: no transaction of ours is longer than some 50 ms."""


@dataclass(frozen=True)
class _Waiting:
    asked: Asked
    answer: Future[Accepted] = field(default_factory=Future)

    @property
    def posts(self) -> int:
        return len(self.asked.request.post_urls)


class Crowd:
    """The line in which reports wait, and the one thread that stores them."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._line: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None

    def accept(self, asked: Asked) -> Future[Accepted]:
        """Its answer: the report is durable when there is one. It raises what ``accept`` does."""
        waiting = _Waiting(asked)
        self._line.put(waiting)
        with self._guard:
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="crowd", daemon=True)
                self._thread.start()
        return waiting.answer

    def close(self) -> None:
        """Store who waits already, then end the thread."""
        with self._guard:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._line.put(None)
            thread.join()

    def _serve(self) -> None:
        while (first := self._line.get()) is not None:
            together, last = self._gather(first)
            self._store([one for one in together if one.answer.set_running_or_notify_cancel()])
            if last:
                return

    def _gather(self, first: _Waiting) -> tuple[list[_Waiting], bool]:
        """Whoever is there by now; and whether nobody comes after them."""
        together, posts = [first], first.posts
        while len(together) < MOST_TOGETHER and posts < MOST_POSTS and not self._line.empty():
            waiting = self._line.get()
            if waiting is None:
                return together, True
            together.append(waiting)
            posts += waiting.posts
        return together, False

    def _store(self, together: Sequence[_Waiting]) -> None:
        """Together; or each by itself where one of them is not as the others."""
        if len(together) > 1 and self._answer(together):
            return
        for waiting in together:
            self._answer([waiting])

    def _answer(self, together: Sequence[_Waiting]) -> bool:
        """Store them and say so to each, or say what went wrong; False where one of them may be
        what keeps the others from being stored. The outermost edge of this thread: what is raised
        is raised again before whoever asked."""
        try:
            accepted = accept_together(self._office, [one.asked for one in together])
        except Exception as error:
            if len(together) > 1 and not isinstance(error, OperationalError):
                return False
            for waiting in together:
                waiting.answer.set_exception(error)
            return True
        for waiting, answer in zip(together, accepted, strict=True):
            waiting.answer.set_result(answer)
        return True
