"""How long things took, read from the rows of incidents; of a referral or a case nothing is read.

Each measure is one query whatever is held, and reads no content.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, exists, func
from sqlalchemy import select as sa_select
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from flows.listing import is_of_kind
from flows.refusals import NotAllowedError
from models.decisions import Decision
from models.incident import Capture, Incident, Post
from models.notices import Acknowledgement, Notice
from models.office import Office
from models.people import Account, Person
from models.statements import Statement
from models.store import Transaction
from models.words import (
    Choice,
    DecisionType,
    DeleteWord,
    Kind,
    Medium,
    PostState,
    StatementState,
)
from policy.access import may_see_figures
from policy.figures import ELSEWHERE, By, Case, Measure, Table, table

USUAL_MONTHS = 12
"""How far back is looked where nobody says: this month is the last of them."""

NOT_YOURS = "Only the Digital Transformation Unit and auditors see the figures."

Found = Iterator[tuple[str, str | None, datetime, datetime | None]]
"""Of each case: its incident, the account that it is about (None: all of the incident's), from when
to when it ran."""


@dataclass(frozen=True, order=True)
class Month:
    """One month of the organisation's calendar."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"

    def after(self, months: int = 1) -> "Month":
        """The month so many later; earlier where that is negative."""
        year, number = divmod(self.year * 12 + self.number - 1 + months, 12)
        return Month(year, number + 1)

    def starts(self, zone: ZoneInfo) -> datetime:
        """Its first moment."""
        return datetime(self.year, self.number, 1, tzinfo=zone).astimezone(UTC)


@dataclass(frozen=True)
class Wanted:
    """Which incidents count, by when they were reported. ``account`` is an id; both months are
    in."""

    first: Month
    last: Month
    by: By = By.KIND
    kind: Kind | None = None
    account: str | None = None


@dataclass(frozen=True)
class Figures:
    """Every measure, and the accounts that rows may be about."""

    tables: tuple[Table, ...]
    accounts: Mapping[str, Account]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was waited for in all that time."""
        return not any(one.whole.cases + one.whole.pending for one in self.tables)

    @property
    def publishers(self) -> dict[str, int]:
        """How many people may publish on each account."""
        return {one.id: len({one.owner, *one.publishers}) for one in self.accounts.values()}


def require_figures(person: Person) -> None:
    """Raises NotAllowedError."""
    if not may_see_figures(person):
        raise NotAllowedError(NOT_YOURS)


def zone_of(here: Office) -> ZoneInfo:
    """Whose calendar months are."""
    return ZoneInfo(here.settings.organisation.timezone)


def month_of(when: datetime, zone: ZoneInfo) -> Month:
    """The month that it is there."""
    local = when.astimezone(zone)
    return Month(local.year, local.month)


def months_to_choose(tx: Transaction, here: Office) -> list[Month]:
    """From the first incident's to this one, the newest first."""
    zone = zone_of(here)
    first = tx.exec(select(func.min(col(Incident.opened_at)))).one()
    now = month_of(tx.now(), zone)
    month = min(month_of(first, zone), now) if first else now
    found = [month]
    while found[-1] < now:
        found.append(found[-1].after())
    return found[::-1]


def usual_first(tx: Transaction, here: Office) -> Month:
    """The first month that is looked at where nobody says."""
    return month_of(tx.now(), zone_of(here)).after(1 - USUAL_MONTHS)


def figures(tx: Transaction, here: Office, wanted: Wanted) -> Figures:
    """Every measure of the incidents that are wanted: six queries, however many there are."""
    zone = zone_of(here)
    conditions = _conditions(wanted, zone)
    rows = tx.execute(
        sa_select(col(Incident.id), col(Incident.kinds), col(Incident.opened_at)).where(*conditions)
    )
    known = {one: (tuple(kinds), str(month_of(at, zone))) for one, kinds, at in rows}
    carried = _accounts_of(tx, conditions)

    def of_incident(incident: str) -> tuple[str, ...]:
        return (wanted.account,) if wanted.account else carried.get(incident, ())

    tables = []
    for measure, find in MEASURES.items():
        cases = [
            Case(
                incident=incident,
                kinds=known[incident][0],
                accounts=(account,) if account is not None else of_incident(incident),
                month=known[incident][1],
                seconds=max((until - since).total_seconds(), 0.0) if until else None,
            )
            for incident, account, since, until in find(tx, conditions)
            if account is None or wanted.account in (None, account)
        ]
        tables.append(table(measure, cases, wanted.by))
    accounts = {one.id: one for one in tx.exec(select(Account))}
    return Figures(tuple(tables), accounts)


def _conditions(wanted: Wanted, zone: ZoneInfo) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [
        col(Incident.opened_at) >= wanted.first.starts(zone),
        col(Incident.opened_at) < wanted.last.after().starts(zone),
    ]
    if wanted.kind is not None:
        found.append(is_of_kind(wanted.kind))
    if wanted.account is not None:
        post = aliased(Post)
        mine = col(post.account_id) == wanted.account
        found.append(exists().where(mine, col(post.incident_id) == Incident.id))
    return found


def _accounts_of(
    tx: Transaction, conditions: Sequence[ColumnElement[bool]]
) -> dict[str, tuple[str, ...]]:
    """Of each incident the accounts that carried the error."""
    pairs = (
        sa_select(col(Post.incident_id), col(Post.account_id))
        .join(Incident, col(Incident.id) == col(Post.incident_id))
        .where(*conditions)
        .distinct()
    )
    found: dict[str, tuple[str, ...]] = {}
    for incident, account in tx.execute(pairs):
        found[incident] = (*found.get(incident, ()), account or ELSEWHERE)
    return found


def _captured(tx: Transaction, conditions: Sequence[ColumnElement[bool]]) -> Found:
    """From the post's report to its first copy; only posts that a copy could be kept of."""
    taken = func.min(col(Capture.taken_at))
    query = (
        sa_select(col(Post.incident_id), col(Post.account_id), col(Post.reported_at), taken)
        .join(Incident, col(Incident.id) == col(Post.incident_id))
        .outerjoin(Capture, col(Capture.post_id) == col(Post.id))
        .where(*conditions, col(Post.account_id).is_not(None))
        .group_by(col(Post.id), col(Post.incident_id), col(Post.account_id), col(Post.reported_at))
    )
    return ((incident, account, since, at) for incident, account, since, at in tx.execute(query))


def _gone(tx: Transaction, conditions: Sequence[ColumnElement[bool]]) -> Found:
    """From the post's report until a look showed it gone, or a person said that it is; only posts
    that were to go."""
    said = (
        sa_select(
            col(Decision.target).label("target"), func.max(col(Decision.decided_at)).label("at")
        )
        .where(col(Decision.type) == DecisionType.ATTEST, col(Decision.choice) == Choice.GONE)
        .group_by(col(Decision.target))
        .subquery()
    )
    rows = tx.execute(
        sa_select(
            col(Post.incident_id),
            col(Post.account_id),
            col(Post.reported_at),
            col(Post.verified_at),
            col(Post.state),
            said.c.at,
            col(Incident.plan)["delete"].as_string(),
        )
        .join(Incident, col(Incident.id) == col(Post.incident_id))
        .outerjoin(said, said.c.target == col(Post.id))
        .where(*conditions, col(Post.state) != PostState.KEPT)
    )
    for incident, account, since, verified, state, attested, delete in rows:
        until = verified or (attested if state == PostState.ATTESTED else None)
        if until is not None or delete != DeleteWord.NO:
            yield incident, account or ELSEWHERE, since, until


def _worded(tx: Transaction, conditions: Sequence[ColumnElement[bool]]) -> Found:
    """From the report until the words that were due were out on the account, or for it on another;
    neither words that went out ahead of them nor a post that was published again."""
    carried_on = func.coalesce(col(Statement.speaks_for), col(Statement.account_id))
    query = (
        sa_select(
            col(Statement.incident_id),
            carried_on,
            col(Incident.opened_at),
            col(Statement.published_at),
        )
        .join(Incident, col(Incident.id) == col(Statement.incident_id))
        .where(
            *conditions,
            col(Statement.state) != StatementState.WITHDRAWN,
            col(Statement.restores) == "",
            col(Statement.expires_at).is_(None),
        )
    )
    return ((incident, account, since, at) for incident, account, since, at in tx.execute(query))


def _acknowledged(tx: Transaction, conditions: Sequence[ColumnElement[bool]]) -> Found:
    """From a person's first message to the first that they acknowledged, whichever way either
    came. Digest lines ask for nothing, and sealed notices are not for here."""
    return (
        (incident, None, since, until)
        for incident, since, until in tx.execute(
            sa_select(
                col(Notice.incident_id),
                func.min(col(Notice.queued_at)),
                func.min(col(Acknowledgement.given_at)),
            )
            .join(Incident, col(Incident.id) == col(Notice.incident_id))
            .outerjoin(Acknowledgement, col(Acknowledgement.notice_id) == col(Notice.id))
            .where(
                *conditions,
                col(Notice.sealed).is_(False),
                col(Notice.digest_line).is_(False),
                col(Notice.by) != Medium.CHAT,
            )
            .group_by(col(Notice.incident_id), col(Notice.to_address))
        )
    )


MEASURES: dict[Measure, Callable[[Transaction, Sequence[ColumnElement[bool]]], Found]] = {
    Measure.CAPTURED: _captured,
    Measure.GONE: _gone,
    Measure.WORDS: _worded,
    Measure.ACKNOWLEDGED: _acknowledged,
}
