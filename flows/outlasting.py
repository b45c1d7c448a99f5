"""Writing down what happened outside although the database fails just then."""

import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import OperationalError

Result = TypeVar("Result")

PAUSES_SECONDS = (0.2, 1.0, 3.0)
"""Before each further try: a connection that was ended is had again at once, a database that
starts anew takes some seconds. Together far shorter than an attempt's own lease."""


def outlast(write: Callable[[], Result]) -> Result:
    """What ``write`` returns, tried anew where the database fails, for some seconds.

    Only this thread knows what it would write: given up, it must be found out from outside, after
    the attempt's lease. ``write`` is one transaction guarded by a fence: where the answer to its
    commit was lost, it may be stored already. Raises the last OperationalError.
    """
    for pause in PAUSES_SECONDS:
        try:
            return write()
        except OperationalError:
            time.sleep(pause)
    return write()
