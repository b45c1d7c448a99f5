"""Reads a decision table into frozen dataclasses, and stops at the first word it does not know."""

import csv
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeVar, get_type_hints

T = TypeVar("T")
W = TypeVar("W", bound=StrEnum)


class PolicyError(Exception):
    """A table or a question to it is wrong. The text says where, and what to do."""


class UnknownWord(ValueError):
    """A cell holds a word that its column does not allow."""

    def __init__(self, word: str, allowed: Iterable[str]) -> None:
        super().__init__(f"'{word}' is not a known word. Use one of: {', '.join(allowed)}.")


@dataclass(frozen=True)
class Column:
    """Where a field of a row comes from, and how its cell is parsed."""

    name: str
    parse: Callable[[str], object]


def read(path: Path, row: type[T]) -> tuple[T, ...]:
    """Every row of the table, in its order. Raises PolicyError with file, line and what to use.

    ``row`` is a dataclass; each field is annotated with its Column.
    """
    made: Callable[..., T] = row
    hints = get_type_hints(row, include_extras=True)
    columns: dict[str, Column] = {name: hint.__metadata__[0] for name, hint in hints.items()}
    with path.open(encoding="utf-8", newline="") as file:
        lines = csv.DictReader(file, strict=True)
        _check_header(path, lines.fieldnames or (), [one.name for one in columns.values()])
        return tuple(
            made(**{name: _cell(path, lines.line_num, cells, columns[name]) for name in columns})
            for cells in lines
        )


def digest_of(paths: Iterable[Path]) -> str:
    """The SHA-256 over the names and bytes of these files."""
    total = hashlib.sha256()
    for path in sorted(paths):
        content = path.read_bytes()
        total.update(f"{path.name}\0{len(content)}\0".encode() + content)
    return total.hexdigest()


def one_of(words: type[W]) -> Callable[[str], W]:
    """Parses one word of a closed list."""

    def parse(cell: str) -> W:
        if cell not in set(words):
            raise UnknownWord(cell, words)
        return words(cell)

    return parse


def maybe(parse: Callable[[str], T]) -> Callable[[str], T | None]:
    """Parses an empty cell as None."""
    return lambda cell: parse(cell) if cell else None


def several(parse: Callable[[str], T], mark: str = "+") -> Callable[[str], tuple[T, ...]]:
    """Parses words joined by ``mark``; an empty cell is none of them."""
    return lambda cell: tuple(parse(part.strip()) for part in cell.split(mark)) if cell else ()


def number(cell: str) -> int:
    """Parses a whole number from 0."""
    if not (cell.isascii() and cell.isdigit()):
        raise UnknownWord(cell, ["a whole number"])
    return int(cell)


def _cell(path: Path, line: int, cells: dict[str, str], column: Column) -> object:
    if None in cells or None in cells.values():
        raise PolicyError(f"{path.name}, line {line}: this row has too many or too few cells.")
    try:
        return column.parse(cells[column.name].strip())
    except UnknownWord as unknown:
        raise PolicyError(f"{path.name}, line {line}, column '{column.name}': {unknown}") from None


def _check_header(path: Path, found: Iterable[str], wanted: list[str]) -> None:
    if list(found) != wanted:
        raise PolicyError(f"{path.name}, line 1: the columns must be: {', '.join(wanted)}.")
