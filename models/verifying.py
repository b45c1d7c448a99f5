"""Verifying the record: every chain is recomputed from the database, and held against anchors."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Text, cast, select, type_coerce
from sqlmodel import col

from models.anchor_books import files_in
from models.anchor_library import FLAW_DOUBTS, BookEnd, BookFlaw, Flaw, Library
from models.anchoring import ROLE
from models.anchors import mark_of
from models.audit import chain_of_case, chain_of_incident
from models.beats import Beat
from models.case_rows import SealedCase
from models.chains import DOUBTS, Break, Written, breaks_in
from models.incident import Incident
from models.referral import Referral
from models.store import ENTRIES, Store, Transaction

AT_A_TIME = 2000


@dataclass(frozen=True)
class Found:
    """What a verification came to. ``newer`` counts the entries that no anchor tells of yet."""

    chains: int
    entries: int
    newer: int
    breaks: tuple[Break, ...]
    flaws: tuple[BookFlaw, ...]
    books: tuple[BookEnd, ...]

    @property
    def is_whole(self) -> bool:
        """Whether nothing was found that has no innocent explanation."""
        return all(one.what in DOUBTS for one in self.breaks) and all(
            one.what in FLAW_DOUBTS for one in self.flaws
        )


def verify_record(
    store: Store,
    anchors: Sequence[Path] = (),
    keys: Sequence[Ed25519PublicKey] = (),
    *,
    own_book: str | None = None,
) -> Found:
    """Recompute every chain, and hold it against the anchors in these files and folders.

    ``own_book``: of this book all lines must be there; of others some may be kept elsewhere. The
    anchors are read before the database, so that none is newer than what is held against it.
    Raises OSError.
    """
    library = Library(keys)
    try:
        flaws = [
            flaw for where in anchors for path in files_in(where) for flaw in library.take(path)
        ]
        flaws += library.put_in_order()
        with store.read() as tx:
            flaws += _cut_books(tx, library.ends(), own_book)
            return _hold_against(tx, library, flaws)
    finally:
        library.close()


def _hold_against(tx: Transaction, library: Library, flaws: Sequence[BookFlaw]) -> Found:
    ends = library.ends()
    last_anchors = {end.book: end.at for end in ends if end.complete}
    anchored = max((end.last_entry for end in ends), default=0)
    chains, count = 0, _Count(anchored)
    breaks: list[Break] = []
    for chain, entries in groupby(_entries(tx), key=lambda entry: entry.chain):
        chains += 1
        points = library.points_of(mark_of(chain))
        breaks += breaks_in(chain, count.through(entries), points, last_anchors)
    breaks += _gone(tx, library)
    return Found(chains, count.all, count.newer, tuple(breaks), tuple(flaws), tuple(ends))


class _Count:
    """How many entries passed by, and how many of them are newer than the last anchor."""

    def __init__(self, anchored: int) -> None:
        self._anchored, self.all, self.newer = anchored, 0, 0

    def through(self, entries: Iterator[Written]) -> Iterator[Written]:
        for entry in entries:
            self.all += 1
            self.newer += entry.id > self._anchored
            yield entry


def _entries(tx: Transaction) -> Iterator[Written]:
    """Every entry, chain by chain, a few at a time. What was tampered with may be no time and no
    JSON at all: it is read as text, so that it is a finding and not an error."""
    as_text: Any = cast if tx.postgres else type_coerce
    at = ENTRIES.c.at if tx.postgres else type_coerce(ENTRIES.c.at, Text)
    c = ENTRIES.c
    query = select(
        c.id, c.chain, c.seq, at, c.actor, c.what, as_text(c.facts, Text), c.previous, c.digest
    ).order_by(c.chain, c.seq, c.id)
    rows = tx.execute(query, execution_options={"yield_per": AT_A_TIME})
    for id_, chain, seq, when, actor, what, facts, previous, digest in rows:
        yield Written(
            id=_number(id_),
            chain=str(chain),
            seq=_number(seq),
            at=_time(when),
            actor=str(actor),
            what=str(what),
            facts=_json(facts),
            previous=str(previous),
            digest=str(digest),
        )


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _time(value: object) -> datetime | None:
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    try:
        when = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)


def _json(value: object) -> object:
    try:
        return json.loads(str(value))
    except ValueError:
        return None


def _gone(tx: Transaction, library: Library) -> Iterator[Break]:
    """Chains that anchors tell of and that are not there at all, by name where a row has it."""
    names: Mapping[str, str] | None = None
    for mark, points in library.not_there():
        names = _names(tx) if names is None else names
        yield from breaks_in(names.get(mark, mark), (), points)


def _names(tx: Transaction) -> dict[str, str]:
    """The chains that there should be, by their marks."""
    chains = [chain_of_incident(one) for one in tx.execute(select(col(Incident.id))).scalars()]
    for cases in (Referral, SealedCase):
        chains += [chain_of_case(one) for one in tx.execute(select(col(cases.id))).scalars()]
    return {mark_of(chain): chain for chain in chains}


def _cut_books(
    tx: Transaction, ends: Sequence[BookEnd], own_book: str | None
) -> Iterator[BookFlaw]:
    """Books that the database remembers to have been longer."""
    given = {end.book: end.number for end in ends}
    beats = tx.execute(select(col(Beat.name), col(Beat.detail)).where(col(Beat.role) == ROLE))
    for name, detail in sorted(tuple(row) for row in beats):
        book, number = name.partition("/")[2], int(detail) if detail.isdecimal() else 0
        if number > given.get(book, 0):
            what = Flaw.CUT if book == own_book else Flaw.NOT_GIVEN
            yield BookFlaw(book, given.get(book, 0) + 1, what, until=number)
