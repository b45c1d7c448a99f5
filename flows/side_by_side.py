"""Side by side: what is done on one account does not wait for another's platform."""

import concurrent.futures
from collections.abc import Callable, Sequence

from models.leases import carried

_lines = concurrent.futures.ThreadPoolExecutor(64, thread_name_prefix="account")
_urgent = concurrent.futures.ThreadPoolExecutor(64 * 4, thread_name_prefix="urgent-account")
"""First responses have threads of their own: what is read back may hang, and takes none of them."""


def side_by_side(work: Sequence[Callable[[], object]], *, urgent: bool = False) -> None:
    """Do all of it, each in a thread of its own; returns when all is done. Raises what one raised.

    The threads start in an empty context, but for the lease: whatever is done here makes no
    Prefect call.
    """
    if len(work) == 1:
        work[0]()
        return
    pool = _urgent if urgent else _lines
    lines = [pool.submit(carried(one)) for one in work]
    concurrent.futures.wait(lines)
    for line in lines:
        line.result()
