"""Our own published words, reported: an incident of its own, linked to the one they came of.

Such a report never deletes by itself what is not dangerous, its words are never pre-cleared, and
who wrote or cleared what it is about clears nothing of it (design §3.8, §3.12).
"""

from collections.abc import Iterable, Iterator

from sqlmodel import bindparam, col, select

from models.audit import chain_of_incident
from models.incident import Incident, Post
from models.people import Person
from models.statements import Clearance, Statement, Wording
from models.store import Transaction
from models.words import PosterKnown, StatementState

OWN = select(Statement.account_id, Statement.remote_id, Statement.id).where(
    col(Statement.remote_id).in_(bindparam("remote_ids", expanding=True)),
    Statement.state == StatementState.PUBLISHED,
)
"""Made once: putting a statement together takes longer than running it."""


WORDS_REPORTED = "words-reported"
"""What the record of the first incident says, naming nobody: not all who see that one may know who
reported (design §3.2)."""


def words_at(tx: Transaction, remote_ids: Iterable[str]) -> dict[tuple[str, str], str]:
    """The statements that were published as these posts, by account and the platform's id."""
    found = tx.execute(OWN, {"remote_ids": sorted(remote_ids)})
    return {(account, remote_id): id_ for account, remote_id, id_ in found}


def may_be_ours(tx: Transaction, post: Post) -> bool:
    """Whether the post may be words of ours: some were sent for this account of which nobody knows
    yet whether they are out, and it is no older than they are. Their id is then not known either.
    """
    if post.statement_id or post.posted_at is None:
        return bool(post.statement_id)
    sent = select(Statement.id).where(
        col(Statement.account_id) == post.account_id,
        Statement.state == StatementState.UNKNOWN,
        col(Statement.drafted_at) <= post.posted_at,
    )
    return tx.exec(sent).first() is not None


def link_to_own_words(
    tx: Transaction, incident_id: str, statement_ids: Iterable[str], reporter: str, *, who: bool
) -> None:
    """Tie a new incident to the one whose words are reported; ``who`` is whether the report says
    who posted them. Nobody of ours did by themselves: without that it is not known.

    Who reported them is told in this incident's record, and never to those of the first one.
    """
    incident = tx.get_one(Incident, incident_id)
    for statement, origin in _said_elsewhere(tx, incident, statement_ids):
        incident.came_of = incident.came_of or origin.reference
        if not who:
            incident.poster_known, incident.poster_email = PosterKnown.UNKNOWN, None
        _record(tx, incident, statement, origin, reporter)


def add_own_words(
    tx: Transaction, incident_id: str, statement_ids: Iterable[str], reporter: str
) -> None:
    """Words of ours, reported beside posts of an incident that is there: who posted those, and
    what that incident is about, no later report changes."""
    incident = tx.get_one(Incident, incident_id)
    for statement, origin in _said_elsewhere(tx, incident, statement_ids):
        _record(tx, incident, statement, origin, reporter)


def _said_elsewhere(
    tx: Transaction, incident: Incident, statement_ids: Iterable[str]
) -> Iterator[tuple[Statement, Incident]]:
    """The words that another incident published, with that one."""
    for statement_id in sorted(statement_ids):
        statement = tx.get_one(Statement, statement_id)
        if statement.incident_id != incident.id:
            yield statement, tx.get_one(Incident, statement.incident_id)


def _record(
    tx: Transaction, incident: Incident, statement: Statement, origin: Incident, reporter: str
) -> None:
    incident.never_clear = sorted({*incident.never_clear, *_whose(tx, statement)})
    tx.add(incident)
    here, there = chain_of_incident(incident.id), chain_of_incident(origin.id)
    tx.record(here, reporter, "came-of", incident=origin.reference)
    tx.record(there, "amends", WORDS_REPORTED, statement=statement.id, incident=incident.reference)


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
