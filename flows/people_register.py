"""The register of people as a person may see it: roles, deputies, turns, and who is signed in.

Of cases nothing is read: who works one stands in no register. That somebody is of HR is shown to
administrators alone, who give that role.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from flows.account_register import Named, named
from flows.refusals import NotAllowedError
from flows.register import office_time_of, rotas_of
from flows.signing_in import IDLE_LIFE
from models.office import Office
from models.people import Person
from models.sign_in import WebSession
from models.store import Transaction
from models.words import Role
from policy.access import may_end_sessions, may_see_register
from policy.working_time import is_away

NOT_YOURS = "Only the Digital Transformation Unit, administrators and auditors see everybody."
NEXT_TURNS = 3
"""How many of those who come next are shown."""


@dataclass(frozen=True)
class PersonSeen:
    """One person. ``sessions`` are those that are open, the newest first; None for who may not
    know of them."""

    person: Person
    roles: tuple[Role, ...]
    manager: Named | None
    deputy: Named | None
    is_away: bool
    sessions: tuple[WebSession, ...] | None


@dataclass(frozen=True)
class TurnSeen:
    """One duty: whose turn it is, whether they are on leave, and who comes next."""

    role: Role
    now: Named
    is_away: bool
    then: tuple[Named, ...]


@dataclass(frozen=True)
class PeopleSeen:
    """Everybody who is registered, by name, and every duty that is taken in turns."""

    people: tuple[PersonSeen, ...]
    turns: tuple[TurnSeen, ...]


def people_seen(tx: Transaction, here: Office, by: Person) -> PeopleSeen:
    """Two queries, however many people there are. Raises NotAllowedError."""
    if not may_see_register(by):
        raise NotAllowedError(NOT_YOURS)
    everybody = tx.exec(select(Person).order_by(col(Person.name), col(Person.email))).all()
    known = {one.email: one for one in everybody}
    open_ = _open_sessions(tx) if may_end_sessions(by) else None
    now = tx.now()
    return PeopleSeen(
        tuple(_seen(here, by, one, known, open_, now) for one in everybody if one.registered),
        tuple(_turns(here, known, now)),
    )


def _seen(
    here: Office,
    by: Person,
    person: Person,
    known: Mapping[str, Person],
    open_: Mapping[str, Sequence[WebSession]] | None,
    now: datetime,
) -> PersonSeen:
    hidden = () if by.has_role(Role.ADMIN) else (Role.HR,)
    return PersonSeen(
        person=person,
        roles=tuple(Role(one) for one in person.roles if one not in hidden),
        manager=named(known, person.line_manager) if person.line_manager else None,
        deputy=named(known, person.deputy) if person.deputy else None,
        is_away=is_away(person, now, office_time_of(here.settings)),
        sessions=None if open_ is None else tuple(open_.get(person.id, ())),
    )


def _open_sessions(tx: Transaction) -> dict[str, list[WebSession]]:
    now = tx.now()
    query = select(WebSession).where(
        col(WebSession.revoked_at).is_(None),
        col(WebSession.expires_at) > now,
        col(WebSession.seen_at) > now - IDLE_LIFE,
    )
    found: dict[str, list[WebSession]] = defaultdict(list)
    for one in tx.exec(query.order_by(col(WebSession.made_at).desc())):
        found[one.person_id].append(one)
    return found


def _turns(here: Office, known: Mapping[str, Person], now: datetime) -> list[TurnSeen]:
    office, found = office_time_of(here.settings), []
    for rota in rotas_of(here.settings):
        if rota.role == Role.HR:
            continue  # it would tell who is of HR
        first, *then = rota.in_order(now)
        person = known.get(first)
        found.append(
            TurnSeen(
                role=rota.role,
                now=named(known, first),
                is_away=person is not None and is_away(person, now, office),
                then=tuple(named(known, one) for one in then[:NEXT_TURNS]),
            )
        )
    return found
