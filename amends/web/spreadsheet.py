"""Tables as CSV that a spreadsheet opens as text and numbers, whatever an account is named."""

import csv
import io
from collections.abc import Iterable, Sequence

STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet takes for the start of a formula, or skips before it looks for one; the wide
forms of the same signs are read as them in some languages."""

AS_TEXT = "'"

MEDIA_TYPE = "text/csv; charset=utf-8"

Cell = str | int | float | None


def as_csv(heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """The table with its heads, each cell in quotes. It opens with the mark by which a spreadsheet
    knows UTF-8."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow([harmless(head) for head in heads])
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def harmless(cell: Cell) -> Cell:
    """The cell; as text where it would be a formula. Numbers of ours are none."""
    if not isinstance(cell, str):
        return cell
    dangerous = cell.startswith(STARTS_A_FORMULA) or cell.lstrip().startswith(STARTS_A_FORMULA)
    return f"{AS_TEXT}{cell}" if dangerous else cell
