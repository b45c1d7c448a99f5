"""The tables of the sealed side: complete, fair, and stopped at the first word that is wrong."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from models.review import ENDS, Case, CaseState, Condition, Part
from models.words import Employer
from policy.conditions import condition_row, load_conditions, read_conditions, usual_condition
from policy.fairness import AskedOf, Question, asked_of_referrer, load_fairness, read_fairness
from policy.reader import PolicyError
from policy.retention import destroy_at, read_retention
from policy.review_times import load_times, next_look, read_times, with_deadline
from policy.routes import Way, read_routes, route_of
from policy.tables import HERE
from policy.working_time import USUAL

FRIDAY = datetime(2026, 6, 5, 9, tzinfo=UTC)


@pytest.mark.parametrize("employer", Employer)
def test_every_employer_has_a_route(employer: Employer) -> None:
    route = route_of(employer)
    assert route.to
    assert route.law
    assert route.source


def test_only_staff_of_the_department_have_a_case_here() -> None:
    here = {one for one in Employer if route_of(one).way is Way.CASE}
    assert here == {Employer.FCO, Employer.LOCALLY_ENGAGED}


def test_the_usual_condition_is_of_employment_and_every_one_names_its_law() -> None:
    assert usual_condition() is Condition.EMPLOYMENT
    assert all("UK GDPR" in row.law for row in load_conditions())
    assert "schedule 1, paragraph 1" in condition_row(Condition.EMPLOYMENT).law


def test_health_is_asked_of_the_person_alone() -> None:
    assert Question.HEALTH not in {row.question for row in asked_of_referrer()}
    assert {row.question for row in load_fairness() if row.asked_of is AskedOf.PERSON} == {
        Question.HEALTH
    }


@pytest.mark.parametrize(
    ("name", "reader", "was", "wrong", "says"),
    [
        ("fairness.csv", read_fairness, "health,person", "health,referrer", "the person alone"),
        ("fairness.csv", read_fairness, "peer,referrer", "peer,boss", "not a known word"),
        ("routes.csv", read_routes, "minister,hand-over", "minister,sack", "not a known word"),
        ("routes.csv", read_routes, "contractor,", "fco,", "no row for: contractor"),
        ("review.csv", read_times, "told,subject,10", "told,subject,ten", "a whole number"),
        ("review.csv", read_times, "met,decider", "gone,decider", "one row for each"),
        ("retention.csv", read_retention, "closed,730", "told,730", "not a known word"),
        ("retention.csv", read_retention, "session,30", "draft,30", "one row for each"),
        ("retention.csv", read_retention, "evidence,1095", "evidence,9999", "longer than the inc"),
        ("conditions.csv", read_conditions, "claims,no", "claims,maybe", "not a known word"),
        ("conditions.csv", read_conditions, "claims,no", "claims,yes", "exactly one"),
        ("conditions.csv", read_conditions, "claims,no", "none,no", "one row for each"),
    ],
)
def test_a_wrong_cell_is_named(
    tmp_path: Path,
    name: str,
    reader: Callable[[Path], object],
    was: str,
    wrong: str,
    says: str,
) -> None:
    shutil.copy(HERE / name, tmp_path)
    path = tmp_path / name
    text = path.read_text(encoding="utf-8")
    assert was in text
    path.write_text(text.replace(was, wrong), encoding="utf-8")
    with pytest.raises(PolicyError, match=says):
        reader(tmp_path)


@pytest.mark.parametrize("state", [one for one in CaseState if one not in ENDS])
def test_every_state_that_lasts_has_a_deadline_and_somebody_who_hears(state: CaseState) -> None:
    case = with_deadline(Case("i", "AM-1", FRIDAY, FRIDAY, state=state), USUAL)
    assert case.due_at is not None
    assert case.due_at > FRIDAY
    assert next_look(case, USUAL) is not None


def test_a_deadline_counts_working_days() -> None:
    told = with_deadline(Case("i", "AM-1", FRIDAY, FRIDAY, state=CaseState.DECIDED), USUAL)
    assert told.due_at == datetime(2026, 6, 9, 8, tzinfo=UTC)  # Tuesday 9:00 in London


def test_nobody_is_reminded_of_their_own_appeal() -> None:
    """That the person may appeal is in their letter; to press them would be unfair."""
    subjects = {one.state for one in load_times() if one.who is Part.SUBJECT}
    assert subjects == {"told"}


def test_reminders_come_before_the_deadline_at_it_and_then_on() -> None:
    case = with_deadline(Case("i", "AM-1", FRIDAY, FRIDAY, state=CaseState.TOLD), USUAL)
    assert case.due_at is not None
    looks = []
    for times in range(4):
        looks.append(next_look(replace(case, reminded=times), USUAL))
    assert looks[0] == case.due_at - timedelta(days=3)
    assert looks[1] == case.due_at
    assert looks == sorted(looks)  # type: ignore[type-var]
    assert len(set(looks)) == len(looks)


def test_what_is_not_over_or_is_to_be_kept_is_never_destroyed() -> None:
    for state in CaseState:
        case = Case("i", "AM-1", FRIDAY, FRIDAY, state=state)
        assert (destroy_at(case) is not None) == (state in ENDS)
        assert destroy_at(Case("i", "AM-1", FRIDAY, FRIDAY, state=state, kept_because="x")) is None
