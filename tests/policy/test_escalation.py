"""Who hears next, by what and when: what the table says, and what a table may say."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from models.people import Person
from models.words import Medium, Role
from policy.escalation import (
    FILE,
    Clock,
    Tell,
    due,
    ladder,
    load_ladders,
    next_after,
    next_at,
    read_ladders,
    stand_in_for,
    team_of,
    texts_beside_mail,
)
from policy.people import Register
from policy.reader import PolicyError
from policy.tables import HERE
from policy.working_time import OfficeTime

OFFICE = OfficeTime()
MINUTE = timedelta(minutes=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


NIGHT = at("2026-01-17T02:00")
"""A Saturday, at two in the morning."""


def bo(*away: str, zone: str = "Europe/London") -> Person:
    return Person(email="bo@x", name="Bo", timezone=zone, away=list(away), deputy="cy@x")


def clock(began: datetime, told: Person | None = None) -> Clock:
    return Clock(began, told or bo(), OFFICE)


def hears(severity: int, began: datetime, told: Person | None = None) -> list[tuple[Tell, int]]:
    """Every row carried out as soon as it is due, with the minutes since the notice."""
    mine, reached, found = clock(began, told), None, []
    while (then := next_at(severity, mine, reached)) is not None:
        for rung in due(severity, mine, reached, then):
            found.append((rung.tell, int((then - began) / MINUTE)))
            reached = max(rung.minutes, reached or 0)
    return found


def test_what_is_most_severe_calls_all_on_duty_at_once_and_deputies_after_two_minutes() -> None:
    assert hears(1, NIGHT) == [
        (Tell.EVERYONE_ON_DUTY, 0), (Tell.THEM, 0), (Tell.DEPUTIES, 2), (Tell.THEM, 5),
        (Tell.DUTY_OFFICER, 10),
    ]  # fmt: skip


def test_what_is_severe_reminds_then_goes_to_deputy_and_duty_officer_at_any_hour() -> None:
    assert hears(2, NIGHT) == [
        (Tell.THEM, 0), (Tell.THEM, 10), (Tell.DEPUTIES, 20), (Tell.DUTY_OFFICER, 30),
    ]  # fmt: skip


def test_severity_one_and_two_are_texted_and_three_waits_for_working_hours() -> None:
    assert [texts_beside_mail(severity) for severity in (1, 2, 3, 4)] == [True, True, False, False]
    monday = at("2026-01-19T09:00")
    since = int((monday - NIGHT) / MINUTE)
    assert hears(3, NIGHT) == [
        (Tell.THEM, since + 60), (Tell.DEPUTIES, since + 120), (Tell.DUTY_OFFICER, since + 240),
    ]  # fmt: skip


def test_minutes_count_where_the_person_works() -> None:
    """Half past nine in the evening in London is half past six in the morning in Tokyo."""
    began = at("2026-01-14T21:30")
    tokyo = bo(zone="Asia/Tokyo")
    assert next_at(3, clock(began, tokyo), None) == at("2026-01-15T01:00")
    assert next_at(3, clock(began), None) == at("2026-01-15T10:00")


def test_the_deputy_of_somebody_on_leave_hears_at_once() -> None:
    began = at("2026-01-14T10:00")
    assert hears(3, began, bo("2026-01-12/2026-01-16"))[0] == (Tell.DEPUTIES, 0)


def test_severity_four_is_a_line_of_the_digest_and_nobody_is_chased() -> None:
    assert ladder(4) == ()
    assert next_at(4, clock(NIGHT), None) is None


def test_a_row_that_was_carried_out_is_never_due_again() -> None:
    late = NIGHT + timedelta(hours=5)
    assert [rung.minutes for rung in due(2, clock(NIGHT), 10, late)] == [20]
    assert due(2, clock(NIGHT), 30, late) == ()


@pytest.mark.parametrize(
    ("severity", "reached", "stopped", "then"),
    [
        (2, 10, timedelta(hours=5), timedelta(hours=5, minutes=10)),
        (2, 10, timedelta(minutes=10, seconds=5), timedelta(minutes=20)),
        (1, 0, timedelta(hours=5), timedelta(hours=5, minutes=2)),
        (2, 30, timedelta(hours=5), None),
    ],
)
def test_after_a_stop_the_minutes_between_two_rows_pass_and_after_a_crash_none_is_lost(
    severity: int, reached: int, stopped: timedelta, then: timedelta | None
) -> None:
    found = next_after(severity, clock(NIGHT), reached, NIGHT + stopped)
    assert found == (None if then is None else NIGHT + then)


def test_who_was_on_leave_is_not_reminded_sooner_for_that() -> None:
    began = at("2026-01-14T10:00")
    away = clock(began, bo("2026-01-12/2026-01-16"))
    assert next_after(3, away, 120, began) == began + timedelta(minutes=240)


@pytest.mark.parametrize("rung", load_ladders(), ids=lambda rung: rung.name)
def test_each_row_names_a_line_of_the_policy_and_a_medium(rung: object) -> None:
    assert getattr(rung, "source", ())
    assert set(getattr(rung, "by", ())) <= set(Medium)


def register(*people: Person) -> Register:
    return Register(people, (), "dtu@x", "hr@x")


def test_a_deputys_deputy_stands_in_where_the_first_is_away_or_may_not_hear() -> None:
    now = at("2026-01-14T12:00")
    cy = Person(email="cy@x", name="Cy", deputy="di@x", away=["2026-01-14"])
    di = Person(email="di@x", name="Di", deputy="bo@x")
    here = register(bo(), cy, di)
    assert stand_in_for(bo(), here, now) == di
    assert stand_in_for(bo(), here, now + timedelta(days=1)) == cy
    assert stand_in_for(bo(), here, now, frozenset({"di@x"})) == cy, "away is better than nobody"
    assert stand_in_for(bo(), here, now, frozenset({"cy@x", "di@x"})) is None
    assert stand_in_for(Person(email="ed@x", name="Ed"), here, now) is None


def test_two_who_stand_in_for_each_other_end() -> None:
    cy = Person(email="cy@x", name="Cy", deputy="bo@x", away=["2026-01-14"])
    assert stand_in_for(bo(), register(bo(), cy), at("2026-01-14T12:00")) == cy


def test_the_dtus_mailbox_and_its_duty_officers_are_one_team() -> None:
    assert team_of(Role.DTU) is team_of(Role.DTU_DUTY) is Role.DTU
    assert team_of(Role.PRESS_DUTY) is Role.PRESS_DUTY


@pytest.mark.parametrize(
    ("was", "now", "says"),
    [
        ("1,2,always,deputies", "1,2,always,cousins", "'cousins' is not a known word"),
        ("1,2,always,deputies", "1,2,sometimes,deputies", "'sometimes' is not a known word"),
        ("mail+text,The reminder.", "pigeon,The reminder.", "'pigeon' is not a known word"),
        ("2,10,", "2,40,", "sort the rows"),
        ("1,2,always,deputies", "5,2,always,deputies", "sort the rows"),
        ("1,10,always,duty-officer", "1,5,always,them", "two rows"),
        ("3,240,", "9,240,", "severity from 1 to 4"),
    ],
)
def test_a_table_that_cannot_be_kept_says_where_it_is_wrong(
    was: str, now: str, says: str, tmp_path: Path
) -> None:
    text = (HERE / FILE).read_text(encoding="utf-8")
    assert was in text
    (tmp_path / FILE).write_text(text.replace(was, now, 1), encoding="utf-8")
    with pytest.raises(PolicyError, match=says):
        read_ladders(tmp_path)
