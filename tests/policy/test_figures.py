"""What is typical and what is slow, and what may be handed on."""

from collections.abc import Iterable

import pytest

from policy.figures import ELSEWHERE, By, Case, Figure, Measure, figure, lines, table

MANY = {"one": 3, "two": 3}


def case(
    incident: object,
    seconds: float | None = 1.0,
    *,
    kinds: Iterable[str] = ("typo",),
    account: str = "one",
    month: str = "2026-01",
) -> Case:
    """One case."""
    return Case(str(incident), tuple(kinds), (account,), month, seconds)


@pytest.mark.parametrize(
    ("took", "typical", "slow"),
    [
        ([7.0], 7, 7),
        ([3.0, 1.0], 1, 3),
        ([float(n) for n in range(10, 0, -1)], 5, 9),
        ([1.0] * 19 + [1000.0], 1, 1),
        ([1.0] * 9 + [1000.0] * 2, 1, 1000),
    ],
)
def test_half_and_nine_in_ten_were_really_within_the_time(
    took: list[float], typical: float, slow: float
) -> None:
    row = figure("", [case(n, one) for n, one in enumerate(took)])
    assert (row.typical, row.slow, row.cases) == (typical, slow, len(took))


def test_what_has_not_come_yet_is_counted_beside_and_makes_nothing_faster() -> None:
    row = figure("", [case(1, 5.0), case(2, None), case(3, None)])
    assert (row.typical, row.cases, row.pending, row.incidents) == (5.0, 1, 2, 3)
    assert figure("", [case(1, None)]).slow is None


def test_an_incident_of_two_kinds_counts_in_both_rows_and_once_in_the_whole() -> None:
    found = table(Measure.GONE, [case(1, kinds=("typo", "legal")), case(2)], By.KIND)
    assert [(one.group, one.incidents) for one in found.rows] == [("legal", 1), ("typo", 2)]
    assert found.whole.incidents == 2


def left(cases: list[Case], by: By, chosen: str | None = None) -> dict[str, bool]:
    """Whether each row may be handed on; the whole has no name."""
    found = lines(table(Measure.GONE, cases, by), by, chosen, MANY | {"mine": 1})
    return {one.figure.group: one.leaves for one in found}


def cases_of(number: int, **more: str) -> list[Case]:
    """So many incidents alike."""
    return [case(f"{more}-{n}", **more) for n in range(number)]  # type: ignore[arg-type]


def test_a_row_of_few_incidents_is_not_handed_on() -> None:
    assert left(cases_of(4), By.MONTH) == {"": False, "2026-01": False}
    assert left(cases_of(5), By.MONTH) == {"": True, "2026-01": True}


def test_several_posts_of_one_incident_are_one() -> None:
    assert left([case(1) for _ in range(20)], By.MONTH)[""] is False


def test_what_is_left_out_cannot_be_had_by_taking_the_others_from_the_whole() -> None:
    some = cases_of(7, month="2026-01")
    assert left([*some, *cases_of(2, month="2026-02")], By.MONTH) == {
        "": False, "2026-01": True, "2026-02": False,
    }  # fmt: skip
    few = [one for n in "234" for one in cases_of(2, month=f"2026-0{n}")]
    assert left([*some, *few], By.MONTH)[""] is True, "six incidents stand behind those three rows"


def test_an_account_of_one_person_tells_of_that_person_however_many_there_are() -> None:
    both = [*cases_of(9, account="mine"), *cases_of(9, account="one")]
    assert left(both, By.ACCOUNT) == {"": True, "mine": False, "one": True}
    assert left(cases_of(9, account="mine"), By.MONTH, "mine") == {"": False, "2026-01": False}
    assert left(cases_of(9, account=ELSEWHERE), By.ACCOUNT)[ELSEWHERE] is True


def test_a_row_knows_how_many_stand_behind_it() -> None:
    assert isinstance(figure("", []), Figure)
    assert figure("", []).incidents == 0
