"""A database that fails at one chosen moment, with an error that its own driver raises."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import event

from models.store import Store


class Breaking:
    """Fails the nth statement or commit of a store, once; whatever comes after works again.

    What the test's own thread does is not counted, and of statements those alone that begin with
    ``of``. ``passed`` is how many came."""

    def __init__(self, store: Store, nth: int, of: str = "") -> None:
        self._store = store
        self._nth = nth
        self._of = of
        self._guard = threading.Lock()
        self._test = threading.get_ident()
        self.passed = 0
        self.broke = ""

    def _comes(self, what: str) -> bool:
        if threading.get_ident() == self._test or not what.startswith(self._of):
            return False
        with self._guard:
            self.passed += 1
            if self.passed != self._nth:
                return False
            self.broke = what
            return True

    def statement(self, connection: Any, _c: Any, statement: str, *_more: Any) -> None:
        """Before each statement."""
        if self._comes(statement.split("\n")[0][:60]):
            self._break(connection)

    def commit(self, connection: Any) -> None:
        """Before each commit."""
        if self._comes("COMMIT"):
            self._break(connection)

    def _break(self, connection: Any) -> None:
        driver = connection.connection.dbapi_connection
        if self._store.has_one_writer:
            once = iter([1])
            driver.set_progress_handler(lambda: next(once, 0), 1)  # SQLite says "interrupted"
        else:
            end_backend(self._store, driver)

    def mend(self, connection: Any, *_: Any) -> None:
        """A connection that failed works again, from when it is given back."""
        if self._store.has_one_writer and connection is not None:
            connection.set_progress_handler(None, 0)


def end_backend(store: Store, driver: Any) -> None:
    """The server ends this connection, as an administrator or a failover does."""
    url = store.url.replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [driver.info.backend_pid])


@contextmanager
def breaking(store: Store, nth: int, of: str = "") -> Iterator[Breaking]:
    """While this lasts the nth statement from now on fails; a commit counts as one. With ``of`` the
    nth statement that begins so."""
    fault = Breaking(store, nth, of)
    with (
        _listening(store, "before_cursor_execute", fault.statement),
        _listening(store, "commit", fault.commit),
        _listening(store, "reset", fault.mend),
    ):
        yield fault


@contextmanager
def commit_then_lost(store: Store, nth: int = 1) -> Iterator[None]:
    """The nth commit happens, and the connection is lost before anybody hears of it."""
    passed: list[int] = []

    def commit(connection: Any) -> None:
        passed.append(1)
        if len(passed) == nth:
            driver = connection.connection.dbapi_connection
            driver.commit()
            driver.close()

    with _listening(store, "commit", commit):
        yield


@contextmanager
def full(store: Store) -> Iterator[None]:
    """The file cannot grow by another page: SQLite says that the disk is full."""

    def cap(connection: Any, _record: Any, _proxy: Any) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages}")

    with _listening(store, "checkout", cap):
        yield
    with store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1073741823")
    store.engine.dispose()


@contextmanager
def _listening(store: Store, what: str, act: Callable[..., None]) -> Iterator[None]:
    event.listen(store.engine, what, act)
    try:
        yield
    finally:
        event.remove(store.engine, what, act)
