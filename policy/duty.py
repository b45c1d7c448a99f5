"""Who is on duty for a role now: whose turn it is; where there is no rota, whoever is there."""

from collections.abc import Iterable
from datetime import datetime

from models.people import Person
from models.words import Kind, Role
from policy.people import Register, holders
from policy.plan import Plan
from policy.working_time import is_away

DUTIES = (Role.DTU_DUTY, Role.PRESS_DUTY)
"""Roles that are a duty, with a rota or without."""


def on_duty(
    role: Role,
    register: Register,
    now: datetime,
    *,
    poster: str | None = None,
    without: frozenset[str] = frozenset(),
) -> tuple[Person, ...]:
    """Who answers for the role now: one person by its rota, else all who fill it and are there.

    Whoever is on leave is passed over, unless all are. Neither the poster nor anybody in
    ``without`` is among them, nor who has no duty but is related to the post: empty where nobody
    is left.
    """
    filling = holders(role, register, poster=poster, without=without)
    there = tuple(one for one in filling if not is_away(one, now, register.office)) or filling
    rota = next((one for one in register.rotas if one.role is role), None)
    turns = rota.in_order(now) if rota else ()
    by_turn = [one for email in turns for one in there if one.email == email]
    return tuple(by_turn[:1]) or there


def duties(plan: Plan, register: Register) -> tuple[Role, ...]:
    """The roles whose duty officers hear of what cannot wait: every duty that somebody has.

    Of what is classified only those whom the plan tells, and the DTU's own (line 92).
    """
    roles = dict.fromkeys((*DUTIES, *(rota.role for rota in register.rotas)))
    if Kind.CLASSIFIED in plan.kinds:
        roles = dict.fromkeys((Role.DTU_DUTY, *(role for role in plan.told if role in roles)))
    return tuple(role for role in roles if role is Role.DTU_DUTY or _is_filled(role, register))


def everyone_on_duty(
    roles: Iterable[Role],
    register: Register,
    now: datetime,
    *,
    poster: str | None = None,
    without: frozenset[str] = frozenset(),
) -> dict[str, Role]:
    """The addresses of all who are on duty for these roles, each with the first role that it is."""
    found: dict[str, Role] = {}
    for role in roles:
        for one in on_duty(role, register, now, poster=poster, without=without):
            found.setdefault(one.email, role)
    return found


def _is_filled(role: Role, register: Register) -> bool:
    return any(one.registered and one.has_role(role) for one in register.people)
