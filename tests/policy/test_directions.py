"""Writing that runs both ways: nothing that a person types turns other words around."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.correcting import why_no_correction
from policy.directions import each_line_isolated, isolated, lines_apart, why_not_balanced

ARABIC = "الرسوم £55 على @dept"
CONTROLS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
TEXTS = st.text(st.sampled_from(f"a5 .ا{CONTROLS}\n"), max_size=12)


def depth_after(text: str) -> int:
    """How many directions are left open; fails where one ends that was never opened."""
    open_ones = 0
    for letter in text:
        open_ones += (letter in "\u2066\u2067\u2068") - (letter == "\u2069")
        assert open_ones >= 0, text.encode("unicode_escape")
    return open_ones


@pytest.mark.parametrize("text", ["", "Plain.", ARABIC, f"\u2067{ARABIC}\u2069.", "\u202bا\u202c"])
def test_text_whose_directions_end_is_taken(text: str) -> None:
    assert why_not_balanced(text) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("\u202e.thgir si tahW", "U+202E"), ("\u202dA\u202c", "U+202D"), ("\u2067A", "U+2067"),
        ("A\u2069", "U+2069"), ("A\u202c", "U+202C"), ("\u2067\u202bA\u2069\u202c", "U+2069"),
        ("\u2066A\nB\u2069", "U+2066"), ("\u202aA\u2069", "U+2069"),
    ],
)  # fmt: skip
def test_text_that_turns_other_words_around_is_refused_with_the_character(
    text: str, code: str
) -> None:
    why = why_not_balanced(text)
    assert why is not None
    assert f"({code})" in why
    assert why.endswith("paste it as plain text.")


@given(TEXTS)
def test_whatever_is_typed_is_inserted_in_balance(text: str) -> None:
    one_line = text.replace("\n", " ")
    for among in (True, False):
        inserted = isolated(one_line, among_right_to_left=among)
        assert depth_after(inserted) == 0
        assert why_not_balanced(inserted) is None


def test_english_stays_as_it_is_and_arabic_is_set_apart_in_it() -> None:
    assert isolated("The fee is £55.", among_right_to_left=False) == "The fee is £55."
    assert isolated(ARABIC, among_right_to_left=False) == f"\u2068{ARABIC}\u2069"
    assert isolated("@dept", among_right_to_left=True) == "\u2066@dept\u2069"
    assert isolated("55", among_right_to_left=True) == "\u2066\u0035\u0035\u2069"


def test_a_screen_sets_each_line_apart_that_runs_from_right_to_left() -> None:
    assert each_line_isolated(f"Words\n{ARABIC}") == f"Words\n\u2068{ARABIC}\u2069"
    assert lines_apart("A plain line.", 4) == ["A plain line."]
    parts = lines_apart(f"{ARABIC} \u2066https://a.example/x\u2069 {ARABIC}", 24)
    assert len(parts) > 1
    assert all(depth_after(part) == 0 for part in parts)


def test_facts_of_a_correction_may_not_turn_words_around() -> None:
    assert "U+202E" in str(why_no_correction("3 May", "\u202eyaM 5"))
