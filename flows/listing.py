"""Lists of incidents: only those that the person may see, the newest first, a page at a time."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, String, cast, or_
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
    query = select(Incident).order_by(col(Incident.id).desc()).limit(limit + 1)
    for condition in (*_visible(tx, person), *_filters(wanted)):
        query = query.where(condition)
    rows = tx.exec(query).all()
    shown = rows[:limit]
    return IncidentPage(
        incidents=[_line(person, one) for one in shown],
        next=shown[-1].id if len(rows) > limit else None,
    )


def sees_all(person: Person) -> bool:
    """The DTU and auditors see every incident; nobody sees a case here."""
    return is_dtu(person) or person.has_role(Role.AUDITOR)


def _visible(tx: Transaction, person: Person) -> list[ColumnElement[bool]]:
    """The relations of ``policy.access``, as far as a list needs them: whoever is asked is told."""
    if sees_all(person):
        return []
    identity = col(Incident.id)
    reported = select(Report.incident_id).where(col(Report.reporter_id) == person.id)
    told = select(Notice.incident_id).where(
        col(Notice.to_address) == person.email,
        col(Notice.sealed).is_(False),
        col(Notice.state).in_(LEFT_US),
    )
    accounts = [a.id for a in tx.exec(select(Account)) if a.published_by(person.email)]
    published = select(Post.incident_id).where(col(Post.account_id).in_(accounts))
    return [
        or_(
            identity.in_(reported),
            identity.in_(told),
            identity.in_(published),
            col(Incident.poster_email) == person.email,
        )
    ]


def _filters(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.before is not None:
        found.append(col(Incident.id) < wanted.before)
    if wanted.state is not None:
        found.append(col(Incident.state) == wanted.state)
    if wanted.severity is not None:
        found.append(col(Incident.severity) == wanted.severity)
    if wanted.kind is not None:
        found.append(cast(col(Incident.kinds), String).contains(f'"{wanted.kind.value}"'))
    return found


def _line(person: Person, incident: Incident) -> IncidentLine:
    """Of a classified mistake a list tells its kind only to those who handle it."""
    secret = Kind.CLASSIFIED.value in incident.kinds
    told = not secret or sees_all(person) or person.has_role(Role.SECURITY)
    return IncidentLine(
        reference=incident.reference,
        state=incident.state,
        waiting_for=incident.waiting_for,
        severity=incident.severity,
        kinds=[Kind(kind) for kind in incident.kinds] if told else [],
        opened_at=incident.opened_at,
        closed_at=incident.closed_at,
    )
