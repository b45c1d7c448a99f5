"""What may not be repeated of the last few incidents, made ready for looking it up.

It is looked up several times for each incident: where words are written, cleared, made ready and
sent, and at each pass over what is out. It is kept in memory alone, for as long as the rows that
it was made from are the same.
"""

from collections import OrderedDict
from threading import Lock

from flows.withheld import Withheld
from models.office import Office
from policy.taint.check import made_ready
from policy.taint.held import Index
from policy.taint.words import Own

KEPT = 8
"""So many at once: of public words and of notices, for a few incidents."""

_kept: OrderedDict[tuple[str, Own], Index] = OrderedDict()
_lock = Lock()


def index_for(here: Office, held: Withheld, own: Own) -> Index:
    """The index of what is held but for what is our own."""
    key = (held.stamp, own)
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    made = made_ready(held.opened(here), own)  # outside the lock: it may take a while
    with _lock:
        _kept[key] = made
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return made
