"""Everything about one incident, read at once, as plain rows for pure code to judge."""

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


def incident_by(tx: Transaction, reference: str) -> Incident:
    """The incident with this reference. Raises NoSuchIncidentError."""
    found = tx.exec(select(Incident).where(col(Incident.reference) == reference)).first()
    if found is None:
        raise NoSuchIncidentError(reference)
    return found


def snapshot(tx: Transaction, incident: Incident) -> Snapshot:
    """Read the incident whole, in the order in which things were made."""
    posts = _of(tx, Post, incident)
    statements = _of(tx, Statement, incident)
    notices = tuple(n for n in _of(tx, Notice, incident) if not n.sealed)
    effects = tuple(e for e in _of(tx, Effect, incident) if not e.sealed)
    statement_ids = [s.id for s in statements]
    accounts = {p.account_id for p in posts} | {s.account_id for s in statements}
    return Snapshot(
        incident=incident,
        reports=_of(tx, Report, incident),
        posts=posts,
        captures={
            c.post_id: c
            for c in _where(tx, Capture, "post_id", [p.id for p in posts])
            if c.outdated_at is None
        },
        accounts={a.id: a for a in _where(tx, Account, "id", [a for a in accounts if a])},
        statements=statements,
        wordings={w.id: w for w in _where(tx, Wording, "statement_id", statement_ids)},
        clearances=_where(tx, Clearance, "statement_id", statement_ids),
        notices=notices,
        acknowledgements={
            a.notice_id: a
            for a in _where(tx, Acknowledgement, "notice_id", [n.id for n in notices])
        },
        effects=effects,
        decisions=_of(tx, Decision, incident),
        escalations=_of(tx, Escalation, incident),
    )


def _of(tx: Transaction, table: type[Row], incident: Incident) -> tuple[Row, ...]:
    return _where(tx, table, "incident_id", [incident.id])


def _where(tx: Transaction, table: type[Row], field: str, values: list[str]) -> tuple[Row, ...]:
    if not values:
        return ()
    column: Any = getattr(table, field)
    identity: Any = table.id  # type: ignore[attr-defined]  # every table here has one
    return tuple(tx.exec(select(table).where(column.in_(values)).order_by(identity)))
