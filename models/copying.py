"""Every row of a database as plain lines, and back: alike on SQLite and on PostgreSQL.

Tables are read as the database has them, so that one that an older version made can be copied too.
"""

import base64
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from itertools import islice
from typing import IO

import sqlalchemy as sa

from models.store import Store, Transaction
from models.tables import ALL, PASSING

AT_ONCE = 500

Value = str | int | bool | datetime | bytes | None


class Kind(StrEnum):
    """How the values of a column are written."""

    TEXT = "text"
    NUMBER = "number"
    FLAG = "flag"
    TIME = "time"
    BYTES = "bytes"
    JSON = "json"


class UnknownColumnError(Exception):
    """A column of a type that cannot be copied. The text names it."""


class NotTheseTablesError(Exception):
    """Rows of a table or column that this database does not have. The text names it."""


def tables_of(tx: Transaction) -> list[sa.Table]:
    """Our tables as the database has them, each after those that it refers to; without those whose
    rows are not to outlive their day."""
    connection = tx.connection()
    there = set(sa.inspect(connection).get_table_names())
    ours = sa.MetaData()
    copied = [one.__tablename__ for one in ALL if one not in PASSING]
    ours.reflect(connection, only=[name for name in copied if name in there])
    return ours.sorted_tables


def revision_of(tx: Transaction) -> str | None:
    """The migration that the tables are of; None where there are none."""
    connection = tx.connection()
    if "alembic_version" not in sa.inspect(connection).get_table_names():
        return None
    found = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    return str(found) if found else None


def write_rows(tx: Transaction, table: sa.Table, out: IO[str]) -> int:
    """One line for the columns, then one for each row; returns how many rows there are."""
    if tx.postgres:  # rows behind a wall are not left out in silence: the copy fails
        tx.connection().exec_driver_sql("SET LOCAL row_security = off")
    kinds = {column.name: _kind_of(column) for column in table.columns}
    out.write(json.dumps(list(kinds.items())) + "\n")
    query = sa.select(*(_read(column, kinds[column.name]) for column in table.columns))
    rows = tx.connection().execute(
        query.order_by(*table.primary_key.columns), execution_options={"yield_per": AT_ONCE}
    )
    count = 0
    for row in rows:
        values = [_as_line(v, kind) for v, kind in zip(row, kinds.values(), strict=True)]
        out.write(json.dumps(values, ensure_ascii=False) + "\n")
        count += 1
    return count


def read_rows(tx: Transaction, table: sa.Table, lines: Iterable[str]) -> int:
    """Insert what ``write_rows`` wrote; returns how many rows. Raises NotTheseTablesError."""
    given = iter(lines)
    columns = {name: Kind(kind) for name, kind in json.loads(next(given))}
    if unknown := sorted(columns.keys() - {column.name for column in table.columns}):
        raise NotTheseTablesError(f"{table.name}.{unknown[0]}")
    insert = table.insert().values({c: _written(c, k, tx) for c, k in columns.items()})
    count = 0
    for some in _batches(given):
        rows = [
            {
                f"its_{name}": _as_value(value, kind, aware=tx.postgres)
                for (name, kind), value in zip(columns.items(), json.loads(line), strict=True)
            }
            for line in some
        ]
        tx.connection().execute(insert, rows)
        count += len(rows)
    return count


def first_row(lines: Iterable[str]) -> dict[str, Value] | None:
    """The first row of what ``write_rows`` wrote, by its columns."""
    given = iter(lines)
    columns = json.loads(next(given))
    line = next(given, None)
    if line is None:
        return None
    values = zip(columns, json.loads(line), strict=True)
    return {name: _as_value(value, Kind(kind), aware=True) for (name, kind), value in values}


def go_on_counting(tx: Transaction) -> None:
    """PostgreSQL numbers new rows by itself: after the highest of those inserted."""
    if not tx.postgres:
        return
    highest = "SELECT setval(pg_get_serial_sequence('entry', 'id'), max(id)) FROM entry"
    tx.connection().execute(sa.text(f"{highest} HAVING max(id) IS NOT NULL"))


def damage_of(store: Store) -> str:
    """What the database itself finds wrong with its file; empty where it is whole."""
    with store.read() as tx:
        if tx.postgres:
            return ""
        connection = tx.connection()
        said = str(connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar())
        if said != "ok":
            return "integrity"
        lost = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        return "references" if lost else ""


def _kind_of(column: sa.Column[object]) -> Kind:
    kinds: tuple[tuple[type[object], Kind], ...] = (
        (sa.Boolean, Kind.FLAG),
        (sa.JSON, Kind.JSON),
        (sa.DateTime, Kind.TIME),
        (sa.LargeBinary, Kind.BYTES),
        (sa.Integer, Kind.NUMBER),
        (sa.String, Kind.TEXT),
    )
    for type_, kind in kinds:
        if isinstance(column.type, type_):
            return kind
    raise UnknownColumnError(f"{column.table.name}.{column.name}")


def _read(column: sa.Column[object], kind: Kind) -> sa.Column[object] | sa.Label[str]:
    """JSON as the text that is stored: digests were made of exactly that."""
    return sa.cast(column, sa.Text).label(column.name) if kind == Kind.JSON else column


def _written(name: str, kind: Kind, tx: Transaction) -> sa.ColumnElement[object]:
    if kind != Kind.JSON:
        return sa.bindparam(f"its_{name}")
    text: sa.ColumnElement[object] = sa.bindparam(f"its_{name}", type_=sa.Text())
    return sa.cast(text, sa.JSON) if tx.postgres else text


def _as_line(value: Value, kind: Kind) -> str | int | bool | None:
    if isinstance(value, datetime):
        aware = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return aware.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    return value


def _as_value(value: str | int | bool | None, kind: Kind, *, aware: bool) -> Value:
    if value is None or not isinstance(value, str):
        return value
    if kind == Kind.BYTES:
        return base64.b64decode(value)
    if kind == Kind.TIME:
        when = datetime.fromisoformat(value)
        return when if aware else when.replace(tzinfo=None)
    return value


def _batches(lines: Iterator[str]) -> Iterator[Sequence[str]]:
    while some := list(islice(lines, AT_ONCE)):
        yield some
