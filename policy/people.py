"""Turns the tables' roles into people of the register; nobody is asked to clear their own work."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import NamedTuple

from models.people import Account, Person
from models.words import Role
from policy.plan import Plan
from policy.rotas import Rota
from policy.tables import load
from policy.working_time import USUAL, OfficeTime, is_away

OFFICERS = (Role.DTU_DUTY, Role.DTU)
RELATIONS = frozenset(
    {Role.LINE_MANAGER, Role.ACCOUNT_OWNER, Role.PUBLISHER, Role.POSTER, Role.ONE_READER}
)
LAST = (*OFFICERS, Role.ACCOUNT_OWNER, Role.LINE_MANAGER, Role.ADMIN)


@dataclass(frozen=True)
class Register:
    """Who there is, as read at one moment. All addresses are in lower case."""

    people: tuple[Person, ...]
    accounts: tuple[Account, ...]
    dtu_address: str
    hr_address: str
    rotas: tuple[Rota, ...] = ()
    office: OfficeTime = USUAL

    def person(self, email: str | None) -> Person | None:
        """The registered person with this address."""
        return next((one for one in self.people if one.email == email and one.registered), None)


class Group(NamedTuple):
    """People of whom one must say yes. ``role`` is the first of the roles that the rule names."""

    role: Role
    people: tuple[Person, ...]


@dataclass(frozen=True)
class _Scene:
    """The incident as far as relations need it. ``without`` never answers."""

    register: Register
    poster: str | None
    account: Account | None
    without: frozenset[str]


def who(
    role: Role,
    register: Register,
    *,
    poster: str | None,
    account: Account | None,
    without: frozenset[str] = frozenset(),
) -> tuple[Person, ...]:
    """The people who fill a role or relation, or those whom it falls back to.

    The order is fallbacks.csv's, then a DTU officer, the account's owner, the poster's line
    manager, an administrator. HR falls back to nobody. Empty where nobody at all is left; nobody
    in ``without`` is ever among them.
    """
    scene = _Scene(register, poster, account, without)
    return next(filter(None, (_filled(one, scene) for one in _ladder(role))), ())


def holders(
    role: Role,
    register: Register,
    *,
    poster: str | None = None,
    without: frozenset[str] = frozenset(),
) -> tuple[Person, ...]:
    """Who has the role or one that it falls back to, then a DTU officer: never who is only related
    to the post, as the last resorts of ``who`` are. The poster is not among them."""
    kept = without | ({poster} if poster else set())
    for one in dict.fromkeys((role, *load().fallbacks_of(role), *OFFICERS)):
        found = () if one in RELATIONS else _each_once(_holders(one, register))
        if there := tuple(person for person in found if person.email not in kept):
            return there
    return ()


def manager_of(
    person_email: str, register: Register, skipping: Collection[str] = frozenset()
) -> Person | None:
    """The next one up who is not skipped. None where the line ends, or goes round in a circle."""
    above = (one for one in line_of(person_email, register) if one not in skipping)
    return next((person for one in above if (person := register.person(one))), None)


def line_of(person_email: str, register: Register) -> tuple[str, ...]:
    """Everyone above them, the nearest first, as far as the register knows."""
    line: list[str] = []
    person = register.person(person_email)
    while person and person.line_manager and person.line_manager not in (person_email, *line):
        line.append(person.line_manager)
        person = register.person(person.line_manager)
    return tuple(line)


def line_ever(person_email: str, register: Register) -> tuple[str, ...]:
    """The same, also through people who have left: who stood above them is no stranger since."""
    above = {person.email: person.line_manager for person in register.people}
    line: list[str] = []
    manager = above.get(person_email)
    while manager and manager not in (person_email, *line):
        line.append(manager)
        manager = above.get(manager)
    return tuple(line)


def manager_there(
    person_email: str, register: Register, now: datetime, skipping: Collection[str] = frozenset()
) -> Person | None:
    """The next one up who is neither skipped nor on leave; where all are on leave, the nearest."""
    away = {
        one.email
        for one in register.people
        if one.registered and is_away(one, now, register.office)
    }
    there = manager_of(person_email, register, {*skipping, *away})
    return there or manager_of(person_email, register, skipping)


def clearers(
    plan: Plan,
    register: Register,
    *,
    poster: str | None,
    account: Account | None,
    without: frozenset[str] = frozenset(),
    overdue: bool = False,
    away: Collection[str] = frozenset(),
) -> tuple[Group, ...]:
    """The groups of which each must give one yes; ``is_cleared`` counts them.

    ``without`` holds the author, the subject and whoever cleared the original; the poster is left
    out besides. Words that are pre-cleared, or need no clearance, go to these groups only when
    they depart from the text. Overdue words may be cleared by any one person of ``falls_to`` as
    well: they join every group. Where nobody at all is left a group is empty, and nothing is ever
    cleared. Where those to whom they fall are nobody, or all of them in ``away``, the DTU's duty
    officer is one of them: whom a role falls back to may be asleep. Lines 76-80.
    """
    scene = _Scene(register, poster, account, without | ({poster} if poster else set()))
    groups = plan.clearance.groups or (plan.falls_to,)
    late = plan.falls_to if overdue and plan.words_due is not None else ()
    if late and not any(one.email not in away for role in late for one in _filled(role, scene)):
        late = (*late, Role.DTU_DUTY)
    return tuple(Group(group[0], _people((*group, *late), scene)) for group in groups)


def is_cleared(groups: Collection[Group], said_yes: Collection[str]) -> bool:
    """Whether each group has a yes. One person who is in several groups answers for each."""
    return bool(groups) and all(
        any(person.email in said_yes for person in group.people) for group in groups
    )


def addresses(
    role: Role,
    register: Register,
    *,
    poster: str | None,
    account: Account | None,
    without: frozenset[str] = frozenset(),
) -> tuple[str, ...]:
    """Where a notice to this role goes: the DTU's and HR's own mailbox, else each person's."""
    if role is Role.DTU:
        return (register.dtu_address,)
    if role is Role.HR:
        return (register.hr_address,)
    found = who(role, register, poster=poster, account=account, without=without)
    return tuple(person.email for person in found)


def unfilled(register: Register) -> list[tuple[Role, Role | None]]:
    """The roles that nobody fills, each with the fallback that will be asked; None for nobody."""
    return [
        (role, next((one for one in _ladder(role) if _holders(one, register)), None))
        for role in Role
        if role not in RELATIONS and not _holders(role, register)
    ]


def _ladder(role: Role) -> tuple[Role, ...]:
    """The role, its fallbacks and the last resorts, each once."""
    fallbacks = load().fallbacks_of(role)
    return tuple(dict.fromkeys((role, *fallbacks, *(LAST if fallbacks else ()))))


def _people(roles: Iterable[Role], scene: _Scene) -> tuple[Person, ...]:
    """Everyone of these roles, each once; a role that nobody fills brings its fallback."""
    found = chain.from_iterable(
        who(
            role,
            scene.register,
            poster=scene.poster,
            account=scene.account,
            without=scene.without,
        )
        for role in roles
    )
    return _each_once(found)


def _filled(role: Role, scene: _Scene) -> tuple[Person, ...]:
    find = _FINDERS.get(role)
    found = find(scene) if find else _holders(role, scene.register)
    return tuple(one for one in _each_once(found) if one.email not in scene.without)


def _holders(role: Role, register: Register) -> list[Person]:
    return [one for one in register.people if one.registered and one.has_role(role)]


def _line_manager(scene: _Scene) -> Iterator[Person]:
    manager = scene.poster and manager_of(scene.poster, scene.register, scene.without)
    if manager:
        yield manager


def _account_owner(scene: _Scene) -> Iterator[Person]:
    owner = scene.account and scene.register.person(scene.account.owner)
    if owner:
        yield owner


def _publishers(scene: _Scene) -> Iterator[Person]:
    account = scene.account
    if account:
        yield from (one for one in scene.register.people if account.published_by(one.email))


def _poster(scene: _Scene) -> Iterator[Person]:
    poster = scene.register.person(scene.poster)
    if poster:
        yield poster


def _officers(scene: _Scene) -> Iterator[Person]:
    for role in OFFICERS:
        yield from _holders(role, scene.register)


def _readers(scene: _Scene) -> Iterator[Person]:
    yield from _publishers(scene)
    yield from _officers(scene)


_FINDERS: dict[Role, Callable[[_Scene], Iterator[Person]]] = {
    Role.LINE_MANAGER: _line_manager,
    Role.ACCOUNT_OWNER: _account_owner,
    Role.PUBLISHER: _publishers,
    Role.POSTER: _poster,
    Role.ONE_READER: _readers,
    Role.DTU: _officers,
}


def _each_once(found: Iterable[Person]) -> tuple[Person, ...]:
    return tuple({one.email: one for one in found if one.registered}.values())
