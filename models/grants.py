"""What the role of the processes may do on PostgreSQL: all that they need, and no more."""

from collections.abc import Iterator

from sqlmodel import SQLModel

import models.tables  # noqa: F401  (fills the metadata)
from models.audit import Entry

RECORD = Entry.__tablename__
VERSION = "alembic_version"


def grants_for(role: str) -> Iterator[str]:
    """SQL statements for the owner of the tables to run after each migration.

    The record can be read and added to. Rows of the other tables change, as their states do.
    """
    name = '"' + role.replace('"', '""') + '"'
    others = ", ".join(sorted(table for table in SQLModel.metadata.tables if table != RECORD))
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {name};"
    yield f"GRANT USAGE ON SCHEMA public TO {name};"
    yield f"GRANT SELECT, INSERT, UPDATE, DELETE ON {others} TO {name};"
    yield f"GRANT SELECT, INSERT ON {RECORD} TO {name};"
    yield f"GRANT SELECT ON {VERSION} TO {name};"
    yield f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {name};"
