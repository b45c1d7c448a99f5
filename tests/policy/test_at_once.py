"""What may go out ahead of the words that are due: the strictest word of all kinds together."""

from pathlib import Path

import pytest

from models.words import Kind, StatementKind
from policy.at_once import FILE, AtOnce, allowed_at_once, read_at_once
from policy.columns import UNCORRECTED_KINDS
from policy.decide import decide
from policy.reader import PolicyError
from policy.tables import HERE

LINES = (StatementKind.CHECKING, StatementKind.REMOVAL_NOTE)


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("kind", sorted(UNCORRECTED_KINDS))
def test_nothing_goes_out_ahead_of_what_is_secret_before_a_court_or_early(
    kind: Kind, line: StatementKind
) -> None:
    assert allowed_at_once(line, [kind]) is AtOnce.NO
    assert allowed_at_once(line, [Kind.FACTUAL, kind]) is AtOnce.NO


@pytest.mark.parametrize("kind", Kind)
def test_nothing_goes_out_ahead_of_words_that_are_not_due(kind: Kind) -> None:
    if decide([kind]).statement is StatementKind.NONE:
        assert {allowed_at_once(line, [kind]) for line in LINES} == {AtOnce.NO}


def test_the_strictest_of_several_kinds_decides() -> None:
    both = [Kind.FACTUAL, Kind.OFFENSIVE]
    assert allowed_at_once(StatementKind.CHECKING, both) is AtOnce.PRE_CLEARED
    assert allowed_at_once(StatementKind.REMOVAL_NOTE, both) is AtOnce.CLEARANCE


@pytest.mark.parametrize("kind", [StatementKind.APOLOGY, StatementKind.CORRECTION])
def test_no_other_words_go_out_ahead(kind: StatementKind) -> None:
    assert allowed_at_once(kind, [Kind.FACTUAL]) is AtOnce.NO


@pytest.mark.parametrize(("old", "new"), [("typo,", "noise,"), ("typo,pre-cleared", "typo,maybe")])
def test_a_table_that_cannot_be_used_stops(tmp_path: Path, old: str, new: str) -> None:
    rows = (HERE / FILE).read_text(encoding="utf-8")
    (tmp_path / FILE).write_text(rows.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PolicyError):
        read_at_once(tmp_path)
