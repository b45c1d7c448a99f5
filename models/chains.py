"""What is wrong with a chain of the record, and what anchors say of it, as a pure function.

A chain by itself shows an edit, a gap, a wrong order. Whoever recomputes all that follows an edit,
cuts the end off or takes a whole chain away is found by the anchors, which are kept elsewhere.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from models.audit import GENESIS, digest_of

LATE = timedelta(minutes=15)
"""An entry is in the anchor that follows it; this is more than an anchor's pause and a commit."""


@dataclass(frozen=True, slots=True)
class Written:
    """An entry as it was read. ``at`` and ``facts`` are None where they cannot be read at all."""

    id: int
    chain: str
    seq: int
    at: datetime | None
    actor: str
    what: str
    facts: object
    previous: str
    digest: str


@dataclass(frozen=True, slots=True)
class Point:
    """An anchor's word on one chain: entry ``seq`` had this digest. ``lacked_at`` is the time of
    the anchor before it in the book, which did not have that entry yet."""

    seq: int
    digest: str
    book: str
    number: int
    at: datetime
    lacked_at: datetime | None


class Broken(StrEnum):
    """How the record differs from what was written."""

    MISSING = "missing"
    TWICE = "twice"
    UNLINKED = "unlinked"
    CHANGED = "changed"
    OUT_OF_ORDER = "out-of-order"
    NOT_AS_ANCHORED = "not-as-anchored"
    CUT = "cut"
    GONE = "gone"
    PUT_IN_LATER = "put-in-later"


DOUBTS = frozenset({Broken.PUT_IN_LATER})
"""What has an innocent explanation too: a clock that was wrong."""


@dataclass(frozen=True)
class Break:
    """A place where a chain is not what was written. ``until`` is the last entry concerned;
    ``anchor`` is the anchor that shows it, where one does."""

    chain: str
    seq: int
    what: Broken
    until: int | None = None
    anchor: Point | None = None


def breaks_in(
    chain: str,
    entries: Iterable[Written],
    points: Sequence[Point] = (),
    last_anchors: Mapping[str, datetime] | None = None,
) -> Iterator[Break]:
    """Every break of one chain, whose entries come in their order.

    ``points`` is all that anchors say of this chain; ``last_anchors`` is when each book was last
    written, which tells of entries that no anchor has.
    """
    anchored = _Anchored(points, last_anchors or {})
    previous, last, last_id = GENESIS, 0, 0
    for entry in entries:
        if entry.seq > last + 1:
            yield Break(chain, last + 1, Broken.MISSING, until=entry.seq - 1)
        elif entry.seq <= last:
            yield Break(chain, entry.seq, Broken.TWICE)
        elif entry.previous != previous:
            yield Break(chain, entry.seq, Broken.UNLINKED)
        if not is_as_written(entry):
            yield Break(chain, entry.seq, Broken.CHANGED)
        if entry.id <= last_id:
            yield Break(chain, entry.seq, Broken.OUT_OF_ORDER)
        yield from anchored.breaks_of(entry)
        previous, last, last_id = entry.digest, max(last, entry.seq), entry.id
    yield from anchored.cut_after(chain, last)


def is_as_written(entry: Written) -> bool:
    """Whether the digest is that of the entry's own words."""
    return entry.at is not None and entry.digest == digest_of(
        entry.previous, entry.chain, entry.seq, entry.at, entry.actor, entry.what, entry.facts
    )


class _Anchored:
    """The points of one chain, by entry and by book."""

    def __init__(self, points: Sequence[Point], last_anchors: Mapping[str, datetime]) -> None:
        self._points = points
        self._last = last_anchors
        self._at: dict[int, list[Point]] = {}
        self._books: dict[str, list[Point]] = {}
        for point in sorted(points, key=lambda one: (one.book, one.number)):
            self._at.setdefault(point.seq, []).append(point)
            self._books.setdefault(point.book, []).append(point)

    def breaks_of(self, entry: Written) -> Iterator[Break]:
        others = (one for one in self._at.get(entry.seq, ()) if one.digest != entry.digest)
        if (other := next(others, None)) is not None:
            yield Break(entry.chain, entry.seq, Broken.NOT_AS_ANCHORED, anchor=other)
        elif entry.at is not None and any(self._is_late(entry.seq, entry.at)):
            yield Break(entry.chain, entry.seq, Broken.PUT_IN_LATER)

    def _is_late(self, seq: int, at: datetime) -> Iterator[bool]:
        """For each book: an anchor well after the time that the entry claims was without it."""
        for book, last in self._last.items():
            mine = self._books.get(book, [])
            place = bisect_left(mine, seq, key=lambda one: one.seq)
            without = mine[place].lacked_at if place < len(mine) else last
            yield without is not None and without > at + LATE

    def cut_after(self, chain: str, last: int) -> Iterator[Break]:
        beyond = max((one for one in self._points if one.seq > last), default=None, key=_seq)
        if beyond is not None:
            what = Broken.CUT if last else Broken.GONE
            yield Break(chain, last + 1, what, until=beyond.seq, anchor=beyond)


def _seq(point: Point) -> int:
    return point.seq
