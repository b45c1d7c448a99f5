"""Verifying the record: each chain is recomputed from its first entry to its last (design §8)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from sqlmodel import col, select

from models.audit import GENESIS, Entry, digest_of
from models.store import Store


@dataclass(frozen=True)
class Break:
    """A place where a chain is not what was written."""

    chain: str
    seq: int
    what: str


@dataclass(frozen=True)
class Found:
    """What a verification came to."""

    chains: int
    entries: int
    breaks: tuple[Break, ...]


def verify_chains(store: Store) -> Found:
    """Recompute every chain. A cut at a chain's end shows only against an anchor kept elsewhere."""
    chains, entries, breaks = 0, 0, list[Break]()
    with store.read() as tx:
        rows = tx.exec(select(Entry).order_by(col(Entry.chain), col(Entry.seq)))
        for chain, group in groupby(rows, key=lambda entry: entry.chain):
            whole = list(group)
            chains, entries = chains + 1, entries + len(whole)
            breaks += breaks_in(chain, whole)
    return Found(chains, entries, tuple(breaks))


def breaks_in(chain: str, entries: Iterable[Entry]) -> Iterator[Break]:
    """Every break of one chain, whose entries come in their order (pure)."""
    previous = GENESIS
    for expected, entry in enumerate(entries, start=1):
        if entry.seq != expected:
            yield Break(chain, expected, "an entry is missing")
            return
        if entry.previous != previous:
            yield Break(chain, entry.seq, "it does not follow from the entry before it")
        made = digest_of(
            entry.previous, chain, entry.seq, entry.at, entry.actor, entry.what, entry.facts
        )
        if entry.digest != made:
            yield Break(chain, entry.seq, "it is not what was written")
        previous = entry.digest
