"""Where a restore puts the rows: built aside, and put in place in one move."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from amends.archive.manifest import ArchiveError
from amends.archive.whole import sync_folder
from amends.settings import Settings
from models.store import Store, Transaction

BESIDE = ("", "-wal", "-shm", "-journal")


class Place(Protocol):
    """Where the database of this installation is, and where one is built aside."""

    def is_empty(self) -> bool:
        """Whether nothing was ever reported in what is there."""
        ...

    def aside(self) -> Store:
        """An empty database of its own, to be filled."""
        ...

    def put_in_place(self, old: Path, stamp: str) -> str:
        """Put what was built where the installation has its rows. What was there is kept; returns
        where, empty where nothing was."""
        ...

    def give_up(self) -> None:
        """Leave nothing of what was built."""
        ...


def place_of(settings: Settings, stamp: str) -> Place:
    """The place that the settings name."""
    url = settings.database_url
    if url.startswith("sqlite"):
        return FilePlace(Path(url.removeprefix("sqlite:///")), stamp)
    return SchemaPlace(url, stamp)


class FilePlace:
    """An SQLite file: built beside, moved in by its name."""

    def __init__(self, path: Path, stamp: str) -> None:
        self._path = path
        self._folder = path.parent / f".restoring-{stamp}"
        self._built = self._folder / path.name
        self._store: Store | None = None

    def is_empty(self) -> bool:
        """See Place."""
        if not self._path.is_file():
            return True
        store = Store(f"sqlite:///{self._path}")
        try:
            with store.read() as tx:
                return _has_no_incident(tx)
        except sa.exc.DatabaseError:
            return False  # it cannot be read, so nobody knows
        finally:
            store.close()

    def aside(self) -> Store:
        """See Place."""
        self._folder.mkdir(mode=0o700, parents=True)
        self._store = Store(f"sqlite:///{self._built}")
        return self._store

    def put_in_place(self, old: Path, stamp: str) -> str:
        """See Place."""
        assert self._store is not None, "something was built"
        with self._store.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        self._store.close()
        self._built.chmod(0o600)
        with self._built.open("rb") as file:
            os.fsync(file.fileno())
        kept = self._keep(old)
        os.replace(self._built, self._path)
        sync_folder(self._path.parent)
        self.give_up()
        return kept

    def _keep(self, old: Path) -> str:
        there = [Path(f"{self._path}{end}") for end in BESIDE]
        if not any(one.exists() for one in there):
            return ""
        old.mkdir(mode=0o700, parents=True, exist_ok=True)
        for one in there:
            if one.exists():
                one.rename(old / one.name)
        sync_folder(old)
        return str(old)

    def give_up(self) -> None:
        """See Place."""
        if self._store is not None:
            self._store.close()
        if self._folder.is_dir():
            for left in self._folder.iterdir():
                left.unlink()
            self._folder.rmdir()


class SchemaPlace:
    """A PostgreSQL database: built in a schema of its own, moved in by one transaction."""

    def __init__(self, url: str, stamp: str) -> None:
        self._url = url
        self._schema = f"amends_restoring_{stamp.lower()}"
        self._store: Store | None = None

    def is_empty(self) -> bool:
        """See Place."""
        store = Store(self._url)
        try:
            with store.read() as tx:
                return _has_no_incident(tx)
        finally:
            store.close()

    def aside(self) -> Store:
        """See Place."""
        self._run(f'CREATE SCHEMA "{self._schema}"')
        self._store = Store(self._url)
        sa.event.listen(self._store.engine, "connect", self._enter)
        return self._store

    def _enter(self, connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        """Everything of this connection is in the schema that is being built."""
        cursor = connection.cursor()
        cursor.execute(f'SET search_path TO "{self._schema}"')
        cursor.close()
        connection.commit()

    def put_in_place(self, old: Path, stamp: str) -> str:
        """See Place. Tables go by themselves, so that the schema keeps whoever may use it."""
        if self._store is not None:
            self._store.close()
        before = f"amends_before_{stamp.lower()}"
        store = Store(self._url)
        try:
            with store.write("put-restored-in-place") as tx:
                here = str(tx.connection().execute(sa.text("SELECT current_schema()")).scalar())
                built, functions = _tables(tx, self._schema), _functions(tx, self._schema)
                there = _tables(tx, here) & built
                if there:
                    tx.connection().exec_driver_sql(f'CREATE SCHEMA "{before}"')
                    _move(tx, there, functions & _functions(tx, here), here, before)
                _move(tx, built, functions, self._schema, here)
                tx.connection().exec_driver_sql(f'DROP SCHEMA "{self._schema}"')
        finally:
            store.close()
        return f"the schema {before}" if there else ""

    def give_up(self) -> None:
        """See Place."""
        if self._store is not None:
            self._store.close()
            with suppress(sa.exc.DBAPIError):
                self._run(f'DROP SCHEMA IF EXISTS "{self._schema}" CASCADE')

    def _run(self, statement: str) -> None:
        store = Store(self._url)
        try:
            with store.write("restore-schema") as tx:
                tx.connection().exec_driver_sql(statement)
        except sa.exc.ProgrammingError:
            raise ArchiveError(
                "The database's user may not make a schema, which a restore needs. Use the user "
                "that owns the database."
            ) from None
        finally:
            store.close()


def _move(tx: Transaction, tables: set[str], functions: set[str], source: str, to: str) -> None:
    """Our tables, with their indexes, sequences and triggers, and the functions of those."""
    connection = tx.connection()
    for name in sorted(tables):
        connection.exec_driver_sql(f'ALTER TABLE "{source}"."{name}" SET SCHEMA "{to}"')
    for function in sorted(functions):
        connection.exec_driver_sql(f'ALTER FUNCTION "{source}".{function} SET SCHEMA "{to}"')


def _tables(tx: Transaction, schema: str) -> set[str]:
    return set(sa.inspect(tx.connection()).get_table_names(schema=schema))


def _functions(tx: Transaction, schema: str) -> set[str]:
    """The functions of a schema, each with what it takes."""
    query = sa.text(
        "SELECT format('%I(%s)', proname, pg_get_function_identity_arguments(oid)) FROM pg_proc "
        "WHERE pronamespace = to_regnamespace(:schema)"
    )
    return {str(name) for (name,) in tx.connection().execute(query, {"schema": schema})}


def _has_no_incident(tx: Transaction) -> bool:
    connection = tx.connection()
    if "incident" not in sa.inspect(connection).get_table_names():
        return True
    return connection.execute(sa.text("SELECT 1 FROM incident LIMIT 1")).first() is None
