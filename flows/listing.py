"""Lists of incidents: only those that the person may see, the newest first, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, String, cast, union
from sqlalchemy import select as sa_select
from sqlmodel import col, select

from flows.shapes import IncidentLine, IncidentPage
from models.incident import Incident, Post, Report
from models.notices import Notice
from models.people import Account, Person
from models.store import Transaction
from models.words import IncidentState, Kind, Role
from policy.access import LEFT_US, is_dtu

LONGEST_PAGE = 100


@dataclass(frozen=True)
class Wanted:
    """Which incidents are asked for. ``before`` is the ``next`` of the page before this one."""

    state: IncidentState | None = None
    kind: Kind | None = None
    severity: int | None = None
    before: str | None = None
    limit: int = 50


def incidents(tx: Transaction, person: Person, wanted: Wanted) -> IncidentPage:
    """A page of what this person may see. The cost does not grow with the incidents held."""
    limit = min(max(wanted.limit, 1), LONGEST_PAGE)
    identity = col(Incident.id)
    query = select(Incident).order_by(identity.desc()).limit(limit + 1)
    if sees_all(person):
        query = query.where(*_filters(wanted))
    else:
        query = query.where(identity.in_(own(tx, person, _filters(wanted), limit + 1)))
    rows = tx.exec(query).all()
    shown = rows[:limit]
    return IncidentPage(
        incidents=[line_of(person, one) for one in shown],
        next=shown[-1].id if len(rows) > limit else None,
    )


def sees_all(person: Person) -> bool:
    """The DTU and auditors see every incident; nobody sees a case here."""
    return is_dtu(person) or person.has_role(Role.AUDITOR)


def own(
    tx: Transaction, person: Person, filters: Sequence[ColumnElement[bool]], limit: int
) -> Select[tuple[str]]:
    """The ids of the newest of each relation that pass, as far as a list needs them: whoever is
    asked is told.

    Each is read down an index of its own and no further than a page.
    """
    accounts = [a.id for a in tx.exec(select(Account)) if a.published_by(person.email)]
    relations = (
        (Report.incident_id, [col(Report.reporter_id) == person.id]),
        (Post.incident_id, [col(Post.account_id).in_(accounts)]),
        (
            Notice.incident_id,
            [
                col(Notice.to_address) == person.email,
                col(Notice.sealed).is_(False),
                col(Notice.state).in_(LEFT_US),
            ],
        ),
        (Incident.id, [col(Incident.poster_email) == person.email]),
    )
    parts: list[Select[tuple[str]]] = []
    for column, conditions in relations:
        newest: Select[tuple[str]] = sa_select(col(column).label("id")).where(*conditions)
        if column is not Incident.id:
            newest = newest.join(Incident, col(Incident.id) == col(column))
        newest = newest.where(*filters).distinct().order_by(col(column).desc())
        parts.append(sa_select(newest.limit(limit).subquery().c.id))
    return sa_select(union(*parts).subquery().c.id)


def _filters(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [col(Incident.erased_at).is_(None)]
    if wanted.before is not None:
        found.append(col(Incident.id) < wanted.before)
    if wanted.state is not None:
        found.append(col(Incident.state) == wanted.state)
    if wanted.severity is not None:
        found.append(col(Incident.severity) == wanted.severity)
    if wanted.kind is not None:
        found.append(is_of_kind(wanted.kind))
    return found


def is_of_kind(kind: Kind) -> ColumnElement[bool]:
    """Whether it is one of the incident's kinds."""
    return cast(col(Incident.kinds), String).contains(f'"{kind.value}"')


def hears_of_secrets(person: Person) -> bool:
    """Whether a list tells this person that a mistake is a classified one."""
    return sees_all(person) or person.has_role(Role.SECURITY)


def line_of(person: Person, incident: Incident) -> IncidentLine:
    """Of a classified mistake a list tells its kind only to those who handle it."""
    secret = Kind.CLASSIFIED.value in incident.kinds
    told = not secret or hears_of_secrets(person)
    return IncidentLine(
        reference=incident.reference,
        state=incident.state,
        waiting_for=incident.waiting_for,
        severity=incident.severity,
        kinds=[Kind(kind) for kind in incident.kinds] if told else [],
        opened_at=incident.opened_at,
        closed_at=incident.closed_at,
    )
