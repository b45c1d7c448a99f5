"""Column types that behave alike on SQLite and PostgreSQL, and the making of row ids."""

import os
import time
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

from sqlalchemy import JSON, DateTime, String
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field

E = TypeVar("E", bound=StrEnum)


class UtcTime(TypeDecorator[datetime]):
    """An aware UTC time. SQLite would hand back naive ones; naive input is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone reached the database")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Word(TypeDecorator[E], Generic[E]):
    """A closed word, stored as its text so that tables stay readable and migrations small."""

    impl = String(40)
    cache_ok = True

    def __init__(self, words: type[E]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: E | str | None, dialect: Dialect) -> str | None:
        return None if value is None else self.words(value).value

    def process_result_value(self, value: Any, dialect: Dialect) -> E | None:
        return None if value is None else self.words(value)


def new_id() -> str:
    """A 32-digit id that sorts by the time of its making (UUID version 7's layout)."""
    stamp = int(time.time() * 1000).to_bytes(6, "big")
    return (stamp + os.urandom(10)).hex()


def word(words: type[E], *, nullable: bool = False, index: bool = False, **default: Any) -> Any:
    """A SQLModel field that holds one word of a closed list."""
    if nullable:
        default.setdefault("default", None)
    sa_type: Any = Word(words)
    return Field(sa_type=sa_type, nullable=nullable, index=index, **default)


def at(*, nullable: bool = False, index: bool = False) -> Any:
    """A SQLModel field that holds an aware UTC time."""
    if nullable:
        return Field(default=None, sa_type=UtcTime, nullable=True, index=index)
    return Field(sa_type=UtcTime, nullable=False, index=index)


def key(**kwargs: Any) -> Any:
    """The primary key of a row, made on this side so that it can seal the row's content."""
    return Field(default_factory=new_id, primary_key=True, max_length=32, **kwargs)


def words_list() -> Any:
    """A SQLModel field that holds a list of words as JSON."""
    return Field(default_factory=list, sa_type=JSON, nullable=False)
