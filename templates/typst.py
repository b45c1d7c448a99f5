"""PDF from a page of ours, tagged for screen readers (PDF/UA-1), by Typst."""

import json
import warnings
from dataclasses import asdict
from datetime import datetime
from functools import cache

import typst

from templates.blocks import title_and_blocks
from templates.environment import HERE


def pdf_of(page: str, made_at: datetime) -> bytes:
    """The page as a PDF. What it says goes in as data: none of it is taken for markup.

    A letter that no font of this machine has is shown as a box; the HTML page has it.
    """
    title, blocks = title_and_blocks(page)
    document = json.dumps({"title": title, "blocks": [asdict(one) for one in blocks]})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", typst.TypstWarning)  # it would repeat what the page says
        try:
            return _compiled(document, made_at, to_standard=True)
        except typst.TypstError:  # a missing letter is against the standard; the tags stay
            return _compiled(document, made_at, to_standard=False)


def _compiled(document: str, made_at: datetime, *, to_standard: bool) -> bytes:
    made = typst.compile(
        _layout(),
        format="pdf",
        sys_inputs={"document": document},
        pdf_standards=["ua-1"] if to_standard else [],
        timestamp=made_at.replace(microsecond=0),
    )
    assert isinstance(made, bytes), "a PDF is one file"
    return made


@cache
def _layout() -> bytes:
    return (HERE / "archive" / "report.typ").read_bytes()
