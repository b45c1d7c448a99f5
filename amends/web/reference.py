"""References and cursors as they come in addresses: put in order, or found nowhere."""

import re
from typing import Annotated

from fastapi import Depends, Path

from flows.refusals import NO_INCIDENT, NotFoundError

SHAPE = re.compile(r"[A-Z0-9]{1,5}-[A-Z0-9]{1,8}", re.ASCII)
CURSOR = r"^[0-9a-f]{1,32}$"
LAST = 2**62
"""Beyond every entry's id, and within what a database counts to."""


def _reference(reference: Annotated[str, Path(description="the incident, like AM-7K3QX")]) -> str:
    """The reference in capitals. What cannot be one is not looked for."""
    written = reference.strip().upper()
    if not SHAPE.fullmatch(written):
        raise NotFoundError(NO_INCIDENT)
    return written


Reference = Annotated[str, Depends(_reference)]
