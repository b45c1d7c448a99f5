"""The way to the database: the only file that opens a session."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, bindparam, create_engine, event, func, select, text
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import CursorResult, ExceptionContext
from sqlalchemy.exc import DBAPIError, InternalError, OperationalError
from sqlmodel import Session, SQLModel, col

from models import faults, leases
from models.audit import GENESIS, Entry, digest_of
from models.beats import Beat
from models.bell import CHANNEL, ring
from models.clock import Clock
from models.incident import Incident
from models.turn import Turn

Row = TypeVar("Row", bound=SQLModel)

BUSY_MILLISECONDS = 10_000
WIPE_MILLISECONDS, WIPE_TURNS, WIPE_PAUSE_SECONDS = 50, 20, 0.2
FROZEN_MILLISECONDS = 30_000
"""How long a PostgreSQL session may sit in a transaction before the server ends it: then its
process is frozen, and others wait for what it holds."""

PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")
"""Of a SQLite file. What is removed is overwritten: a key that was destroyed is not left in it."""

LEASES = 7261002
"""The space of PostgreSQL's advisory locks in which an incident's lease is one."""
CLOSING_SECONDS = 1.0

ENTRIES: Any = SQLModel.metadata.tables[Entry.__tablename__]
NEW_ENTRY = ENTRIES.insert()
LAST_ENTRY = (
    select(ENTRIES.c.seq, ENTRIES.c.digest)
    .where(ENTRIES.c.chain == bindparam("of"))
    .order_by(ENTRIES.c.seq.desc())
    .limit(1)
)
"""Made once: putting a statement together takes longer than running it, and these run most."""


class Transaction(Session):
    """A session with the few things that every writer needs besides."""

    def wake(self, incident_id: str) -> None:
        """Ring the engine for this incident once this transaction is committed."""
        if self.postgres:
            self.execute(select(func.pg_notify(CHANNEL, incident_id)))
        else:
            self.info.setdefault("wake", []).append(incident_id)

    @property
    def postgres(self) -> bool:
        """Whether this is PostgreSQL; SQLite otherwise."""
        return self.get_bind().dialect.name == "postgresql"

    def now(self) -> datetime:
        """The database's clock: leases and deadlines of several machines are held against one.

        It never goes back, whatever that machine's own clock does."""
        return self._clock.now(self.wall())

    def by_our_time(self, at: datetime) -> datetime:
        """A moment that somebody outside has named: later by as much as our time is ahead."""
        return at + max(self.now() - self._clock.wall(), timedelta(0))

    def wall(self) -> datetime:
        """What the database's machine takes for the time: to be compared with what others say."""
        if self.postgres:
            now: datetime = self.execute(select(func.clock_timestamp())).scalar_one()
            return now.astimezone(UTC)
        return self._clock.wall()

    @property
    def _clock(self) -> Clock:
        clock = self.info["clock"]
        assert isinstance(clock, Clock)
        return clock

    def require(self, lease: leases.Lease) -> None:
        """Go on only while no other engine has taken the incident. Raises LeaseLostError.

        Until the end of this transaction none can. A process frozen in between holds that up on
        PostgreSQL until the server ends its session, and on SQLite for as long as it is frozen."""
        self.hold_lease(lease.incident_id, shared=True)
        fence = select(col(Incident.fence)).where(col(Incident.id) == lease.incident_id)
        if self.execute(fence).scalar_one_or_none() != lease.fence:
            raise leases.LeaseLostError

    def hold_lease(self, incident_id: str, *, shared: bool = False) -> None:
        """Writers under a lease share it; whoever takes it from another waits for them. SQLite has
        one writer."""
        if self.postgres:
            name = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
            self.execute(select(getattr(func, name)(LEASES, func.hashtext(incident_id))))

    def insert_once(self, row: SQLModel) -> bool:
        """Insert the row unless one of its unique keys is taken: the first writer wins.

        Returns whether this one was the first. The row is not attached to the session.
        """
        once, columns = _insert_once(type(row), self.postgres)
        return self.changed(once, {name: getattr(row, name) for name in columns}) == 1

    def changed(self, statement: Any, values: dict[str, Any] | None = None) -> int:
        """Run an UPDATE, INSERT or DELETE and return how many rows it hit."""
        result: Any = self.execute(statement, values)
        assert isinstance(result, CursorResult)
        return int(result.rowcount)

    def record_once(self, chain: str, actor: str, what: str) -> None:
        """Append unless this chain says the same already."""
        same = select(col(Entry.id)).where(col(Entry.chain) == chain, col(Entry.what) == what)
        if self.execute(same.limit(1)).first() is None:
            self.record(chain, actor, what)

    def record(self, chain: str, actor: str, what: str, **facts: Any) -> None:
        """Append to the timeline and its chain, in the same transaction as what it tells of."""
        self.flush()
        if self.postgres:
            self.execute(select(func.pg_advisory_xact_lock(func.hashtext(chain))))
        last = self.execute(LAST_ENTRY, {"of": chain}).first()
        seq, previous = (last[0] + 1, last[1]) if last else (1, GENESIS)
        when = datetime.now(UTC)
        entry = {
            "chain": chain,
            "seq": seq,
            "at": when,
            "actor": actor,
            "what": what,
            "facts": facts,
            "previous": previous,
            "digest": digest_of(previous, chain, seq, when, actor, what, facts),
        }
        self.execute(NEW_ENTRY, entry)


class CommitLostError(OperationalError):
    """The connection was lost during the commit: nobody knows whether it is stored."""


def _commit(tx: Transaction) -> None:
    """SQLite leaves a transaction open whose commit failed, and SQLAlchemy would hand on the
    connection with it: nobody could write any more."""
    connection = tx.connection()
    try:
        tx.commit()
    except DBAPIError as error:
        if not connection.invalidated:
            connection.invalidate()
        if error.connection_invalidated:
            raise CommitLostError("COMMIT", None, error.orig or error) from None
        raise


class Store:
    """One database, opened by its address."""

    def __init__(self, url: str, bell: Path | None = None) -> None:
        self.url = url
        self.engine = _open(url)
        self._reading = self.engine.execution_options(**_of_one_moment(self.engine))
        self._bell = bell
        self.clock = Clock()
        self._ours = threading.Lock()
        self._turn = Turn(_file_of(url)) if url.startswith("sqlite") else None

    @property
    def has_one_writer(self) -> bool:
        """Whether nobody can write while another does: SQLite."""
        return self._turn is not None

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """Look without writing, at one moment: what is read last is no newer than what was read
        first. Rows stay usable afterwards; no transaction is held."""
        info = {"clock": self.clock}
        with Transaction(self._reading, info=info, expire_on_commit=False, autoflush=False) as tx:
            if not tx.postgres:
                tx.connection().exec_driver_sql("BEGIN")
            yield tx
            tx.expunge_all()

    @contextmanager
    def write(self, name: str) -> Iterator[Transaction]:
        """A short writing transaction, committed at the end. ``name`` names its fault points.

        Nothing of it is stored where this raises; CommitLostError alone leaves that open."""
        info = {"clock": self.clock}
        with (
            self._one_at_a_time(),
            Transaction(self.engine, info=info, expire_on_commit=False) as tx,
        ):
            if not tx.postgres:
                tx.connection().exec_driver_sql("BEGIN IMMEDIATE")
            if lease := leases.held():
                tx.require(lease)
            yield tx
            tx.flush()
            faults.point(f"{name}:before-commit")
            _commit(tx)
            faults.point(f"{name}:after-commit")
            self._ring_for(tx.info.pop("wake", []))

    @contextmanager
    def _one_at_a_time(self) -> Iterator[None]:
        """SQLite has one writer, and makes others sleep up to 100 ms between their tries: threads
        of one process wait for each other here, and are woken at once; processes take turns."""
        if self._turn is None:
            yield
            return
        ours = self._ours.acquire(timeout=BUSY_MILLISECONDS / 1000)
        try:
            with self._turn.taken() if ours else nullcontext():
                yield
        finally:
            if ours:
                self._ours.release()

    def go_on(self) -> None:
        """Count time on from the last sign of life in this database: its machine's clock may have
        been set back since."""
        with self.read() as tx:
            last = tx.execute(select(func.max(col(Beat.at)))).scalar_one()
            if last is not None:
                self.clock.follow(last, tx.now())

    def _ring_for(self, incident_ids: list[str]) -> None:
        for incident_id in incident_ids:
            if self._bell is not None:
                ring(self._bell, incident_id)

    def migrate(self, revision: str = "head") -> None:
        """Bring the tables to ``revision``; safe when several processes start at once."""
        with self.engine.connect() as connection:
            if self.engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_lock(7261001)"))
            else:
                # SQLite changes a table by copying it: rows that refer to it must bear that.
                connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                config = _alembic()
                config.attributes["connection"] = connection
                if revision == "head":
                    command.upgrade(config, revision)
                else:
                    command.downgrade(config, revision)
                connection.commit()
            finally:
                if self.engine.dialect.name == "postgresql":
                    connection.rollback()  # of what failed nothing is kept
                    connection.execute(text("SELECT pg_advisory_unlock(7261001)"))
                    connection.commit()
                else:
                    connection.rollback()
                    connection.exec_driver_sql("PRAGMA foreign_keys=ON")

    def is_current(self) -> bool:
        """Whether the tables are those that this version expects."""
        with self.engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
        return current == ScriptDirectory.from_config(_alembic()).get_current_head()

    def wipe(self) -> bool:
        """Leave nothing of what was removed in SQLite's journal; returns whether that is so: while
        somebody reads from it, it cannot be cut. PostgreSQL overwrites the room of removed rows in
        its own time.

        It waits for readers in short turns: all that time it keeps whoever would write waiting.
        """
        if self._turn is None:
            return True
        with self.engine.connect() as connection:
            connection.exec_driver_sql(f"PRAGMA busy_timeout={WIPE_MILLISECONDS}")
            try:
                for _ in range(WIPE_TURNS):
                    said = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
                    if not said[0]:
                        return True
                    time.sleep(WIPE_PAUSE_SECONDS)
                return False
            finally:
                connection.exec_driver_sql(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()
        if self._turn is not None and self._ours.acquire(timeout=CLOSING_SECONDS):
            self._turn.close()
            self._ours.release()


@cache
def _insert_once(table: Any, postgres: bool) -> tuple[Any, tuple[str, ...]]:
    """The statement and its columns: putting it together takes longer than running it."""
    insert = postgres_insert if postgres else sqlite_insert
    once = insert(table.__table__).on_conflict_do_nothing()
    columns = tuple(column.key for column in table.__mapper__.column_attrs)
    # Without it SQLAlchemy tells the rows of an UPDATE, but -1 for an INSERT on PostgreSQL.
    return once.execution_options(preserve_rowcount=True), columns


def _of_one_moment(engine: Engine) -> dict[str, str]:
    """How a transaction is had in which every SELECT sees the same rows. SQLite has no other."""
    postgres = engine.dialect.name == "postgresql"
    return {"isolation_level": "REPEATABLE READ"} if postgres else {}


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def _file_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def _call_it_lost(context: ExceptionContext) -> None:
    """A session that the server ended because we were frozen in it is an *internal* error to the
    driver. Whoever bears a lost connection bears this one. Raises OperationalError."""
    error = context.sqlalchemy_exception
    if context.is_disconnect and isinstance(error, InternalError):
        raise OperationalError(
            error.statement, None, error.orig or error, connection_invalidated=True
        ) from None


def _open(url: str) -> Engine:
    if not url.startswith("sqlite"):
        server = create_engine(
            url,
            pool_size=40,
            max_overflow=40,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args={
                "options": f"-c idle_in_transaction_session_timeout={FROZEN_MILLISECONDS}"
            },
        )
        event.listen(server, "handle_error", _call_it_lost)
        return server
    _file_of(url).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        hide_parameters=True,  # a database error's text would carry content into logs
        pool_size=40,
        max_overflow=80,
        connect_args={"timeout": BUSY_MILLISECONDS / 1000},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        # Autocommit at the driver: a transaction starts when we say BEGIN IMMEDIATE. One that
        # reads first and writes later fails at once, whatever the busy timeout.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
        cursor.close()

    return engine
