"""Every kind but the silent ones can speak within 30 minutes, at any hour, whoever is in post."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from models.people import Account, Person
from models.words import Circumstance, Kind, Role, StatementKind
from policy.at_once import AtOnce, allowed_at_once
from policy.columns import SILENT_KINDS
from policy.decide import decide
from policy.duty import DUTIES
from policy.people import Group, Register, clearers, who
from policy.plan import ClearanceMode, Plan
from policy.report import POSTER, sample_register
from policy.tables import load
from policy.working_time import OfficeTime, working_time

LIMIT = timedelta(minutes=30)
OFFICE = OfficeTime()
HOURS = {
    "noon": datetime(2026, 11, 24, 12, tzinfo=UTC),
    "three in the morning": datetime(2026, 11, 24, 3, tzinfo=UTC),
    "Friday evening": datetime(2026, 11, 27, 21, tzinfo=UTC),
    "Sunday": datetime(2026, 11, 29, 14, tzinfo=UTC),
    "Christmas": datetime(2026, 12, 25, 8, tzinfo=UTC),
    "the bank holiday that takes Boxing Day's place": datetime(2026, 12, 28, 11, tzinfo=UTC),
    "the hour that the clock skips": datetime(2027, 3, 28, 1, 30, tzinfo=UTC),
    "new year's eve": datetime(2026, 12, 31, 23, 45, tzinfo=UTC),
}

AUTHOR = "author@dept.example"
SPECIALISTS = {Kind.PERSONAL_DATA}
"""Beside the silent kinds: what is said of personal data, and when, is the specialist's."""


def situations() -> Iterator[tuple[Kind, tuple[Circumstance, ...]]]:
    """Every row of the response table, and every row that a circumstance changes."""
    for kind in Kind:
        yield kind, ()
    for rise in load().rises:
        yield rise.kind, (rise.circumstance,)


def speaking(plan: Plan) -> bool:
    silent = set(plan.kinds) & (SILENT_KINDS | SPECIALISTS)
    return plan.statement is not StatementKind.NONE and not silent


def without_roles(register: Register, *gone: Role) -> Register:
    people = tuple(one for one in register.people if not any(one.has_role(r) for r in gone))
    return replace(register, people=people)


FULL = sample_register()
REGISTERS = {
    "everybody": FULL,
    "no press duty": without_roles(FULL, Role.PRESS_DUTY),
    "no press duty and no media office": without_roles(FULL, Role.PRESS_DUTY, Role.MEDIA_OFFICE),
    "no directors": without_roles(FULL, Role.GEOGRAPHIC_DIRECTOR, Role.COMMUNICATIONS_DIRECTOR),
    "no specialists": without_roles(FULL, Role.LEGAL, Role.DPO, Role.SECURITY, Role.POLICY_OWNER),
    "nobody but the DTU": without_roles(
        FULL, *(role for role in Role if role not in (Role.DTU, Role.DTU_DUTY))
    ),
}


def reachable(person: Person, now: datetime) -> bool:
    """On duty, at any hour; anybody else where they work and when they do."""
    on_duty = any(person.has_role(role) for role in DUTIES)
    return on_duty or working_time(person, OFFICE).is_at_work(now)


def groups_at(plan: Plan, register: Register, minute: timedelta) -> tuple[Group, ...]:
    overdue = plan.words_due is not None and timedelta(minutes=plan.words_due) <= minute
    account: Account = register.accounts[0]
    return clearers(
        plan, register, poster=POSTER, account=account, without=frozenset({AUTHOR}),
        overdue=overdue,
    )  # fmt: skip


def speaks(plan: Plan, register: Register, reported: datetime) -> bool:
    """Whether the words that are due can be out by then: by themselves, or by people's yes."""
    if plan.clearance.mode in (ClearanceMode.PRE_CLEARED, ClearanceMode.NOT_NEEDED):
        return True
    groups = groups_at(plan, register, LIMIT)
    return all(any(reachable(p, reported + LIMIT) for p in group.people) for group in groups)


def note_goes_out(plan: Plan, register: Register, reported: datetime) -> bool:
    """Whether the pre-cleared removal note, or the holding line, can go out instead."""
    lines = (StatementKind.REMOVAL_NOTE, StatementKind.CHECKING)
    allowed = any(allowed_at_once(line, plan.kinds) is AtOnce.PRE_CLEARED for line in lines)
    officers = who(Role.DTU, register, poster=POSTER, account=register.accounts[0])
    return allowed and any(reachable(one, reported) for one in officers)


@pytest.mark.parametrize("register", REGISTERS.values(), ids=REGISTERS)
def test_every_kind_that_speaks_can_within_thirty_minutes_at_any_hour(register: Register) -> None:
    mute = [
        f"{kind} {circumstances} at {hour}"
        for (kind, circumstances), (hour, reported) in product(situations(), HOURS.items())
        if speaking(plan := decide([kind], circumstances))
        and not speaks(plan, register, reported)
        and not note_goes_out(plan, register, reported)
    ]
    assert not mute


@pytest.mark.parametrize("register", REGISTERS.values(), ids=REGISTERS)
def test_only_what_legal_must_see_waits_for_somebody_asleep_and_has_a_note(
    register: Register,
) -> None:
    """The words themselves, not the note that can stand in for them."""
    late = {
        (kind, circumstances)
        for (kind, circumstances), reported in product(situations(), HOURS.values())
        if speaking(plan := decide([kind], circumstances)) and not speaks(plan, register, reported)
    }
    assert late <= {(Kind.COPYRIGHT_COMMERCIAL, (Circumstance.COPYRIGHT,))}


@pytest.mark.parametrize("kind", sorted(SILENT_KINDS | SPECIALISTS))
def test_where_a_specialist_speaks_somebody_exists_who_may(kind: Kind) -> None:
    for register in REGISTERS.values():
        for group in groups_at(decide([kind]), register, LIMIT):
            assert group.people


def test_the_hours_are_what_they_are_called() -> None:
    at_work = {name for name, at in HOURS.items() if working_time(None, OFFICE).is_at_work(at)}
    assert at_work == {"noon"}
