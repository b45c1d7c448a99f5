"""The timeline of one incident, in sentences, as one person may read it."""

from collections.abc import Iterator

from sqlmodel import col, select

from flows.shapes import EntryShape, TimelinePage
from flows.view import Viewer
from models.audit import Entry, chain_of_incident
from models.store import Transaction
from models.words import Role
from templates.sentences import sentence

LONGEST_PAGE = 200


def timeline(tx: Transaction, by: Viewer, after: int = 0, limit: int = 100) -> TimelinePage:
    """The entries after the one with this id, the oldest first."""
    entries = list(entries_after(tx, by, after, min(limit, LONGEST_PAGE) + 1))
    shown = entries[: min(limit, LONGEST_PAGE)]
    return TimelinePage(entries=shown, next=shown[-1].id if len(entries) > len(shown) else None)


def entries_after(tx: Transaction, by: Viewer, after: int, limit: int) -> Iterator[EntryShape]:
    """The same as shapes, one by one."""
    if by.hears_only_that_security_leads:
        return
    rows = tx.exec(
        select(Entry)
        .where(col(Entry.chain) == chain_of_incident(by.seen.incident.id), col(Entry.id) > after)
        .order_by(col(Entry.seq))
        .limit(limit)
    )
    for row in rows:
        if row.id is not None and row.facts.get("role") != Role.HR.value:
            yield EntryShape(
                id=row.id,
                at=row.at,
                actor=by.name(row.actor),
                what=row.what,
                sentence=sentence(row.what, row.facts),
                facts=dict(row.facts),
            )
