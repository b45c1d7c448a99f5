"""Every test that a page names as proof is there: a control that lost its test is not one."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"`(test_[a-z0-9_]+)`")
FILES = re.compile(r"`(tests/[a-z0-9_/]+\.py)`")
PAGES = sorted((ROOT / "docs" / "explanation").glob("*.md"))
THREATS = ROOT / "docs" / "explanation" / "threat-model.md"


@cache
def names_of_tests() -> frozenset[str]:
    """The names of all test functions."""
    return frozenset(
        node.name
        for file in (ROOT / "tests").rglob("test_*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


def _rows() -> list[str]:
    """The table of what is promised, without its head."""
    promised = THREATS.read_text(encoding="utf-8").partition("## What is promised")[2]
    rows = [one for one in promised.partition("## ")[0].splitlines() if one.startswith("| ")]
    return [one for one in rows if not one.startswith("| against")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_test_that_a_page_names_is_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert set(NAMED.findall(text)) <= names_of_tests()
    assert [one for one in FILES.findall(text) if not (ROOT / one).is_file()] == []


def test_the_threat_model_names_tests() -> None:
    """The search itself can fail: these are found."""
    named = NAMED.findall(THREATS.read_text(encoding="utf-8"))
    assert "test_swapped_ciphertexts_are_refused" in named
    assert len(set(named)) > 20
    assert "test_that_nobody_wrote" not in names_of_tests()


@pytest.mark.parametrize("row", _rows(), ids=lambda row: row.split("|")[1].strip()[:40])
def test_every_threat_names_the_test_that_shows_its_control(row: str) -> None:
    assert NAMED.findall(row) or FILES.findall(row)
