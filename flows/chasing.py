"""Chasing: who is asked hears of it once; past its time, whom it falls to hears of it too.

What only a person's hand can do is brought back until it is done: to those who were asked, and to
those to whom it fell.
"""

from collections.abc import Iterable
from datetime import datetime

from flows.due import due_effects
from flows.escalating import anything_to_escalate, escalate
from flows.ledger import carry_out
from flows.letters import NewNotice, queue_digest, queue_notice
from flows.register import read_register
from flows.requests_for_information import is_any_due, remind_of_requests
from models.audit import chain_of_incident
from models.decisions import Decision
from models.incident import Incident
from models.notices import Notice
from models.office import Office
from models.snapshot import Snapshot, incident_by, snapshot
from models.standing import DECISION_WAITS
from models.store import Transaction
from models.words import Because, DecisionType, EffectKind, NoticeState, Role, Step
from policy.access import accounts_of, is_judging
from policy.people import Register, addresses
from policy.reminders import next_reminder
from policy.times import Timed, lasts

TEMPLATES = {
    DecisionType.CONFIRM: "confirm",
    DecisionType.KEEP: "decide",
    DecisionType.ATTEST: "by_hand",
    DecisionType.SETTLE: "needs_human",
    DecisionType.FACTS: "facts",
    DecisionType.WORDS: "words",
    DecisionType.REPLACE: "holding_line",
}
"""Questions that have a notice of their own. Of the others the DTU has heard already."""

ELSEWHERE = {DecisionType.CONFIRM: "confirm_lines", DecisionType.ATTEST: "ask_poster"}
"""The same, where the post is on an account that is not ours."""


def tell_waiting(here: Office, incident: Incident) -> None:
    """Tell each person who is asked, once; tell whom it falls to, once; send digest lines due.

    Once the incident is closed nobody is asked any more, but what was queued still leaves.
    """
    with here.store.read() as tx:
        anything = _anything(snapshot(tx, incident_by(tx, incident.reference)), tx.now())
        anything = anything or is_any_due(tx, incident.id, tx.now())
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
        for question in _to_remind(seen, now):
            chase.remind(question)
        if anything_to_escalate(seen, now):
            escalate(tx, here, seen, chase.register)
        remind_of_requests(tx, here, fresh, chase.register)
        for address in dict.fromkeys(n.to_address for n in _lines_due(seen, now)):
            queue_digest(tx, here, fresh, address)


def _anything(seen: Snapshot, now: datetime) -> bool:
    return bool(
        _unasked(seen)
        or _overdue(seen, now)
        or _to_remind(seen, now)
        or _lines_due(seen, now)
        or anything_to_escalate(seen, now)
    )


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


def _to_remind(seen: Snapshot, now: datetime) -> list[Decision]:
    if seen.incident.closed_at is not None:
        return []
    return [q for q in seen.open_decisions() if q.remind_at and q.remind_at <= now]


def _is_by_hand(question: Decision, seen: Snapshot) -> bool:
    """Whether a person must act on a platform, and no step that it belongs to was let go."""
    skipped = {d.target for d in seen.decisions if d.type == DecisionType.SKIP}
    if question.type == DecisionType.ATTEST:
        return skipped.isdisjoint({Step.DELETE.value, Step.VERIFY.value})
    return _is_publishing(question, seen) and Step.PUBLISH.value not in skipped


def _is_publishing(question: Decision, seen: Snapshot) -> bool:
    return question.type == DecisionType.SETTLE and _is_about_words(question, seen)


def _is_about_words(question: Decision, seen: Snapshot) -> bool:
    return question.target in {statement.id for statement in seen.statements}


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
        self._send(question, self._template(question), [Role(w) for w in question.asked_of])
        question.asked_told_at = self.tx.now()
        self.tx.add(question)

    def fall(self, question: Decision) -> None:
        roles = [Role(word) for word in question.falls_to] or [Role.DTU_DUTY]
        self._send(question, "overdue", [*roles, Role.DTU])
        question.overdue_told_at = self.tx.now()
        self._remind_again(question)
        self.tx.record(
            chain_of_incident(question.incident_id),
            "amends",
            "overdue",
            type=question.type.value,
            target=question.target,
        )

    def remind(self, question: Decision) -> None:
        """Once more, to all who were asked and to whom it fell."""
        if not _is_by_hand(question, self.seen) and question.type != DecisionType.REPLACE:
            question.remind_at = None
            self.tx.add(question)
            return
        self._send(question, "overdue", [Role(w) for w in (*question.asked_of, *question.falls_to)])
        question.reminders += 1
        self._remind_again(question)
        self.tx.record(
            chain_of_incident(question.incident_id),
            "amends",
            "reminded",
            type=question.type.value,
            target=question.target,
        )

    def _remind_again(self, question: Decision) -> None:
        if _is_by_hand(question, self.seen):
            question.remind_at = next_reminder(question.asked_at, question.reminders, self.tx.now())
        if question.type == DecisionType.REPLACE:  # until a person ends it, or the words do
            severity = self.seen.incident.severity
            question.remind_at = self.tx.now() + lasts(Timed.HOLDING_LINE_REMINDER, severity)
        self.tx.add(question)

    def _template(self, question: Decision) -> str:
        """The notice of the question; its own words where it is about an account elsewhere."""
        if _is_publishing(question, self.seen):
            return "publish_again" if question.because else "publish_by_hand"
        if question.type == DecisionType.CONFIRM and _is_about_words(question, self.seen):
            return "published_words"
        if question.because == Because.STILL_THERE:
            return "still_there"
        if question.because == Because.WILL_NOT and question.type == DecisionType.KEEP:
            return "will_not"
        if any(p.id == question.target and p.account_id is None for p in self.seen.posts):
            return ELSEWHERE.get(question.type, TEMPLATES[question.type])
        return TEMPLATES[question.type]

    def _send(self, question: Decision, template: str, roles: Iterable[Role]) -> None:
        incident = self.seen.incident
        poster = incident.poster_email
        judging = is_judging(question, self.seen)
        without = frozenset({poster} if poster and judging else ())
        same = [n for n in self.seen.notices if n.template == template]
        told = {
            address: role
            for role in reversed(list(dict.fromkeys(roles)))
            for account in accounts_of(question, self.seen)
            for address in addresses(
                role, self.register, poster=poster, account=account, without=without
            )
        }
        for address, role in told.items():
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
