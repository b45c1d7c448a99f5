"""The tables that ship are complete, and each row rests on a line of the policy."""

from dataclasses import fields

import pytest

from models.words import Circumstance, DeleteWord, Kind, Role
from policy.claims import Claim, Facts
from policy.decide import decide
from policy.people import OFFICERS, RELATIONS
from policy.plan import ClearanceMode
from policy.reader import read
from policy.tables import HERE, FallbackRow, ResponseRow, RiseRow, load
from policy.words import Due, Fact, Guidance, Topic

LAST_LINE = 126


def test_each_kind_has_exactly_one_row() -> None:
    assert sorted(row.kind for row in read(HERE / "response.csv", ResponseRow)) == sorted(Kind)


@pytest.mark.parametrize("row", load().response, ids=lambda row: row.kind)
def test_each_row_names_a_line_of_the_policy(row: ResponseRow) -> None:
    assert row.source
    assert all(0 < line <= LAST_LINE for line in row.source)
    assert row.label
    assert row.looks_like


@pytest.mark.parametrize("row", load().response, ids=lambda row: row.kind)
def test_each_row_can_be_carried_out(row: ResponseRow) -> None:
    assert row.falls_to
    assert (row.delete is DeleteWord.ASK) == bool(row.ask_of) == (row.ask_within is not None)
    if row.clearance in (ClearanceMode.ANY_OF, ClearanceMode.ALL_OF):
        assert row.clearers
    if row.words_due is Due.AS_THE_SPECIALIST_SAYS:
        assert set(row.falls_to) <= {Role.SECURITY, Role.LEGAL, Role.DPO}


@pytest.mark.parametrize("row", load().response, ids=lambda row: row.kind)
def test_each_row_is_reached_by_its_kind(row: ResponseRow) -> None:
    assert decide({row.kind}).rows == (f"response.csv:{row.kind}",)


@pytest.mark.parametrize("row", load().rises, ids=lambda row: f"{row.kind}+{row.circumstance}")
def test_each_rise_is_reached_by_its_kind_and_circumstance(row: RiseRow) -> None:
    plan = decide({row.kind}, {row.circumstance})
    assert plan.rows[1:] == (f"rises.csv:{row.kind}+{row.circumstance}",)
    assert row.source
    assert set(row.source) <= set(plan.sources)
    assert bool(row.clearers) == (row.clearance is not None)
    assert (row.delete is DeleteWord.ASK) == bool(row.ask_of) == (row.ask_within is not None)


def test_each_circumstance_changes_something() -> None:
    in_rises = {row.circumstance for row in load().rises}
    assert set(Circumstance) - in_rises == {Circumstance.INTRUDER_STILL_IN}  # the order column


def test_a_circumstance_of_another_kind_changes_nothing() -> None:
    plain = decide({Kind.PARTIAL})
    other = decide({Kind.PARTIAL}, {Circumstance.EMERGENCY_FACT})
    assert (other.severity, other.rows) == (plain.severity, plain.rows)


@pytest.mark.parametrize("row", load().fallbacks, ids=lambda row: row.role)
def test_each_role_falls_back_to_the_duty_officer_and_then_the_unit(row: FallbackRow) -> None:
    if row.role is Role.HR:
        assert row.ask == ()  # nobody else may see possible misconduct
    else:
        assert [role for role in (*row.ask, row.role) if role in OFFICERS][-2:] in (
            list(OFFICERS),
            list(reversed(OFFICERS)),
        )
        assert row.role not in row.ask
        assert row.ask[-1] in OFFICERS


def test_nobody_outside_the_department_is_ever_told() -> None:
    inside = set(Role) - RELATIONS - {Role.POST_SECURITY} | {Role.LINE_MANAGER}
    told = [row.told for row in load().response] + [row.told for row in load().rises]
    assert {role for roles in told for role in roles} <= inside


def test_the_clearance_table_answers_each_topic_as_the_policy_does() -> None:
    said = {row.topic: row.guidance for row in load().clearance}
    assert said[Topic.ESTABLISHED_LINE] is Guidance.GO_AHEAD  # line 78
    for topic in (Topic.OUTSIDE_EXPERTISE, Topic.CLASSIFIED_DATA):  # line 80
        assert said[topic] is Guidance.DO_NOT
    for topic in set(Topic) - {Topic.ESTABLISHED_LINE}:
        assert said[topic] is not Guidance.GO_AHEAD


def test_a_line_79_topic_in_a_correction_is_cleared_as_the_clearance_table_says() -> None:
    plan = decide({Kind.FACTUAL}, {Circumstance.LINE_79_TOPIC})
    asking = [row for row in load().clearance if row.guidance is Guidance.SEEK_GUIDANCE]
    assert asking
    for row in asking:
        assert (row.clearance, set(row.clearers)) == (
            plan.clearance.mode,
            set(plan.clearance.roles),
        )


def test_each_claim_has_one_row_and_each_fact_is_recorded() -> None:
    assert sorted(row.claim for row in load().claims) == sorted(Claim)
    assert sorted(fact.replace("-", "_") for fact in Fact) == sorted(f.name for f in fields(Facts))
    used = {fact for row in load().claims for either in row.true_when for fact in either}
    assert used == set(Fact)
