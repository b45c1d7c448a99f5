"""What becomes of words that turn out to repeat what may not be repeated."""

from datetime import timedelta

from flows.asking import ask, ask_for_words
from flows.tainting import note_taint, taint_of_wording
from flows.withheld import is_withheld
from models.incident import Incident
from models.office import Office
from models.snapshot import Snapshot, incident_by, snapshot
from models.statements import Statement
from models.store import Transaction
from models.words import DecisionType, Role, StatementState
from policy.taint.words import Found

WITHIN = timedelta(minutes=10)
"""How long people have to deal with words that are public."""


def void_tainted(tx: Transaction, statement: Statement, found: tuple[Found, ...]) -> None:
    """They are not sent, and a person writes others."""
    statement.state = StatementState.WITHDRAWN
    tx.add(statement)
    note_taint(tx, statement, "words-tainted", found)
    ask_for_words(tx, statement)


def look_at_published(here: Office, reference: str) -> None:
    """Words that went out while the mistake was of another kind: people are asked, once."""
    with here.store.read() as tx:
        seen = snapshot(tx, incident_by(tx, reference))
        if not is_withheld(seen.incident) or not _tainted(tx, here, seen):
            return
    with here.store.write("ask-about-published") as tx:
        incident = incident_by(tx, reference)
        tx.get_one(Incident, incident.id, with_for_update={"key_share": True})
        for statement, found in _tainted(tx, here, snapshot(tx, incident)):
            note_taint(tx, statement, "published-tainted", found)
            ask(
                tx,
                incident.id,
                DecisionType.CONFIRM,
                target=statement.id,
                of=(Role.DTU_DUTY, Role.DTU),
                within=WITHIN,
                falls_to=(Role.DTU_DUTY,),
                said="published-words-asked",
                again=False,
            )


def _tainted(
    tx: Transaction, here: Office, seen: Snapshot
) -> list[tuple[Statement, tuple[Found, ...]]]:
    """Each that is out and that nobody has been asked about."""
    asked = {
        one.target
        for one in seen.decisions
        if one.type == DecisionType.CONFIRM and one.withdrawn_at is None
    }
    out = [
        one
        for one in seen.statements
        if one.state == StatementState.PUBLISHED and one.id not in asked
    ]
    looked = [
        (one, taint_of_wording(tx, here, seen.incident, one, seen.wordings[one.wording_id]))
        for one in out
        if one.wording_id is not None
    ]
    return [(one, found) for one, found in looked if found]
