"""Live pages: one reader a process watches the record and wakes whoever follows an incident."""

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import OperationalError
from sqlmodel import col, func, select

from models.audit import Entry
from models.store import Store

log = logging.getLogger("amends.web")

LOOK_SECONDS = 0.25
LATE_SECONDS = 10.0
"""PostgreSQL may show entry 7 before entry 6, whose transaction is longer: we look back so far."""


class Follower:
    """One open stream: an event of its own loop that the reader sets from its thread."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()

    def tell(self) -> None:
        """There may be news. Called from the reader's thread."""
        self._loop.call_soon_threadsafe(self._news.set)

    async def wait(self, seconds: float) -> None:
        """Return at news, or after ``seconds`` without any."""
        try:
            await asyncio.wait_for(self._news.wait(), seconds)
        except TimeoutError:
            return
        self._news.clear()


class Reader:
    """Reads the outbox sequence (``entry.id``) while anybody follows, and not otherwise."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._guard = threading.Lock()
        self._followers: dict[str, set[Follower]] = {}
        self._thread: threading.Thread | None = None
        self.closed = False

    @contextmanager
    def following(self, chain: str) -> Iterator[Follower]:
        """Be told of new entries of this chain, until the context ends."""
        follower = Follower()
        with self._guard:
            self._followers.setdefault(chain, set()).add(follower)
            if self._thread is None and not self.closed:
                self._thread = threading.Thread(target=self._read, name="reader", daemon=True)
                self._thread.start()
        try:
            yield follower
        finally:
            with self._guard:
                self._followers[chain].discard(follower)
                if not self._followers[chain]:
                    del self._followers[chain]

    def close(self) -> None:
        """End the reader and every stream."""
        self.closed = True
        with self._guard:
            everyone = [one for group in self._followers.values() for one in group]
        for follower in everyone:
            follower.tell()

    def _read(self) -> None:
        recent = _Recent()
        while True:
            with self._guard:
                if self.closed or not self._followers:
                    self._thread = None
                    return
            try:
                chains = recent.look(self._store)
            except OperationalError:
                log.error("the record cannot be read; trying again")
                chains = set()
            self._tell(chains)
            time.sleep(LOOK_SECONDS)

    def _tell(self, chains: set[str]) -> None:
        with self._guard:
            told = [one for chain in chains for one in self._followers.get(chain, ())]
        for follower in told:
            follower.tell()


class _Recent:
    """Which entries were seen, so that one that shows late is still told of, once."""

    def __init__(self) -> None:
        self._floor: int | None = None
        self._seen: deque[tuple[float, int]] = deque()

    def look(self, store: Store) -> set[str]:
        """The chains with entries not seen before."""
        now = time.monotonic()
        known = {one for _, one in self._seen}
        with store.read() as tx:
            if self._floor is None:
                newest = tx.exec(select(func.coalesce(func.max(Entry.id), 0))).one()
                self._floor = max((newest or 0) - 100, 0)
            rows = tx.exec(
                select(Entry.id, Entry.chain).where(col(Entry.id) > self._floor).limit(5000)
            ).all()
        fresh = [(identity, chain) for identity, chain in rows if identity not in known]
        self._seen.extend((now, identity) for identity, _ in fresh if identity is not None)
        while self._seen and now - self._seen[0][0] > LATE_SECONDS:
            self._floor = max(self._floor, self._seen.popleft()[1])
        return {chain for _, chain in fresh}
