"""Everything about one incident, read at once, as plain rows for pure code to judge."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select

from models.decisions import Decision
from models.effects import Effect
from models.escalation import Escalation
from models.incident import Capture, Incident, Post, Report
from models.notices import Acknowledgement, Notice
from models.people import Account
from models.statements import Clearance, Statement, Wording
from models.store import Row, Transaction


class NoSuchIncidentError(Exception):
    """No incident has this reference."""


@dataclass(frozen=True)
class Snapshot:
    """The rows of one incident. Nothing of a referral is among them."""

    incident: Incident
    reports: tuple[Report, ...]
    posts: tuple[Post, ...]
    captures: dict[str, Capture]
    accounts: dict[str, Account]
    statements: tuple[Statement, ...]
    wordings: dict[str, Wording]
    clearances: tuple[Clearance, ...]
    notices: tuple[Notice, ...]
    acknowledgements: dict[str, Acknowledgement]
    effects: tuple[Effect, ...]
    decisions: tuple[Decision, ...]
    escalations: tuple[Escalation, ...] = ()

    @property
    def posted_on(self) -> tuple[Account, ...]:
        """The accounts of ours that carried the error: whoever has to do with another one that
        says the words is not concerned by that. In the order of the posts."""
        ids = dict.fromkeys(post.account_id for post in self.posts if post.account_id)
        return tuple(self.accounts[one] for one in ids if one in self.accounts)

    def open_decisions(self) -> tuple[Decision, ...]:
        """The questions that still wait for a person."""
        return tuple(d for d in self.decisions if d.choice is None and d.withdrawn_at is None)


def incident_by(tx: Transaction, reference: str, *, erased_too: bool = False) -> Incident:
    """The incident with this reference. One whose time is up is none, save for what rests on it
    still (``erased_too``). Raises NoSuchIncidentError."""
    found = tx.exec(select(Incident).where(col(Incident.reference) == reference)).first()
    if found is None or (found.erased_at is not None and not erased_too):
        raise NoSuchIncidentError(reference)
    return found


def snapshot(tx: Transaction, incident: Incident) -> Snapshot:
    """Read the incident whole, in the order in which things were made."""
    return snapshots(tx, (incident,))[0]


def snapshots(tx: Transaction, incidents: Sequence[Incident]) -> tuple[Snapshot, ...]:
    """Read each of them whole, in as many queries as one of them takes."""
    ids = [one.id for one in incidents]
    posts = _where(tx, Post, "incident_id", ids)
    statements = _where(tx, Statement, "incident_id", ids)
    notices = [n for n in _where(tx, Notice, "incident_id", ids) if not n.sealed]
    effects = [e for e in _where(tx, Effect, "incident_id", ids) if not e.sealed]
    statement_ids = [one.id for one in statements]
    accounts = _accounts(posts, statements)
    rows = _Rows(
        reports=_by("incident_id", _where(tx, Report, "incident_id", ids)),
        posts=_by("incident_id", posts),
        captures=_by("post_id", _where(tx, Capture, "post_id", [one.id for one in posts])),
        accounts=_by("id", _where(tx, Account, "id", accounts)),
        statements=_by("incident_id", statements),
        wordings=_by("statement_id", _where(tx, Wording, "statement_id", statement_ids)),
        clearances=_where(tx, Clearance, "statement_id", statement_ids),
        notices=_by("incident_id", notices),
        acknowledgements=_by(
            "notice_id", _where(tx, Acknowledgement, "notice_id", [one.id for one in notices])
        ),
        effects=_by("incident_id", effects),
        decisions=_by("incident_id", _where(tx, Decision, "incident_id", ids)),
        escalations=_by("incident_id", _where(tx, Escalation, "incident_id", ids)),
    )
    return tuple(rows.of(one) for one in incidents)


@dataclass(frozen=True)
class _Rows:
    """The rows of some incidents, by what they belong to."""

    reports: dict[str, tuple[Report, ...]]
    posts: dict[str, tuple[Post, ...]]
    captures: dict[str, tuple[Capture, ...]]
    accounts: dict[str, tuple[Account, ...]]
    statements: dict[str, tuple[Statement, ...]]
    wordings: dict[str, tuple[Wording, ...]]
    clearances: tuple[Clearance, ...]
    notices: dict[str, tuple[Notice, ...]]
    acknowledgements: dict[str, tuple[Acknowledgement, ...]]
    effects: dict[str, tuple[Effect, ...]]
    decisions: dict[str, tuple[Decision, ...]]
    escalations: dict[str, tuple[Escalation, ...]]

    def of(self, incident: Incident) -> Snapshot:
        """Those of one."""
        posts = self.posts.get(incident.id, ())
        statements = self.statements.get(incident.id, ())
        notices = self.notices.get(incident.id, ())
        said = {one.id for one in statements}
        captures = (one for post in posts for one in self.captures.get(post.id, ()))
        return Snapshot(
            incident=incident,
            reports=self.reports.get(incident.id, ()),
            posts=posts,
            captures={one.post_id: one for one in captures if one.outdated_at is None},
            accounts={
                a.id: a for one in _accounts(posts, statements) for a in self.accounts.get(one, ())
            },
            statements=statements,
            wordings={w.id: w for one in statements for w in self.wordings.get(one.id, ())},
            clearances=tuple(one for one in self.clearances if one.statement_id in said),
            notices=notices,
            acknowledgements={
                one.notice_id: one
                for notice in notices
                for one in self.acknowledgements.get(notice.id, ())
            },
            effects=self.effects.get(incident.id, ()),
            decisions=self.decisions.get(incident.id, ()),
            escalations=self.escalations.get(incident.id, ()),
        )


def _accounts(posts: Iterable[Post], statements: Iterable[Statement]) -> list[str]:
    found = {one.account_id for one in posts} | {one.account_id for one in statements}
    return sorted(one for one in found if one)


def _by(field: str, rows: Iterable[Row]) -> dict[str, tuple[Row, ...]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(getattr(row, field), []).append(row)
    return {key: tuple(some) for key, some in found.items()}


def _where(tx: Transaction, table: type[Row], field: str, values: Sequence[str]) -> tuple[Row, ...]:
    if not values:
        return ()
    column: Any = getattr(table, field)
    identity: Any = table.id  # type: ignore[attr-defined]  # every table here has one
    return tuple(tx.exec(select(table).where(column.in_(values)).order_by(identity)))
