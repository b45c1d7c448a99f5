"""Chasing: who is asked a question hears of it once; past its time it goes to whom it falls to."""

from collections.abc import Iterable
from datetime import datetime

from flows.due import due_effects
from flows.ledger import carry_out
from flows.letters import NewNotice, queue_digest, queue_notice
from flows.register import read_register
from models.audit import chain_of_incident
from models.decisions import Decision
from models.incident import Incident
from models.notices import Notice
from models.office import Office
from models.snapshot import Snapshot, incident_by, snapshot
from models.standing import DECISION_WAITS
from models.store import Transaction
from models.words import DecisionType, EffectKind, NoticeState, Role
from policy.people import Register, addresses

TEMPLATES = {
    DecisionType.CONFIRM: "confirm",
    DecisionType.KEEP: "decide",
    DecisionType.ATTEST: "by_hand",
    DecisionType.SETTLE: "needs_human",
    DecisionType.FACTS: "facts",
    DecisionType.WORDS: "words",
}
"""Questions that have a notice of their own. Of the others the DTU has heard already."""


def tell_waiting(here: Office, incident: Incident) -> None:
    """Tell each person who is asked, once; tell whom it falls to, once; send digest lines due.

    Once the incident is closed nobody is asked any more, but what was queued still leaves.
    """
    with here.store.read() as tx:
        anything = _anything(snapshot(tx, incident_by(tx, incident.reference)), tx.now())
    if anything:
        _queue(here, incident)
    for effect_id in due_effects(here, incident.id, EffectKind.NOTICE):
        carry_out(effect_id)


def _queue(here: Office, incident: Incident) -> None:
    with here.store.write("tell-waiting") as tx:
        fresh = incident_by(tx, incident.reference)
        seen, now = snapshot(tx, fresh), tx.now()
        chase = _Chase(tx, here, seen, read_register(tx, here.settings))
        for question in _unasked(seen):
            chase.ask(question)
        for question in _overdue(seen, now):
            chase.fall(question)
        for address in dict.fromkeys(n.to_address for n in _lines_due(seen, now)):
            queue_digest(tx, here, fresh, address)


def _anything(seen: Snapshot, now: datetime) -> bool:
    return bool(_unasked(seen) or _overdue(seen, now) or _lines_due(seen, now))


def _unasked(seen: Snapshot) -> list[Decision]:
    if seen.incident.closed_at is not None:
        return []
    return [q for q in seen.open_decisions() if q.asked_told_at is None and q.type in TEMPLATES]


def _overdue(seen: Snapshot, now: datetime) -> list[Decision]:
    if seen.incident.closed_at is not None:
        return []
    return [
        q
        for q in seen.open_decisions()
        if q.due_at and q.due_at <= now and q.overdue_told_at is None
    ]


def _lines_due(seen: Snapshot, now: datetime) -> list[Notice]:
    return [
        n
        for n in seen.notices
        if n.digest_line
        and n.carried_by is None
        and n.state == NoticeState.QUEUED
        and n.due_at
        and n.due_at <= now
    ]


class _Chase:
    """One transaction's worth of telling."""

    def __init__(self, tx: Transaction, here: Office, seen: Snapshot, register: Register) -> None:
        self.tx, self.here, self.seen, self.register = tx, here, seen, register

    def ask(self, question: Decision) -> None:
        self._send(question, TEMPLATES[question.type], [Role(w) for w in question.asked_of])
        question.asked_told_at = self.tx.now()
        self.tx.add(question)

    def fall(self, question: Decision) -> None:
        roles = [Role(word) for word in question.falls_to] or [Role.DTU_DUTY]
        self._send(question, "overdue", [*roles, Role.DTU])
        question.overdue_told_at = self.tx.now()
        self.tx.add(question)
        self.tx.record(
            chain_of_incident(question.incident_id),
            "amends",
            "overdue",
            type=question.type.value,
            target=question.target,
        )

    def _send(self, question: Decision, template: str, roles: Iterable[Role]) -> None:
        incident = self.seen.incident
        account = next(iter(self.seen.accounts.values()), None)
        same = [n for n in self.seen.notices if n.template == template]
        for role in dict.fromkeys(roles):
            for address in addresses(
                role, self.register, poster=incident.poster_email, account=account
            ):
                times = sum(n.to_address == address for n in same)
                new = NewNotice(
                    role,
                    address,
                    template,
                    generation=times + 1,
                    waiting_for=DECISION_WAITS.get(question.type),
                    answer_by=question.due_at,
                )
                queue_notice(self.tx, self.here, incident, new)
