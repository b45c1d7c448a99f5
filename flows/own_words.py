"""Our own published words, reported: an incident of its own, linked to the one they came of.

Such a report never deletes by itself what is not dangerous, its words are never pre-cleared, and
who wrote or cleared what it is about clears nothing of it (design §3.8, §3.12).
"""

from collections.abc import Iterable

from sqlmodel import bindparam, col, select

from models.audit import chain_of_incident
from models.incident import Incident
from models.people import Person
from models.statements import Clearance, Statement, Wording
from models.store import Transaction
from models.words import PosterKnown, StatementState

OWN = select(Statement.account_id, Statement.remote_id, Statement.id).where(
    col(Statement.remote_id).in_(bindparam("remote_ids", expanding=True)),
    Statement.state == StatementState.PUBLISHED,
)
"""Made once: putting a statement together takes longer than running it."""


def words_at(tx: Transaction, remote_ids: Iterable[str]) -> dict[tuple[str, str], str]:
    """The statements that were published as these posts, by account and the platform's id."""
    found = tx.execute(OWN, {"remote_ids": sorted(remote_ids)})
    return {(account, remote_id): id_ for account, remote_id, id_ in found}


def link_to_own_words(
    tx: Transaction, incident_id: str, statement_ids: Iterable[str], reporter: str, *, who: bool
) -> None:
    """Tie the incident to the one whose words are reported; ``who`` is whether the report says who
    posted them. Nobody of ours did by themselves: without that it is not known."""
    incident = tx.get_one(Incident, incident_id)
    for statement_id in sorted(statement_ids):
        statement = tx.get_one(Statement, statement_id)
        if statement.incident_id == incident.id:
            continue
        origin = tx.get_one(Incident, statement.incident_id)
        incident.came_of = incident.came_of or origin.reference
        incident.never_clear = sorted({*incident.never_clear, *_whose(tx, statement)})
        if not who:
            incident.poster_known, incident.poster_email = PosterKnown.UNKNOWN, None
        tx.add(incident)
        here, there = chain_of_incident(incident.id), chain_of_incident(origin.id)
        tx.record(here, reporter, "came-of", incident=origin.reference)
        tx.record(
            there, reporter, "words-reported", statement=statement.id, incident=incident.reference
        )


def _whose(tx: Transaction, statement: Statement) -> set[str]:
    """Who wrote these words, gave their facts or said yes to them."""
    wording = tx.get_one(Wording, statement.wording_id)
    facts_by = tx.get_one(Incident, statement.incident_id).facts_by
    yes = tx.exec(
        select(Person.email)
        .join(Clearance, col(Clearance.person_id) == col(Person.id))
        .where(col(Clearance.statement_id) == statement.id, col(Clearance.approved).is_(True))
    )
    return {one for one in (wording.author, facts_by, *yes) if one}


def led_to(tx: Transaction, reference: str) -> list[str]:
    """The references of the incidents that came of this one, the oldest first."""
    same = select(Incident.reference).where(col(Incident.came_of) == reference)
    return list(tx.exec(same.order_by(col(Incident.id))))
