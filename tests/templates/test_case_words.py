"""The words of the sealed side's pages: none is missing, and what people wrote stays text."""

import re

import pytest
from jinja2 import Environment, meta

from models.review import CaseState, Hand, PaperKind, Part
from templates.acas import dates_of
from templates.case_papers import paper_html, quoted, render_paper
from templates.environment import HERE
from templates.labels import label

WORDS = {"case_state": CaseState, "hand": Hand, "hand_does": Hand, "paper": PaperKind, "part": Part}


def needed(name: str) -> set[str]:
    """The facts that a paper asks for."""
    text = (HERE / "cases" / f"{name}.md").read_text(encoding="utf-8")
    return meta.find_undeclared_variables(Environment().parse(text))


@pytest.mark.parametrize("fact", WORDS)
def test_every_word_of_a_case_is_said_in_words(fact: str) -> None:
    values = [one for one in WORDS[fact] if one is not Part.OUTSIDE]  # they never see a page
    assert [one for one in values if label(fact, one) == one] == []


def test_a_paper_stands_below_the_headings_of_its_page() -> None:
    assert paper_html("# What this is about").startswith('<h4 class="govuk-heading-s">What')


def test_of_a_paper_no_link_picture_or_html_is_more_than_text() -> None:
    shown = paper_html("[x](https://evil.example) ![x](https://evil.example/x) <b>x</b> `x`")
    assert "<a" not in shown
    assert "<img" not in shown
    assert "&lt;b&gt;" in shown


def test_evidence_of_several_lines_stays_one_item_of_its_list() -> None:
    facts: dict[str, str | list[str] | None] = dict.fromkeys(needed("allegation"), "x")
    facts |= {"posts": [], "evidence": [quoted(f"first\nsecond of {n}") for n in range(1, 12)]}
    shown = paper_html(render_paper("allegation", facts))
    items = re.findall(r"<li>.*?</li>", shown, re.DOTALL)
    assert len(items) == 11
    assert all("first" in one and "second" in one for one in items)


def test_what_the_acas_code_asks_for_is_not_done_while_there_is_no_paper_of_it() -> None:
    assert {one.at for one in dates_of([])} == {None}
