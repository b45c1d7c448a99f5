"""What becomes of words whose facts have changed since they were written and cleared."""

from collections.abc import Collection

from flows.asking import ask_for_words
from models.audit import chain_of_incident
from models.statements import Statement
from models.store import Transaction
from models.words import Because, StatementState
from policy.words import Claim


def void_untrue(tx: Transaction, statement: Statement, untrue: Collection[Claim]) -> None:
    """They are not said; a person writes new ones, and is told which claims are not so any more."""
    statement.state = StatementState.WITHDRAWN
    tx.add(statement)
    chain = chain_of_incident(statement.incident_id)
    for claim in untrue:
        tx.record(chain, "amends", "claim-untrue", statement=statement.id, claim=claim.value)
    said = [claim.value for claim in untrue]
    tx.record(chain, "amends", "clearance-voided", statement=statement.id, claims=said)
    ask_for_words(tx, statement, Because.UNTRUE)
