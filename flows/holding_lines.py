"""Holding lines in the making: moot ones are taken back, and replaced ones asked for no more."""

from flows.asking import ask_for_what_replaces
from flows.ledger import withdraw
from models.audit import chain_of_incident
from models.effects import Effect
from models.holding_lines import is_moot, lines_of, still_holds
from models.incident import Incident
from models.office import Office
from models.publishing import UNSENT
from models.snapshot import Snapshot, incident_by, snapshot
from models.statements import Statement
from models.store import Transaction
from models.words import DecisionType, StatementState
from policy.clearing import task_by_hand

SETTLES = (DecisionType.WORDS, DecisionType.SETTLE)


def settle_lines(here: Office, reference: str) -> None:
    """Take back each line that must not go out any more, and end the asking for what replaces
    them once nothing is left to replace."""
    with here.store.read() as tx:
        seen = snapshot(tx, incident_by(tx, reference))
        if not lines_of(seen) or not (_moot(tx, seen) or _is_settled(seen) or _is_unasked(seen)):
            return
    with here.store.write("settle-lines") as tx:
        incident = incident_by(tx, reference)
        tx.get_one(Incident, incident.id, with_for_update={"key_share": True})
        seen = snapshot(tx, incident)
        for line in _moot(tx, seen):
            _take_back(tx, seen, line)
        if _is_settled(seen):
            _ask_no_more(tx, seen)
        elif _is_unasked(seen):
            ask_for_what_replaces(tx, incident)


def _moot(tx: Transaction, seen: Snapshot) -> list[Statement]:
    return [
        line
        for line in lines_of(seen)
        if (line.state in UNSENT or task_by_hand(seen, line)) and is_moot(seen, line, tx.now())
    ]


def _take_back(tx: Transaction, seen: Snapshot, line: Statement) -> None:
    for effect in seen.effects:
        if effect.target == line.id:
            withdraw(tx, tx.get_one(Effect, effect.id), "holding-line-moot")
    for question in seen.open_decisions():
        if question.target == line.id and question.type in SETTLES:
            question.withdrawn_at = tx.now()
            tx.add(question)
    tx.flush()
    tx.refresh(line)
    if line.state == StatementState.WITHDRAWN:
        return  # as the record says of what was to be sent
    line.state = StatementState.WITHDRAWN
    tx.add(line)
    tx.record(chain_of_incident(line.incident_id), "amends", "holding-line-moot", statement=line.id)


def _is_asked(seen: Snapshot) -> bool:
    return any(q.type == DecisionType.REPLACE for q in seen.open_decisions())


def _is_settled(seen: Snapshot) -> bool:
    return _is_asked(seen) and not any(still_holds(seen, line) for line in lines_of(seen))


def _is_unasked(seen: Snapshot) -> bool:
    """A line that was refused was written anew, or what had replaced it is there no more."""
    return not _is_asked(seen) and any(still_holds(seen, line) for line in lines_of(seen))


def _ask_no_more(tx: Transaction, seen: Snapshot) -> None:
    for question in seen.open_decisions():
        if question.type == DecisionType.REPLACE:
            question.withdrawn_at = tx.now()
            tx.add(question)
    out = any(line.state == StatementState.PUBLISHED for line in lines_of(seen))
    chain = chain_of_incident(seen.incident.id)
    tx.record(chain, "amends", "holding-line-over" if out else "holding-line-unsent")
