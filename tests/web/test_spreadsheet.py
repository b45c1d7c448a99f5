"""A file that a spreadsheet opens: nothing in it is a formula."""

import csv
import io

import pytest

from amends.web.spreadsheet import as_csv, harmless

FORMULAS = (
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", " \t@x", "\uff1d1+1", "\uff20x",
    '=HYPERLINK("https://evil.example","x")', "=cmd|' /C calc'!A0", "\u00a0=1",
)  # fmt: skip


def read(written: bytes) -> list[list[str]]:
    """The cells as a spreadsheet reads them."""
    return list(csv.reader(io.StringIO(written.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("text", FORMULAS)
def test_what_would_be_a_formula_is_text(text: str) -> None:
    ((cell, beside),) = read(as_csv(("head",), [(text, "x")]))[1:]
    assert cell == f"'{text}"
    assert beside == "x"


@pytest.mark.parametrize("text", ["dept", "1=1", "a@b.example", "Ünïcode – dash", "'=1", ""])
def test_all_else_stays_as_it_is(text: str) -> None:
    assert read(as_csv(("head",), [(text,)]))[1] == [text]


def test_a_quotation_mark_or_a_new_line_does_not_begin_another_cell() -> None:
    for text in ('x","=1+1', "x\n=1+1", 'x\r\n"=1', "x;=1"):
        assert read(as_csv(("head",), [(text, 2)]))[1] == [text, "2"]


def test_a_number_stays_one_also_below_nothing() -> None:
    assert [harmless(one) for one in (-1, 2.5, None)] == [-1, 2.5, None]


def test_the_heads_are_cells_as_well_and_the_file_says_that_it_is_utf_8() -> None:
    written = as_csv(("=1",), [])
    assert written.startswith(b"\xef\xbb\xbf")
    assert read(written) == [["'=1"]]
