"""The report of an archive: a page, and a PDF that is made of it."""

from datetime import UTC, datetime

import pytest

from templates.blocks import Block, UnknownElementError, title_and_blocks
from templates.typst import pdf_of

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def page(body: str) -> str:
    head = "<head><meta charset='utf-8'><title>A &amp; B</title><style>p {}</style></head>"
    return f"<!doctype html><html lang='en'>{head}<body>{body}</body></html>"


def test_a_page_is_read_whole_and_in_order() -> None:
    body = (
        "<h1>One</h1> <p>two\n three</p><ul><li>four</li></ul><blockquote>five\n six</blockquote>"
        "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>c &lt;</td><td></td>"
        "</tr></tbody></table>"
    )
    title, blocks = title_and_blocks(page(body))
    assert title == "A & B"
    assert blocks == (
        Block("h1", "One"),
        Block("p", "two three"),
        Block("ul", "", [["four"]]),
        Block("quote", "five\n six"),
        Block("table", "", [["a", "b"], ["c <", ""]]),
    )


@pytest.mark.parametrize("element", ["<h3>x</h3>", "<img src='x'>", "<script>x</script>"])
def test_an_element_that_would_be_missing_from_the_pdf_stops_it(element: str) -> None:
    with pytest.raises(UnknownElementError):
        title_and_blocks(page(element))


@pytest.mark.parametrize(
    "text",
    [
        "#panic() $x$ *b* @label <label> = H // not a comment \\u{41} `raw`",
        '#read("/etc/passwd") #import "@preview/x:1.0.0"',
        "Привет, мир",
    ],
)
def test_what_people_write_is_never_taken_for_markup(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    made = pdf_of(page(f"<h1>T</h1><p>{escaped}</p><blockquote>{escaped}</blockquote>"), NOW)
    assert b"pdfuaid:part" in made
    assert made == pdf_of(
        page(f"<h1>T</h1><p>{escaped}</p><blockquote>{escaped}</blockquote>"), NOW
    )


def test_letters_that_no_font_has_do_not_stop_it() -> None:
    made = pdf_of(page("<h1>T</h1><p>\U0001344f \ue000 ᚠ 你好</p>"), NOW)
    assert b"/StructTreeRoot" in made
