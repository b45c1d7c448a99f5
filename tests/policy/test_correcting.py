"""A correction that corrects nothing is refused, and what one changes is shown word by word."""

import pytest

from models.words import Kind
from policy.correcting import (
    NO_DIFFERENCE,
    NO_RIGHT,
    NO_WRONG,
    Change,
    How,
    changes,
    why_no_correction,
)


@pytest.mark.parametrize("empty", ["", " \n ", "…", "--", "“ ”", "\u200b"])
def test_an_empty_correction_is_refused(empty: str) -> None:
    assert why_no_correction(empty, "It is £55") == NO_WRONG
    assert why_no_correction("It is £50", empty) == NO_RIGHT


@pytest.mark.parametrize(
    "same",
    [
        "The fund opens on 5 June",
        "the fund opens on 5 june.",
        "The  fund\nopens on 5 June!",
        "“The fund opens, on 5 June”",
        "THE FUND OPENS ON 5\u00a0JUNE",
    ],
)
def test_what_is_right_must_differ_from_what_was_wrong(same: str) -> None:
    assert why_no_correction("The fund opens on 5 June", same) == NO_DIFFERENCE


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("It is £50", "It is £55"),
        ("It is £50", "It is $50"),
        ("It grew by 1.5%", "It grew by 15%"),
        ("It is 5°", "It is -5°"),
        ("at 10:30", "at 1030 metres"),
        ("It is open", "It is not open"),
    ],
)
def test_what_differs_in_a_figure_or_a_word_is_a_correction(wrong: str, right: str) -> None:
    assert why_no_correction(wrong, right) is None


def test_of_a_typo_a_mark_or_a_capital_may_be_all_that_differs() -> None:
    assert why_no_correction("its open", "it’s open", [Kind.TYPO]) is None
    assert why_no_correction("its  open", "its open", [Kind.TYPO]) == NO_DIFFERENCE
    assert why_no_correction("its open", "it’s open", [Kind.FACTUAL]) == NO_DIFFERENCE


def test_what_changed_is_shown_word_by_word() -> None:
    assert changes("The fund opens on 3 May.", "The fund now opens on 5 June.") == (
        Change(How.SAME, "The fund"),
        Change(How.IN, "now"),
        Change(How.SAME, "opens on"),
        Change(How.OUT, "3 May."),
        Change(How.IN, "5 June."),
    )
