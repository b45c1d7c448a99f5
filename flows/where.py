"""How an incident stands, as the last word of a run."""

import asyncio

from models.office import office
from models.snapshot import incident_by, snapshot
from models.standing import standing
from models.words import WAIT_LABELS

CLOSED = "Closed"


async def where_it_stands(reference: str) -> str:
    """What presses most, in words that a person understands."""
    return await asyncio.to_thread(where_it_stands_now, reference)


def where_it_stands_now(reference: str) -> str:
    """The same, for code that is not asynchronous."""
    with office().store.read() as tx:
        waiting_for = standing(snapshot(tx, incident_by(tx, reference))).waiting_for
    return WAIT_LABELS[waiting_for] if waiting_for else CLOSED
