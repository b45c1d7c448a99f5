"""The reactive line: what the press desk answers, only if asked; it is never published.

It passes the truth gate and the taint check like words that go out, and holds nothing that anybody
typed. A notice says that it is there; it is read in the incident alone.
"""

from flows.tainting import taint_of_line
from flows.truth import true_claims_of
from models.office import Office
from models.snapshot import Snapshot
from models.store import Transaction
from models.words import Kind
from policy.words import Claim
from templates.choosing import StatementFacts
from templates.words import render_if_asked


def line_if_asked(tx: Transaction, here: Office, seen: Snapshot) -> str | None:
    """The line, by the facts of now; None before there is a plan, and where it would repeat what
    may not be repeated."""
    if seen.incident.plan is None:
        return None
    kinds = [Kind(kind) for kind in seen.incident.kinds]
    facts = StatementFacts(organisation=here.settings.organisation.name)
    line = render_if_asked(kinds, facts, _true_everywhere(here, seen), seen.incident.language)
    return None if taint_of_line(tx, here, seen.incident, line) else line.text


def _true_everywhere(here: Office, seen: Snapshot) -> frozenset[str]:
    """It is said of the incident, so of each of its accounts."""
    true = [true_claims_of(here, seen, account) for account in seen.accounts.values()]
    return frozenset[Claim]().union(*true[:1]).intersection(*true)
