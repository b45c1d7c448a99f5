"""Whose turn it is: by rotas, across summer time, and without whoever is away or may not know."""

from datetime import UTC, datetime, timedelta

import pytest

from models.people import Person
from models.words import Kind, Role
from policy.decide import decide
from policy.duty import duties, everyone_on_duty, on_duty
from policy.people import Register, manager_there
from policy.rotas import Rota

WEEK, DAY = timedelta(weeks=1), timedelta(days=1)
ROTA = Rota(Role.DTU_DUTY, ("a@x", "b@x", "c@x"), datetime(2026, 1, 5, 9), WEEK, "Europe/London")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def register(*people: Person, rotas: tuple[Rota, ...] = (ROTA,)) -> Register:
    return Register(people, (), "dtu@x", "hr@x", rotas)


def officer(name: str, *away: str, roles: tuple[str, ...] = ("dtu-duty",)) -> Person:
    return Person(email=f"{name}@x", name=name, roles=list(roles), away=list(away))


THREE = (officer("a"), officer("b"), officer("c"))


@pytest.mark.parametrize(
    ("moment", "who"),
    [
        ("2026-01-05T09:00", "a@x"),
        ("2026-01-12T08:59", "a@x"),
        ("2026-01-12T09:00", "b@x"),
        ("2026-01-26T09:00", "a@x"),
        ("2026-03-30T07:59", "c@x"),  # summer time has begun: nine o'clock is eight in Greenwich
        ("2026-03-30T08:00", "a@x"),
        ("2026-01-04T09:00", "c@x"),  # before the first turn, as if it had always gone round
    ],
)
def test_turns_change_at_the_same_time_of_day_all_year(moment: str, who: str) -> None:
    assert [p.email for p in on_duty(Role.DTU_DUTY, register(*THREE), at(moment))] == [who]


def test_no_turn_is_given_back_in_the_hour_that_comes_twice() -> None:
    daily = Rota(Role.DTU_DUTY, ("a@x", "b@x"), datetime(2026, 10, 24, 1, 30), DAY, "Europe/London")
    minutes = [at("2026-10-25T00:00") + timedelta(minutes=n) for n in range(180)]
    turns = [daily.turn(minute) for minute in minutes]
    assert turns == sorted(turns)
    assert turns.index(1) == 30


def test_whoever_is_away_is_passed_over_for_the_next_on_the_rota() -> None:
    people = (officer("a", "2026-01-06/2026-01-08"), officer("b"), officer("c"))
    there = [
        on_duty(Role.DTU_DUTY, register(*people), at(f"2026-01-0{day}T12:00"))[0].email
        for day in (5, 6, 8, 9)
    ]
    assert there == ["a@x", "b@x", "b@x", "a@x"]


def test_where_all_are_away_somebody_is_reached_all_the_same() -> None:
    people = [officer(name, "2026-01-05/2026-01-11") for name in "abc"]
    assert [p.email for p in on_duty(Role.DTU_DUTY, register(*people), at("2026-01-06T12:00"))] == [
        "a@x"
    ]


def test_nobody_is_reached_about_their_own_post() -> None:
    found = on_duty(
        Role.DTU_DUTY, register(*THREE), at("2026-01-06T12:00"), without=frozenset({"a@x"})
    )
    assert [p.email for p in found] == ["b@x"]


def test_without_a_rota_all_who_have_the_duty_are_reached() -> None:
    found = on_duty(Role.DTU_DUTY, register(*THREE, rotas=()), at("2026-01-06T12:00"))
    assert {p.email for p in found} == {"a@x", "b@x", "c@x"}


def test_everyone_on_duty_is_one_for_each_duty_and_nobody_twice() -> None:
    press = officer("p", roles=("press-duty",))
    both = officer("a", roles=("dtu-duty", "press-duty"))
    here = register(both, *THREE[1:], press)
    now = at("2026-01-06T12:00")
    found = everyone_on_duty(duties(decide([Kind.SAFETY]), here), here, now)
    assert found == {"a@x": Role.DTU_DUTY, "p@x": Role.PRESS_DUTY}


def test_of_what_is_classified_press_duty_does_not_hear() -> None:
    """Line 92: security, the DTU, and whom security adds."""
    security = Rota(Role.SECURITY, ("s@x",), datetime(2026, 1, 5), WEEK, "UTC")
    press, guard = officer("p", roles=("press-duty",)), officer("s", roles=("security",))
    here = register(*THREE, press, guard, rotas=(ROTA, security))
    now = at("2026-01-06T12:00")
    hear = everyone_on_duty(duties(decide([Kind.CLASSIFIED]), here), here, now)
    assert hear == {"a@x": Role.DTU_DUTY, "s@x": Role.SECURITY}
    assert "p@x" in everyone_on_duty(duties(decide([Kind.SAFETY]), here), here, now)


def test_a_duty_that_nobody_has_pages_nobody_in_its_place() -> None:
    assert duties(decide([Kind.SAFETY]), register(*THREE)) == (Role.DTU_DUTY,)


def test_where_the_manager_is_away_the_next_one_up_hears() -> None:
    ana = Person(email="ana@x", name="Ana", line_manager="bo@x")
    bo = Person(email="bo@x", name="Bo", line_manager="pat@x", away=["2026-01-06"])
    here = register(ana, bo, Person(email="pat@x", name="Pat", away=["2026-01-07"]))
    found = [manager_there("ana@x", here, at(f"2026-01-0{day}T12:00")) for day in (5, 6, 7)]
    assert [one.email for one in found if one] == ["bo@x", "pat@x", "bo@x"]


def test_where_the_whole_line_is_away_the_nearest_hears_who_may() -> None:
    ana = Person(email="ana@x", name="Ana", line_manager="bo@x")
    bo = Person(email="bo@x", name="Bo", line_manager="pat@x", away=["2026-01-06"])
    here = register(ana, bo, Person(email="pat@x", name="Pat", away=["2026-01-06"]))
    now = at("2026-01-06T12:00")
    assert getattr(manager_there("ana@x", here, now), "email", None) == "bo@x"
    assert getattr(manager_there("ana@x", here, now, {"bo@x"}), "email", None) == "pat@x"
