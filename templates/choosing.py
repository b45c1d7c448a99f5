"""Which template speaks: statements.csv, the most specific row first."""

from collections.abc import Collection
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Annotated

from models.words import Kind, StatementKind
from policy.reader import Column, UnknownWord, maybe, one_of, read, several
from templates.environment import HERE

IF_ASKED = "if-asked"
"""The line beside a statement, for use only if asked."""


class NoTemplateError(LookupError):
    """No row of statements.csv speaks for this kind of statement."""


@dataclass(frozen=True)
class StatementFacts:
    """What statements may draw on. None where nobody has said.

    ``deleted``: the post is taken down, rather than kept beside its correction. ``elsewhere``: the
    account that carried the post, as readers know it, when a sister account speaks.
    """

    organisation: str
    wrong: str | None = field(default=None, repr=False)
    right: str | None = field(default=None, repr=False)
    source_url: str | None = field(default=None, repr=False)
    deleted: bool = True
    elsewhere: str | None = field(default=None, repr=False)


def _statement(cell: str) -> str:
    known = (*(kind.value for kind in StatementKind if kind is not StatementKind.NONE), IF_ASKED)
    if cell not in known:
        raise UnknownWord(cell, known)
    return cell


def _fact(cell: str) -> str:
    known = tuple(one.name for one in fields(StatementFacts))
    if cell not in known:
        raise UnknownWord(cell, known)
    return cell


@dataclass(frozen=True)
class StatementRow:
    """One line of statements.csv. A condition that is None is true of every statement or kind."""

    kind: Annotated[Kind | None, Column("if kind", maybe(one_of(Kind)))]
    statement: Annotated[str | None, Column("if statement", maybe(_statement))]
    template: Annotated[str, Column("then template", str)]
    needs: Annotated[tuple[str, ...], Column("needs", several(_fact, mark=" "))]
    source: Annotated[str, Column("source", str)]

    def speaks_for(self, statement: str, kinds: Collection[Kind]) -> bool:
        """Whether the row is about this statement on a mistake of these kinds."""
        if self.statement is None and statement == IF_ASKED:
            return False
        return self.statement in (None, statement) and (self.kind is None or self.kind in kinds)


def choose(statement: str, kinds: Collection[Kind]) -> StatementRow:
    """The first row that speaks for them. Raises NoTemplateError."""
    for row in statement_rows():
        if row.speaks_for(statement, kinds):
            return row
    raise NoTemplateError(statement)


@cache
def statement_rows() -> tuple[StatementRow, ...]:
    """The whole table. Raises PolicyError with file, line and what to use."""
    return read(HERE / "statements.csv", StatementRow)
