"""Publish: the cleared words, on the account that carried the error, at most once (line 120)."""

from functools import partial

from flows.acts.publish_words import freeze_words
from flows.audience import audience_of
from flows.due import due_by_account
from flows.hands import hands_here
from flows.holding_lines import settle_lines
from flows.ledger import carry_out, plan_effect
from flows.side_by_side import side_by_side
from flows.step import step
from flows.tainted_words import look_at_published, void_tainted
from flows.tainting import taint_of_wording
from flows.truth import text_of, untrue_claims
from flows.untrue_words import void_untrue
from flows.words_by_hand import length_of
from models.decisions import Decision
from models.incident import Incident
from models.office import Office
from models.snapshot import Snapshot, incident_by, snapshot
from models.statements import Statement
from models.store import Transaction
from models.words import DecisionType, EffectKind, StatementState, Step
from policy.plan import Plan
from policy.taint.words import Found
from policy.words import Claim


@step(Step.PUBLISH)
def publish(here: Office, incident: Incident, plan: Plan) -> None:
    """Publish each statement that is cleared, as a post of its own."""
    look_at_published(here, incident.reference)
    settle_lines(here, incident.reference)
    with here.store.read() as tx:
        seen = snapshot(tx, incident)
    if any(d.type == DecisionType.SKIP and d.target == Step.PUBLISH for d in seen.decisions):
        return
    for statement in seen.statements:
        if statement.state == StatementState.CLEARED:
            _authorise(here, incident.reference, statement.id)
        elif statement.id in _in_peoples_hands(seen):
            _take_from_hands(here, incident.reference, statement.id)
    due = due_by_account(here, incident.id, EffectKind.PUBLISH)
    side_by_side([partial(_carry_out_all, one) for one in due])
    measure_for_hands(here, incident.reference)
    settle_lines(here, incident.reference)


def measure_for_hands(here: Office, reference: str) -> None:
    """Whoever publishes by hand sees how long the words are, as the platform counts."""
    hands = hands_here()
    assert hands is not None, "steps run their work where the hands are"
    with here.store.read() as tx:
        seen = snapshot(tx, incident_by(tx, reference))
    for statement in seen.statements:
        wording = seen.wordings.get(statement.wording_id or "")
        if statement.state != StatementState.NEEDS_HUMAN or statement.length or wording is None:
            continue
        text = text_of(here, wording)
        length = length_of(hands, seen.accounts[statement.account_id], text)
        if length is None:
            continue
        with here.store.write("measure-words") as tx:
            tx.get_one(Incident, statement.incident_id, with_for_update={"key_share": True})
            row = tx.get_one(Statement, statement.id)
            if row.state != StatementState.NEEDS_HUMAN or row.wording_id != wording.id:
                continue  # other words meanwhile: this is not their length
            row.length, row.longest = length.used, length.limit
            tx.add(row)


def _carry_out_all(effect_ids: list[str]) -> None:
    for effect_id in effect_ids:
        carry_out(effect_id)


def _in_peoples_hands(seen: Snapshot) -> dict[str, Decision]:
    """The questions to people who are asked to publish by hand, by their statements."""
    asked = {q.target: q for q in seen.open_decisions() if q.type == DecisionType.SETTLE}
    unsent = (s.id for s in seen.statements if s.state == StatementState.NEEDS_HUMAN)
    return {one: asked[one] for one in unsent if one in asked}


def _take_from_hands(here: Office, reference: str, statement_id: str) -> None:
    """What may not be said by us may not be said by hand either."""
    with here.store.read() as tx:
        seen = snapshot(tx, incident_by(tx, reference))
        untrue = _untrue_in_hands(here, seen, statement_id)
        if not untrue and not _tainted_in_hands(tx, here, seen, statement_id):
            return
    with here.store.write("take-from-hands") as tx:
        incident = incident_by(tx, reference)
        tx.get_one(Incident, incident.id, with_for_update={"key_share": True})
        seen = snapshot(tx, incident)
        if untrue := _untrue_in_hands(here, seen, statement_id):
            question = _in_peoples_hands(seen)[statement_id]
            question.withdrawn_at = tx.now()
            tx.add(question)
            void_untrue(tx, next(s for s in seen.statements if s.id == statement_id), untrue)
        elif found := _tainted_in_hands(tx, here, seen, statement_id):
            question = _in_peoples_hands(seen)[statement_id]
            question.withdrawn_at = tx.now()
            tx.add(question)
            void_tainted(tx, next(s for s in seen.statements if s.id == statement_id), found)


def _untrue_in_hands(here: Office, seen: Snapshot, statement_id: str) -> list[Claim]:
    statement = next(s for s in seen.statements if s.id == statement_id)
    if statement_id not in _in_peoples_hands(seen) or statement.wording_id is None:
        return []
    return untrue_claims(here, seen, statement, seen.wordings[statement.wording_id])


def _tainted_in_hands(
    tx: Transaction, here: Office, seen: Snapshot, statement_id: str
) -> tuple[Found, ...]:
    statement = next(s for s in seen.statements if s.id == statement_id)
    if statement_id not in _in_peoples_hands(seen) or statement.wording_id is None:
        return ()
    wording = seen.wordings[statement.wording_id]
    return taint_of_wording(tx, here, seen.incident, statement, wording)


def _authorise(here: Office, reference: str, statement_id: str) -> None:
    """Freeze the exact bytes that were cleared, unless a claim in them has become untrue."""
    with here.store.write("authorise-publish") as tx:
        incident = incident_by(tx, reference)
        # What a person writes meanwhile is read, or waits until this is stored.
        tx.get_one(Incident, incident.id, with_for_update={"key_share": True})
        seen = snapshot(tx, incident)
        statement = next(s for s in seen.statements if s.id == statement_id)
        if statement.state != StatementState.CLEARED or statement.wording_id is None:
            return
        wording = seen.wordings[statement.wording_id]
        if untrue := untrue_claims(here, seen, statement, wording):
            void_untrue(tx, statement, untrue)
            return
        if found := taint_of_wording(tx, here, incident, statement, wording):
            void_tainted(tx, statement, found)
            return
        text = text_of(here, wording)
        plan_effect(
            tx,
            here,
            incident_id=incident.id,
            kind=EffectKind.PUBLISH,
            target=statement.id,
            payload=freeze_words(
                wording,
                text,
                audience_of(tx, statement),
                tx.now(),
                next((post for post in seen.posts if post.id == statement.edits), None),
            ),
            account_id=statement.account_id,
            generation=wording.version,
        )
