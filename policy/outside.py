"""Whom a named person speaks to outside the department: the column ``outside`` of response.csv.

Nothing automatic ever goes there (design §3).
"""

from collections.abc import Collection

from models.words import Kind
from policy.tables import load


def outside_of(kinds: Collection[Kind]) -> tuple[str, ...]:
    """Whom these kinds of mistake name, in the table's own words and order."""
    rows = (row for row in load().response if row.kind in kinds)
    return tuple(dict.fromkeys(row.outside for row in rows if row.outside))
