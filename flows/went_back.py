"""Noticing that the database went back: its record is behind what anchors outside it have seen.

A database file that somebody copied back by hand, or a disk that was put back, looks like any
other: only the anchors tell that there was more.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlmodel import col, func, select

from flows.held_back import begin
from models.anchoring import anchors_of
from models.anchors import Anchor, Head, Line, mark_of
from models.audit import Entry
from models.office import Office
from models.reconciliation import WentBack, is_reconciling
from models.store import Transaction

LONG_AGO = datetime(2010, 11, 7, tzinfo=UTC)


def reconcile_if_it_went_back(office: Office) -> bool:
    """Begin reconcile mode where the newest anchor tells of entries that are not there, or are
    others. Returns whether it did. Raises database errors and OSError."""
    with office.store.read() as tx:
        if is_reconciling(tx):
            return False
        known_until = _known_until(tx, (line.anchor for line in _lines(office)))
    if known_until is None:
        return False
    with office.store.write("begin-reconciling") as tx:
        if is_reconciling(tx):
            return False
        begin(tx, WentBack.COPIED_BACK, known_until)
    return True


def _lines(office: Office) -> Iterable[Line]:
    return anchors_of(office.settings).from_the_last()


def _known_until(tx: Transaction, newest_first: Iterable[Anchor]) -> datetime | None:
    """When the newest anchor was written that the record bears out; None where that is the newest
    of all, or where there is none that says anything."""
    newest = tx.exec(select(func.max(Entry.id))).one() or 0
    chains: dict[str, str] | None = None
    behind = False
    for anchor in newest_first:
        if anchor.last_entry <= newest:
            if not anchor.heads:
                continue  # it says nothing of any entry
            if chains is None:
                chains = {mark_of(one): one for one in tx.exec(select(Entry.chain).distinct())}
            if all(_has(tx, chains.get(mark), head) for mark, head in anchor.heads.items()):
                return anchor.at if behind else None
        behind = True
    return LONG_AGO if behind else None


def _has(tx: Transaction, chain: str | None, head: Head) -> bool:
    if chain is None:
        return False
    same = select(Entry.digest).where(col(Entry.chain) == chain, col(Entry.seq) == head.seq)
    return tx.exec(same).first() == head.digest
