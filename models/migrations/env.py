"""Alembic's way in: the tables of ``models`` over the connection that the store lends."""

from typing import Any, Literal

from alembic import context
from sqlmodel import SQLModel

import models.tables  # noqa: F401  (fills the metadata)
from models.columns import UtcTime, Word


def plain_types(kind: str, item: Any, _: Any) -> str | Literal[False]:
    """A migration outlives our column types: write what the database has."""
    if kind == "type" and isinstance(item, UtcTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Word):
        return "sa.String(40)"
    if kind == "type" and type(item).__name__ == "AutoString":
        return f"sa.String({item.length})" if item.length else "sa.String()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    render_item=plain_types,
)
context.run_migrations()
