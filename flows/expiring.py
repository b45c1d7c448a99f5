"""A yes has stood for too long: its words are not sent, and those who clear are asked again."""

from flows.ledger import withdraw
from flows.letters import NewNotice, queue_notice
from flows.register import read_register
from flows.truth import text_of
from models.audit import chain_of_incident
from models.columns import new_id
from models.effects import Effect
from models.incident import Incident
from models.office import Office
from models.sealed import place
from models.snapshot import Snapshot, incident_by, snapshot
from models.statements import Statement, Wording
from models.store import Transaction
from models.words import Role, StatementState
from policy.clearing import given, has_run_out, task_by_hand

ASK_AGAIN = "clear_again"
"""The notice of words whose clearance has run out."""


def expire_clearances(here: Office, reference: str) -> None:
    """Let every yes go that has run out; what rests on it waits for clearance anew."""
    with here.store.read() as tx:
        seen = snapshot(tx, incident_by(tx, reference))
        if not any(has_run_out(seen, one, tx.now()) for one in seen.statements):
            return
    with here.store.write("expire-clearance") as tx:
        incident = incident_by(tx, reference)
        # Nothing is claimed and nobody decides until this is committed.
        tx.get_one(Incident, incident.id, with_for_update={"key_share": True})
        seen = snapshot(tx, incident)
        for statement in seen.statements:
            if has_run_out(seen, statement, tx.now()):
                _expire(tx, here, seen, statement)


def was_cleared_before(seen: Snapshot, statement: Statement) -> bool:
    """Whether a yes to these words has run out."""
    return any(one.statement_id == statement.id and one.expired_at for one in seen.clearances)


def _expire(tx: Transaction, here: Office, seen: Snapshot, about: Statement) -> None:
    for effect in seen.effects:
        if effect.target == about.id:
            withdraw(tx, tx.get_one(Effect, effect.id), "clearance-expired")
    if task := task_by_hand(seen, about):
        task.withdrawn_at = tx.now()
        tx.add(task)
    for one in given(seen, about):
        one.expired_at = tx.now()
        tx.add(one)
    again = _same_words_anew(tx, here, seen, about)
    about.wording_id, about.state = again.id, StatementState.WAITING
    tx.add(about)
    tx.record(
        chain_of_incident(about.incident_id),
        "amends",
        "clearance-expired",
        statement=about.id,
        digest=again.digest,
        version=again.version,
    )
    dtu = read_register(tx, here.settings).dtu_address
    heard = NewNotice(Role.DTU, dtu, ASK_AGAIN, generation=len(seen.wordings) + 1)
    queue_notice(tx, here, seen.incident, heard)


def _same_words_anew(tx: Transaction, here: Office, seen: Snapshot, about: Statement) -> Wording:
    """A version of its own: what was frozen of the earlier one stays behind for good."""
    was = seen.wordings[str(about.wording_id)]
    versions = [one.version for one in seen.wordings.values() if one.statement_id == about.id]
    new = Wording(
        id=new_id(),
        statement_id=about.id,
        version=max(versions) + 1,
        text_sealed=b"",
        digest=was.digest,
        language=was.language,
        template=was.template,
        author=was.author,
        claims=list(was.claims),
        facts=dict(was.facts),
        written_at=tx.now(),
    )
    new.text_sealed = here.content.close(text_of(here, was), place("wording", new.id, "text"))
    tx.add(new)
    tx.flush()
    return new
