"""Repeats: the audit keeps every try, the timeline tells the same thing once in ten minutes."""

from datetime import timedelta

from sqlmodel import col, select

from models.audit import Entry
from models.store import Transaction

SAID_AGAIN_AFTER = timedelta(minutes=10)

REPEATED = "repeated"
"""The fact that marks an entry which people need not read: the same was said a short while ago."""


def if_repeated(tx: Transaction, chain: str, what: str, **same: object) -> dict[str, object]:
    """The mark, as a fact of the entry to come; empty where it says something new.

    ``same`` are the facts that make two entries say the same. A change of reason is new, and so
    is what was last told ten minutes ago.
    """
    lately = tx.exec(
        select(Entry)
        .where(col(Entry.chain) == chain, col(Entry.what) == what)
        .where(col(Entry.at) > tx.wall() - SAID_AGAIN_AFTER)
    )
    said = any(
        not entry.facts.get(REPEATED)
        and all(entry.facts.get(name) == value for name, value in same.items())
        for entry in lately
    )
    return {REPEATED: True} if said else {}
