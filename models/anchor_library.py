"""All books of anchors that a verification was given: checked, put in order, and asked by chain."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from models.anchors import Line, NotAnAnchorError, fingerprint, is_signed_by, read_line
from models.chains import Point

SILENCE = timedelta(hours=2)
"""Twice as long as a book stays silent where nothing happens."""


class Flaw(StrEnum):
    """What is wrong with a book of anchors."""

    FORGED = "forged"
    UNKNOWN_KEY = "unknown-key"
    CONTRADICTED = "contradicted"
    MISSING = "missing"
    UNLINKED = "unlinked"
    CUT = "cut"
    TORN = "torn"
    NOT_GIVEN = "not-given"
    SILENT = "silent"


FLAW_DOUBTS = frozenset({Flaw.TORN, Flaw.NOT_GIVEN, Flaw.SILENT})
"""What happens to honest books too: a crash, a part that is kept elsewhere, an engine at rest."""


@dataclass(frozen=True)
class BookFlaw:
    """One flaw. ``number`` is the anchor's (for a line that cannot be read: the line's in its
    file), ``until`` the last one concerned; ``since`` and ``to`` are times of a silence."""

    where: str
    number: int
    what: Flaw
    until: int | None = None
    since: datetime | None = None
    to: datetime | None = None


@dataclass(frozen=True)
class BookEnd:
    """The last anchor of a book, of those given."""

    book: str
    number: int
    at: datetime
    last_entry: int
    complete: bool
    """Whether the lines given tell of every chain: they begin with one that does."""


class Library:
    """What the books say, on a disk: a long record has more anchored heads than fit in memory."""

    def __init__(self, keys: Iterable[Ed25519PublicKey]) -> None:
        self._keys = {fingerprint(key): key for key in keys}
        self._index = sqlite3.connect("")  # a file of its own, which goes when this is closed
        self._index.executescript(
            """
            CREATE TABLE line (id INTEGER PRIMARY KEY, book TEXT, number INTEGER, at TEXT,
                digest TEXT, previous TEXT, whole INTEGER, last_entry INTEGER, lacked_at TEXT,
                UNIQUE (book, number));
            CREATE TABLE head (mark TEXT, seq INTEGER, digest TEXT, line INTEGER);
            CREATE TABLE seen (mark TEXT PRIMARY KEY) WITHOUT ROWID;
            """
        )

    def take(self, path: Path) -> Iterator[BookFlaw]:
        """Read a file of anchors, and say what is wrong with its lines. Raises OSError."""
        with path.open("rb") as file:
            for place, raw in enumerate(file, start=1):
                if raw == b"\n":
                    continue
                try:
                    line = read_line(raw)
                except NotAnAnchorError:
                    yield BookFlaw(path.name, place, Flaw.TORN)
                else:
                    yield from self._take(line)

    def _take(self, line: Line) -> Iterator[BookFlaw]:
        anchor = line.anchor
        key = self._keys.get(line.key)
        if key is None:
            yield BookFlaw(anchor.book, anchor.number, Flaw.UNKNOWN_KEY)
            return
        if not is_signed_by(line, key):
            yield BookFlaw(anchor.book, anchor.number, Flaw.FORGED)
            return
        there = self._index.execute(
            "SELECT digest FROM line WHERE book = ? AND number = ?", (anchor.book, anchor.number)
        ).fetchone()
        if there is not None:  # a copy of the same book
            if there[0] != line.digest:
                yield BookFlaw(anchor.book, anchor.number, Flaw.CONTRADICTED)
            return
        self._keep(line)

    def _keep(self, line: Line) -> None:
        anchor = line.anchor
        row = (
            anchor.book, anchor.number, anchor.at.isoformat(), line.digest, anchor.previous,
            anchor.whole, anchor.last_entry,
        )  # fmt: skip
        columns = "book, number, at, digest, previous, whole, last_entry"
        made = self._index.execute(f"INSERT INTO line ({columns}) VALUES (?,?,?,?,?,?,?)", row)
        self._index.executemany(
            "INSERT INTO head VALUES (?, ?, ?, ?)",
            [(mark, h.seq, h.digest, made.lastrowid) for mark, h in anchor.heads.items()],
        )

    def put_in_order(self) -> Iterator[BookFlaw]:
        """Say what is wrong between the lines, once all files are taken."""
        self._index.execute("CREATE INDEX head_of ON head (mark)")
        books = self._index.execute("SELECT DISTINCT book FROM line ORDER BY book").fetchall()
        for (book,) in books:
            yield from self._order(book)

    def _order(self, book: str) -> Iterator[BookFlaw]:
        lines = self._index.execute(
            "SELECT id, number, at, digest, previous, whole FROM line WHERE book = ?"
            " ORDER BY number",
            (book,),
        ).fetchall()
        first = lines[0]
        if first[1] > 1:
            yield BookFlaw(book, 1, Flaw.NOT_GIVEN, until=first[1] - 1)
        for before, line in pairwise(lines):
            number, was, at = line[1], _time(before[2]), _time(line[2])
            if number != before[1] + 1:
                yield BookFlaw(book, before[1] + 1, Flaw.MISSING, until=number - 1)
                continue
            if line[4] != before[3]:
                yield BookFlaw(book, number, Flaw.UNLINKED)
                continue
            if at - was > SILENCE:
                yield BookFlaw(book, number, Flaw.SILENT, since=was, to=at)
            self._index.execute("UPDATE line SET lacked_at = ? WHERE id = ?", (before[2], line[0]))

    def ends(self) -> list[BookEnd]:
        """The last anchor of each book."""
        rows = self._index.execute(
            "SELECT last.book, last.number, last.at, last.last_entry, first.whole FROM line last"
            " JOIN line first ON first.book = last.book"
            " WHERE last.number = (SELECT max(number) FROM line WHERE book = last.book)"
            " AND first.number = (SELECT min(number) FROM line WHERE book = last.book)"
            " ORDER BY last.book"
        )
        return [BookEnd(b, n, _time(at), e, bool(whole)) for b, n, at, e, whole in rows]

    def points_of(self, mark: str) -> Sequence[Point]:
        """All that anchors say of this chain, which is then known to be there."""
        self._index.execute("INSERT OR IGNORE INTO seen VALUES (?)", (mark,))
        return self._points(mark)

    def _points(self, mark: str) -> list[Point]:
        rows = self._index.execute(
            "SELECT seq, head.digest, book, number, at, lacked_at FROM head"
            " JOIN line ON line.id = head.line WHERE mark = ?",
            (mark,),
        )
        return [
            Point(seq, digest, book, number, _time(at), _time(lacked) if lacked else None)
            for seq, digest, book, number, at, lacked in rows
        ]

    def not_there(self) -> Iterator[tuple[str, Sequence[Point]]]:
        """The marks that anchors name and nobody asked for, each with its points."""
        marks = self._index.execute(
            "SELECT DISTINCT mark FROM head WHERE mark NOT IN (SELECT mark FROM seen) ORDER BY mark"
        ).fetchall()
        for (mark,) in marks:
            yield mark, self._points(mark)

    def close(self) -> None:
        """Let go of the index."""
        self._index.close()


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
