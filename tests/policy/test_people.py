"""Roles become people: never the poster or the author, and never nobody while anyone is left."""

from dataclasses import replace

import pytest

from models.people import Person
from models.words import Circumstance, Kind, Role
from policy.decide import decide
from policy.people import (
    RELATIONS,
    Register,
    addresses,
    clearers,
    is_cleared,
    manager_of,
    unfilled,
    who,
)
from policy.report import POSTER, every_set

PLANS = [decide(kinds) for kinds in every_set()]
THIN = ["one_officer", "one_manager", "one_administrator"]
AUTHOR = "author@dept.example"


def emails(people: tuple[Person, ...]) -> set[str]:
    return {person.email for person in people}


def asked(role: Role, register: Register, without: frozenset[str] = frozenset()) -> set[str]:
    account = register.accounts[0]
    return emails(who(role, register, poster=POSTER, account=account, without=without))


@pytest.fixture(params=THIN)
def thin(request: pytest.FixtureRequest) -> Register:
    register: Register = request.getfixturevalue(request.param)
    author = Person(email=AUTHOR, name="Ann", roles=["press-duty", "dpo", "legal", "security"])
    return replace(register, people=(*register.people, author))


@pytest.mark.parametrize("overdue", [False, True])
def test_someone_can_clear_every_row_and_pair_and_it_is_never_the_poster_or_author(
    thin: Register, overdue: bool
) -> None:
    for plan in PLANS:
        groups = clearers(
            plan,
            thin,
            poster=POSTER,
            account=thin.accounts[0],
            without=frozenset({AUTHOR}),
            overdue=overdue,
        )
        assert groups
        for group in groups:
            assert group.people
            assert not emails(group.people) & {POSTER, AUTHOR}


def test_someone_is_told_of_every_row_and_pair(thin: Register) -> None:
    for plan in PLANS:
        for role in plan.told:
            assert addresses(role, thin, poster=POSTER, account=thin.accounts[0])


def test_someone_answers_for_every_row_and_pair(thin: Register) -> None:
    for plan in PLANS:
        for role in (*plan.ask_of, *plan.falls_to):
            assert asked(role, thin, without=frozenset({POSTER, AUTHOR}))


def test_where_there_is_truly_nobody_the_groups_are_empty_and_nothing_is_cleared(
    nobody_else: Register,
) -> None:
    for plan in PLANS:
        groups = clearers(plan, nobody_else, poster=POSTER, account=nobody_else.accounts[0])
        assert groups
        assert all(group.people == () for group in groups)
        assert not is_cleared(groups, {POSTER})


def test_a_role_goes_to_all_who_fill_it(full: Register) -> None:
    second = Person(email="second@dept.example", name="Second", roles=["press-duty", "dtu"])
    register = replace(full, people=(*full.people, second))
    assert asked(Role.PRESS_DUTY, register) == {"press-duty@dept.example", "second@dept.example"}


def test_a_role_that_nobody_fills_falls_back_in_the_tables_order(full: Register) -> None:
    gone: frozenset[str] = frozenset()
    for expected in ("legal", "press-duty", "communications-director", "dtu-duty", "dtu"):
        role = Role.LEGAL if expected == "legal" else Role.MEDIA_OFFICE
        gone |= {"media-office@dept.example"}
        assert asked(role, full, without=gone) == {f"{expected}@dept.example"}
        gone |= {f"{expected}@dept.example"}


def test_the_last_resorts_are_the_owner_the_manager_and_an_administrator(full: Register) -> None:
    roles = [person.email for person in full.people if person.roles]
    gone = frozenset(roles) - {"admin@dept.example"}
    for expected in ("owner@dept.example", "manager@dept.example", "admin@dept.example"):
        assert asked(Role.SECURITY, full, without=gone) == {expected}
        gone |= {expected}
    assert asked(Role.SECURITY, full, without=gone) == set()


def test_possible_misconduct_falls_back_to_nobody(one_officer: Register) -> None:
    assert asked(Role.HR, one_officer) == set()
    mailbox = addresses(Role.HR, one_officer, poster=POSTER, account=None)
    assert mailbox == ("hr-mailbox@dept.example",)


def test_someone_who_has_left_the_register_is_never_asked(full: Register) -> None:
    people = tuple(
        Person(**(one.model_dump() | {"registered": one.name != "security"})) for one in full.people
    )
    register = replace(full, people=people)
    assert asked(Role.SECURITY, register) == {"it-security@dept.example"}


def test_relations_are_worked_out_for_the_incident(full: Register) -> None:
    assert asked(Role.LINE_MANAGER, full) == {"manager@dept.example"}
    assert asked(Role.ACCOUNT_OWNER, full) == {"owner@dept.example"}
    assert asked(Role.PUBLISHER, full) == {"owner@dept.example", POSTER}
    assert asked(Role.POSTER, full) == {POSTER}
    officers = {"dtu@dept.example", "dtu-duty@dept.example"}
    assert asked(Role.ONE_READER, full) == {"owner@dept.example", POSTER} | officers


def test_a_duty_officer_speaks_for_the_dtu(full: Register) -> None:
    assert asked(Role.DTU, full) == {"dtu@dept.example", "dtu-duty@dept.example"}
    assert asked(Role.DTU_DUTY, full) == {"dtu-duty@dept.example"}


def test_an_unknown_poster_has_no_manager_so_the_duty_officer_hears(full: Register) -> None:
    found = who(Role.LINE_MANAGER, full, poster=None, account=full.accounts[0])
    assert emails(found) == {"dtu-duty@dept.example"}


def test_an_unknown_account_is_read_by_the_dtu(full: Register) -> None:
    found = who(Role.ONE_READER, full, poster=POSTER, account=None)
    assert emails(found) == {"dtu@dept.example", "dtu-duty@dept.example"}


def staff(*lines: tuple[str, str | None]) -> Register:
    people = tuple(Person(email=email, name=email, line_manager=boss) for email, boss in lines)
    return Register(people, (), "dtu@x", "hr@x")


def manager(register: Register, email: str, *skipping: str) -> str | None:
    found = manager_of(email, register, set(skipping))
    return found.email if found else None


def test_a_skipped_manager_gives_way_to_the_next_one_up() -> None:
    register = staff(("a@x", "b@x"), ("b@x", "c@x"), ("c@x", None))
    assert manager(register, "a@x") == "b@x"
    assert manager(register, "a@x", "b@x") == "c@x"
    assert manager(register, "a@x", "b@x", "c@x") is None


def test_a_line_that_goes_round_in_a_circle_ends() -> None:
    register = staff(("a@x", "b@x"), ("b@x", "c@x"), ("c@x", "a@x"))
    assert manager(register, "a@x", "b@x", "c@x") is None
    assert manager(staff(("a@x", "a@x")), "a@x") is None


def test_a_person_or_manager_who_is_not_registered_ends_the_line() -> None:
    assert manager(staff(("a@x", "z@x")), "a@x") is None
    assert manager(staff(), "a@x") is None


def test_a_manager_who_clears_for_their_own_report_is_not_the_poster() -> None:
    register = staff(("a@x", "b@x"), ("b@x", None))
    plan = decide({Kind.NOT_A_MISTAKE})
    groups = clearers(plan, register, poster="a@x", account=None)
    assert [emails(group.people) for group in groups] == [{"b@x"}, {"b@x"}]


def test_each_group_must_say_yes(full: Register) -> None:
    plan = decide({Kind.FACTUAL}, {Circumstance.LINE_79_TOPIC})
    groups = clearers(plan, full, poster=POSTER, account=full.accounts[0])
    assert {group.role for group in groups} == {Role.PRESS_DUTY, Role.DTU_DUTY}
    assert not is_cleared(groups, {"press-duty@dept.example"})
    assert not is_cleared(groups, {POSTER, "owner@dept.example"})
    assert is_cleared(groups, {"press-duty@dept.example", "dtu-duty@dept.example"})
    assert not is_cleared((), {"press-duty@dept.example"})


def test_overdue_words_may_be_cleared_by_one_of_those_they_fall_to(full: Register) -> None:
    plan = decide({Kind.OFF_POLICY})
    in_time, late = (
        clearers(plan, full, poster=POSTER, account=full.accounts[0], overdue=overdue)
        for overdue in (False, True)
    )
    alone = {"press-duty@dept.example"}
    assert not is_cleared(in_time, alone)
    assert is_cleared(late, alone)
    assert [emails(group.people) for group in late] == [
        emails(group.people) | alone for group in in_time
    ]


def test_overdue_words_fall_to_the_duty_officer_where_whom_they_fall_to_is_on_leave(
    full: Register,
) -> None:
    plan, press = decide({Kind.OFF_POLICY}), "press-duty@dept.example"
    there, on_leave = (
        clearers(
            plan, full, poster=POSTER, account=full.accounts[0], overdue=True, away=frozenset(away)
        )
        for away in ((), (press,))
    )
    officer = {"dtu-duty@dept.example"}
    assert not is_cleared(there, officer)
    assert is_cleared(on_leave, officer)
    assert not is_cleared(clearers(plan, full, poster=POSTER, account=None, away={press}), officer)


def test_words_that_a_specialist_times_are_never_overdue(full: Register) -> None:
    for kind in (Kind.LEGAL, Kind.CLASSIFIED, Kind.SAFETY, Kind.PERSONAL_DATA):
        plan = decide({kind})
        in_time = clearers(plan, full, poster=POSTER, account=None)
        assert clearers(plan, full, poster=POSTER, account=None, overdue=True) == in_time


def test_words_that_depart_from_a_pre_cleared_text_go_to_those_they_fall_to(full: Register) -> None:
    plan = decide({Kind.WRONG_ACCOUNT})
    (group,) = clearers(plan, full, poster=POSTER, account=full.accounts[0])
    assert emails(group.people) == {"dtu-duty@dept.example"}


def test_the_unfilled_roles_are_listed_with_who_is_asked_instead(
    full: Register, one_officer: Register, nobody_else: Register
) -> None:
    assert unfilled(full) == []
    missing = dict(unfilled(one_officer))
    assert set(missing) == set(Role) - RELATIONS - {Role.DTU}
    assert missing.pop(Role.HR) is None
    assert set(missing.values()) == {Role.DTU}
    assert set(dict(unfilled(nobody_else)).values()) == {None}
