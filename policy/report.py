"""Shows what the tables decide for each kind, alone and in pairs, and who would be asked and told.

Run ``python -m policy.report`` to read it for a sample register in which one person fills each
role.
"""

import sys
from collections.abc import Iterator
from itertools import combinations

from models.people import Account, Person
from models.words import DeleteWord, Kind, Role
from policy.decide import decide
from policy.people import RELATIONS, Register, addresses, clearers
from policy.plan import ClearanceMode, Plan

HEADER = "kinds | severity | first response | told | words | who clears"
POSTER = "poster@dept.example"


def table(
    register: Register, *, poster: str | None = POSTER, account: Account | None = None
) -> str:
    """A line for each kind and each pair of kinds, in the order of HEADER.

    ``account`` is the register's first where left out.
    """
    account = account or next(iter(register.accounts), None)
    lines = (_line(decide(kinds), register, poster, account) for kinds in every_set())
    return "\n".join([HEADER, *lines])


def every_set() -> Iterator[tuple[Kind, ...]]:
    """Each kind alone, then each pair that may stand together."""
    yield from ((kind,) for kind in Kind)
    yield from combinations((kind for kind in Kind if kind is not Kind.NOT_A_MISTAKE), 2)


def first_response(plan: Plan) -> str:
    """What may happen before any person has answered, in closed words and in its order."""
    capture = "capture-metadata" if plan.metadata_only else "capture-full"
    waits = [
        word
        for word, waited in (("correct-first", plan.correct_first), ("secure", plan.secure_first))
        if waited
    ]
    return ", ".join([capture, *waits, _deletion(plan)])


def sample_register() -> Register:
    """One person for each role, a poster and a line manager, and one official account."""
    named = [role for role in Role if role not in RELATIONS]
    people = [Person(email=f"{role}@dept.example", name=role, roles=[role]) for role in named]
    manager = Person(email="manager@dept.example", name="manager")
    poster = Person(email=POSTER, name="poster", line_manager=manager.email)
    owner = Person(email="owner@dept.example", name="owner")
    account = Account(
        platform="x", handle="dept", owner=owner.email, publishers=[owner.email, poster.email]
    )
    return Register(
        (*people, manager, poster, owner),
        (account,),
        dtu_address="dtu-mailbox@dept.example",
        hr_address="hr-mailbox@dept.example",
    )


def _line(plan: Plan, register: Register, poster: str | None, account: Account | None) -> str:
    cells = (
        "+".join(plan.kinds),
        str(plan.severity),
        first_response(plan),
        _told(plan, register, poster, account),
        plan.statement if plan.words_due is None else f"{plan.statement} in {plan.words_due} min",
        _clears(plan, register, poster, account),
    )
    return " | ".join(cells)


def _deletion(plan: Plan) -> str:
    if plan.delete is DeleteWord.ASK:
        return f"ask {'+'.join(plan.ask_of)} within {plan.ask_within} min"
    return f"delete {plan.delete}"


def _told(plan: Plan, register: Register, poster: str | None, account: Account | None) -> str:
    without = frozenset({poster} if poster else ())
    found = {
        address: None
        for role in plan.told
        for address in addresses(role, register, poster=poster, account=account, without=without)
    }
    kind = "digest: " if plan.digest_only else ""
    return kind + ", ".join(_name(address) for address in found)


def _clears(plan: Plan, register: Register, poster: str | None, account: Account | None) -> str:
    groups = clearers(plan, register, poster=poster, account=account)
    names = " and ".join(
        f"{group.role}: {' or '.join(_name(one.email) for one in group.people) or 'NOBODY'}"
        for group in groups
    )
    if plan.clearance.mode in (ClearanceMode.PRE_CLEARED, ClearanceMode.NOT_NEEDED):
        return f"{plan.clearance.mode}; other words {names}"
    return names


def _name(address: str) -> str:
    return address.partition("@")[0]


if __name__ == "__main__":
    sys.stdout.write(table(sample_register()) + "\n")
