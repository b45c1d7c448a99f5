"""The list at the desk: what is open by severity and clock, what of it waits for this person."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, exists, not_, or_
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from flows.deciding.confirming import MANAGER, SECURE
from flows.listing import hears_of_secrets, is_of_kind, line_of, own, sees_all
from flows.refusals import BadRequestError
from flows.register import read_register
from flows.shapes import IncidentLine
from flows.to_answer import key_of, to_answer
from flows.view import Viewer, may_clear_now
from flows.what_next import posts_meant
from models.decisions import Decision
from models.incident import Incident, Post
from models.office import Office
from models.people import Account, Person
from models.snapshot import snapshots
from models.standing import DECISION_WAITS
from models.statements import Statement
from models.store import Transaction
from models.words import DecisionType, IncidentState, Kind, StatementState, Wait
from policy.access import relations

PAGE = 50
LOOKED_THROUGH = 200
"""How many open incidents are looked through for what waits for one person."""

MOST_FOUND = 20

MOST_OPEN = 1000
"""How many open ones of each relation are put in order for somebody who does not see all."""

OPEN = (IncidentState.ACCEPTED, IncidentState.WORKING, IncidentState.WAITING)

UNCLEARED = (StatementState.DRAFTED, StatementState.WAITING)

NEITHER = "Enter a reference, like AM-7K3QX, or the link to a post."


class Shown(StrEnum):
    """Which incidents a list shows."""

    OPEN = "open"
    WAITING = "waiting"
    WORKING = "working"
    CLOSED = "closed"
    ALL = "all"


STATES: dict[Shown, tuple[IncidentState, ...]] = {
    Shown.OPEN: OPEN,
    Shown.WAITING: (IncidentState.WAITING,),
    Shown.WORKING: (IncidentState.ACCEPTED, IncidentState.WORKING),
    Shown.CLOSED: (IncidentState.CLOSED,),
    Shown.ALL: tuple(IncidentState),
}
PAST = (Shown.CLOSED, Shown.ALL)
"""Of these the newest come first; of what is open the gravest, then the oldest."""


@dataclass(frozen=True)
class Filters:
    """Which are asked for. ``account`` is its id. ``after`` is the ``next`` of the page before."""

    shown: Shown = Shown.OPEN
    kind: Kind | None = None
    account: str | None = None
    waits_for_me: bool = False
    after: str | None = None


@dataclass(frozen=True)
class Asked:
    """One thing that the person may do now. ``what`` is its word in labels.csv; ``platform`` and
    ``handle`` are of the account that it is about, empty where it is about none; ``key`` is where
    it stands on the incident's page."""

    what: str
    platform: str
    handle: str
    key: str
    due_at: datetime | None


@dataclass(frozen=True)
class Row:
    """One incident of the list. ``due_at`` is the next deadline of anybody."""

    line: IncidentLine
    seconds_open: float
    due_at: datetime | None
    yours: tuple[Asked, ...]


@dataclass(frozen=True)
class DeskPage:
    """A page of it. ``next`` is the ``after`` of the page that follows; ``cut`` where more were
    open than were looked through."""

    rows: tuple[Row, ...]
    next: str | None = None
    cut: bool = False


def desk_list(tx: Transaction, here: Office, person: Person, filters: Filters) -> DeskPage:
    """What this person may see and asked for."""
    limit = LOOKED_THROUGH if filters.waits_for_me else PAGE
    found = tx.exec(_query(tx, person, filters, limit + 1)).all()
    rows = rows_of(tx, here, person, found[:limit])
    if filters.waits_for_me:
        return DeskPage(tuple(one for one in rows if one.yours), cut=len(found) > limit)
    last = found[limit - 1] if len(found) > limit else None
    return DeskPage(rows, f"{last.severity}-{last.id}" if last else None)


def find(tx: Transaction, here: Office, person: Person, text: str) -> tuple[Row, ...]:
    """The incidents with this reference, or with the post at this link, that the person may see,
    the newest first. Raises BadRequestError where it is neither."""
    wanted = text.strip()
    if "/" in wanted:
        matches = _about_post(tx, here, wanted)
    elif wanted:
        matches = col(Incident.reference) == wanted.upper()
    else:
        raise BadRequestError(NEITHER)
    there = select(Incident).where(matches, col(Incident.erased_at).is_(None))
    query = there.order_by(col(Incident.id).desc()).limit(MOST_FOUND)
    return rows_of(tx, here, person, tx.exec(query).all())


def _about_post(tx: Transaction, here: Office, link: str) -> ColumnElement[bool]:
    """Nothing is fetched: the link is read as a report would read it."""
    (post,) = posts_meant(here, [link])
    same = (
        select(Post.incident_id)
        .where(col(Post.platform) == post.link.platform, col(Post.realm) == post.link.realm)
        .where(col(Post.remote_id) == post.link.remote_id)
    )
    return col(Incident.id).in_(same)


def rows_of(
    tx: Transaction, here: Office, person: Person, found: Sequence[Incident]
) -> tuple[Row, ...]:
    """Each with what waits for this person; none that they may not see."""
    if not found:
        return ()
    register, now = read_register(tx, here.settings), tx.now()
    rows = []
    for seen in snapshots(tx, found):
        related = relations(person, seen, register, now)
        if not related:
            continue
        by = Viewer(here, person, seen, register, related, now)
        ended = seen.incident.closed_at or now
        due = [one.due_at for one in seen.open_decisions()]
        due += [one.words_due_at for one in seen.statements if one.state in UNCLEARED]
        rows.append(
            Row(
                line=line_of(person, seen.incident),
                seconds_open=(ended - seen.incident.opened_at).total_seconds(),
                due_at=min((one for one in due if one), default=None)
                if not by.hears_only_that_security_leads
                else None,
                yours=tuple(_asked(by)),
            )
        )
    return tuple(rows)


def _asked(by: Viewer) -> Iterator[Asked]:
    """In the order in which it presses: what is due first, then what has no deadline."""
    found = [
        Asked(_what(one), *_account(by, one.target), key_of(one), one.due_at)
        for one in to_answer(by)
        if one.type in DECISION_WAITS
    ]
    found += [
        Asked(Wait.CLEARANCE.value, *_account(by, one.id), f"words-{one.id}", one.words_due_at)
        for one in by.seen.statements
        if may_clear_now(by, one)
    ]
    yield from sorted(found, key=lambda one: (one.due_at is None, one.due_at or by.now))


def _account(by: Viewer, target: str) -> tuple[str, str]:
    posts = {one.id: (one.platform, one.handle or "") for one in by.seen.posts}
    said = {one.id: by.seen.accounts[one.account_id] for one in by.seen.statements}
    if target in said:
        return said[target].platform, said[target].handle
    return posts.get(target, ("", ""))


def _what(question: Decision) -> str:
    beside_posts = question.type == DecisionType.CONFIRM and question.target in (SECURE, MANAGER)
    return question.target if beside_posts else DECISION_WAITS[question.type].value


def _query(
    tx: Transaction, person: Person, filters: Filters, limit: int
) -> SelectOfScalar[Incident]:
    wanted = _conditions(person, filters)
    query = select(Incident).where(*wanted).limit(limit)
    if not sees_all(person):
        newest = limit if _is_past(filters) else MOST_OPEN
        query = query.where(col(Incident.id).in_(own(tx, person, wanted, newest)))
    if _is_past(filters):
        return query.order_by(col(Incident.id).desc())
    return query.order_by(col(Incident.severity), col(Incident.id))


def _is_past(filters: Filters) -> bool:
    """Nothing of what is closed waits for anybody: the two asked for together are what is open."""
    return filters.shown in PAST and not filters.waits_for_me


def _conditions(person: Person, filters: Filters) -> list[ColumnElement[bool]]:
    shown = Shown.OPEN if filters.waits_for_me and filters.shown in PAST else filters.shown
    found: list[ColumnElement[bool]] = [
        col(Incident.state).in_(STATES[shown]),
        col(Incident.erased_at).is_(None),
    ]
    if filters.kind is not None:
        found.append(is_of_kind(filters.kind))
        if not hears_of_secrets(person):  # or what is found would tell what it is
            found.append(not_(is_of_kind(Kind.CLASSIFIED)))
    if filters.account is not None:
        # By each incident's own posts: an account of ours may have carried very many.
        carried = aliased(Post)
        mine = col(carried.account_id) == filters.account
        found.append(exists().where(mine, col(carried.incident_id) == Incident.id))
    if filters.waits_for_me:
        found.append(_waits_for_somebody())
    elif filters.after is not None:
        found.append(_after(filters.after, past=_is_past(filters)))
    return found


def _waits_for_somebody() -> ColumnElement[bool]:
    """Whether a person is asked anything: a wide net, which the rules are then held against."""
    questions = select(Decision.incident_id).where(
        col(Decision.choice).is_(None), col(Decision.withdrawn_at).is_(None)
    )
    words = select(Statement.incident_id).where(col(Statement.state) == StatementState.WAITING)
    return or_(col(Incident.id).in_(questions), col(Incident.id).in_(words))


def _after(cursor: str, *, past: bool) -> ColumnElement[bool]:
    severity, _, identity = cursor.partition("-")
    if past:
        return col(Incident.id) < identity
    graver = col(Incident.severity) > int(severity)
    return or_(graver, and_(col(Incident.severity) == int(severity), col(Incident.id) > identity))


def accounts_to_choose(tx: Transaction) -> list[Account]:
    """Every account of ours, by name."""
    ours = select(Account).where(col(Account.registered).is_(True))
    return list(tx.exec(ours.order_by(col(Account.platform), col(Account.handle))))
