"""Whoever owns the tables and wants the record to say something else: first the triggers go."""

from sqlalchemy import Connection, text

ON_SQLITE = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'entry'"
ON_POSTGRESQL = (
    "SELECT tgname FROM pg_trigger WHERE tgrelid = 'entry'::regclass AND NOT tgisinternal"
)


def guards(connection: Connection) -> set[str]:
    """The names of the triggers that guard the record now."""
    query = ON_SQLITE if connection.dialect.name == "sqlite" else ON_POSTGRESQL
    return set(connection.execute(text(query)).scalars())


def take_the_guards_away(connection: Connection) -> None:
    """As the owner of the tables can."""
    where = "" if connection.dialect.name == "sqlite" else " ON entry"
    for name in guards(connection):
        connection.execute(text(f"DROP TRIGGER {name}{where}"))
