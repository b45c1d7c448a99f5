"""Writing anchors: what grew in the record since the last one, signed, into this host's book."""

import socket
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import func, select

from amends.settings import Settings
from models.anchor_books import Book, book_of
from models.anchor_keys import signing_key
from models.anchors import NOTHING_BEFORE, Anchor, Head, Line, mark_of, signed
from models.beats import Beat
from models.store import ENTRIES, Store, Transaction

EVERY = timedelta(minutes=1)
AT_LEAST_EVERY = timedelta(hours=1)
"""Also where nothing happened: a longer gap says that no engine was at work, or worse."""

SLOWEST = timedelta(minutes=10)
"""No transaction takes as long. On PostgreSQL an entry can become visible after ones with higher
ids; so each anchor looks again at all that is newer than the anchor this long before the last."""

ROLE = "anchor"


@dataclass(frozen=True)
class Grown:
    """A chain that has entries after some id: its first and last number among them."""

    mark: str
    first: int
    head: Head


def anchors_of(settings: Settings) -> Book:
    """The book that this host writes for this installation."""
    return Book(settings.anchors, book_of(socket.gethostname()))


def write_anchor(
    store: Store, settings: Settings, *, now: datetime | None = None, due_only: bool = False
) -> Anchor | None:
    """Append an anchor to this host's book, and return it.

    ``due_only``: not within a minute of the last, nor within an hour where nothing grew; then
    None. Raises OSError, AnchorKeyError and database errors; nothing is written then.
    """
    now = now or datetime.now(UTC)
    key, book = signing_key(settings.keys), anchors_of(settings)
    with book.writing():
        lines = _recent(book)
        last = lines[0] if lines else None
        since = now - last.anchor.at if last else AT_LEAST_EVERY
        if due_only and timedelta(0) <= since < EVERY:  # less than nothing: the clock was put back
            return None
        anchor = _look(store, book, lines, now)
        if due_only and not anchor.heads and since < AT_LEAST_EVERY:
            return None
        book.append(signed(anchor, key), now)
    _remember(store, anchor)
    return anchor


def _recent(book: Book) -> list[Line]:
    """The last lines, newest first: back to one that is older than the last by ``SLOWEST``."""
    found: list[Line] = []
    for line in book.from_the_last():
        found.append(line)
        if found[0].anchor.at - line.anchor.at >= SLOWEST:
            break
    return found


def _look(store: Store, book: Book, lines: list[Line], now: datetime) -> Anchor:
    last = lines[0] if lines else None
    with store.read() as tx:
        newest = tx.execute(select(func.max(ENTRIES.c.id))).scalar_one() or 0
        whole = last is None or _begins_anew(last.anchor, newest, now)
        after = 0 if whole else _sure(lines)
        grown = _grown(tx, after)
        number = max(last.anchor.number if last else 0, _remembered(tx, book)) + 1
    before = {} if whole else _anchored(lines)
    changed = {one.mark: one.head for one in grown if before.get(one.mark) != one.head}
    chains, entries = (0, 0) if whole or not last else (last.anchor.chains, last.anchor.entries)
    for one in grown:
        old = before[one.mark].seq if one.mark in before else one.first - 1
        chains += old == 0
        entries += one.head.seq - old
    return Anchor(
        book=book.name,
        number=number,
        at=now,
        previous=last.digest if last else NOTHING_BEFORE,
        whole=whole,
        chains=chains,
        entries=entries,
        last_entry=newest,
        heads=changed,
    )


def _sure(lines: Sequence[Line]) -> int:
    """An id up to which every entry was to be seen when the last of these lines was written."""
    old_enough = lines[0].anchor.at - lines[-1].anchor.at >= SLOWEST
    return min(line.anchor.last_entry for line in lines) if old_enough else 0


def _begins_anew(last: Anchor, newest: int, now: datetime) -> bool:
    """Each month's file begins with every head, so that it can be checked by itself; and so does
    what is anchored of a record that is shorter than it was, as after the return of a backup."""
    return (last.at.year, last.at.month) != (now.year, now.month) or newest < last.last_entry


def _anchored(lines: Iterable[Line]) -> Mapping[str, Head]:
    """The newest head of each chain that these lines, newest first, tell of."""
    found: dict[str, Head] = {}
    for line in lines:
        found = {**line.anchor.heads, **found}
    return found


def _grown(tx: Transaction, after: int) -> list[Grown]:
    """Every chain with an entry after this id. All of them at once: marks, numbers and digests."""
    recent = (
        select(
            ENTRIES.c.chain,
            func.min(ENTRIES.c.seq).label("first"),
            func.max(ENTRIES.c.seq).label("last"),
        )
        .where(ENTRIES.c.id > after)
        .group_by(ENTRIES.c.chain)
        .subquery()
    )
    heads: Any = select(recent.c.chain, recent.c.first, recent.c.last, ENTRIES.c.digest).join(
        ENTRIES, (ENTRIES.c.chain == recent.c.chain) & (ENTRIES.c.seq == recent.c.last)
    )
    rows = tx.execute(heads)
    return [Grown(mark_of(chain), first, Head(last, digest)) for chain, first, last, digest in rows]


def _name(book: str) -> str:
    return f"anchors/{book}"


def _remembered(tx: Transaction, book: Book) -> int:
    """The number of the last anchor as the database remembers it: lines that were cut off the
    book are not numbered anew, so that the cut stays to be seen."""
    beat = tx.get(Beat, _name(book.name))
    return int(beat.detail) if beat and beat.detail.isdecimal() else 0


def _remember(store: Store, anchor: Anchor) -> None:
    with store.write("anchor") as tx:
        beat = Beat(name=_name(anchor.book), role=ROLE, at=tx.now(), detail=str(anchor.number))
        tx.merge(beat)


def last_anchor(settings: Settings) -> Anchor | None:
    """The newest anchor of this host's book."""
    newest = next(islice(anchors_of(settings).from_the_last(), 1), None)
    return newest.anchor if newest else None
