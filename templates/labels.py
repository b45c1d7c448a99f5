"""Words for the closed values that sentences and notices mention."""

import csv
from functools import cache

from templates.environment import HERE

ANY = "*"


def label(fact: str, value: object) -> str:
    """The words for a value, from labels.csv; the value itself where the table has none."""
    words = _labels().get((fact, str(value))) or _labels().get((fact, ANY)) or "{}"
    return words.replace("{}", str(value))


@cache
def _labels() -> dict[tuple[str, str], str]:
    with (HERE / "labels.csv").open(encoding="utf-8", newline="") as table:
        return {(row["fact"], row["value"]): row["words"] for row in csv.DictReader(table)}
