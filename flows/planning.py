"""The plan of an incident: decided from the tables, and made anew when the kind changes.

It is stored with the digest of its tables. What is done stays done; what is not yet sent is taken
back.
"""

from sqlmodel import col, select

from flows.ledger import withdraw
from flows.left_behind import is_judged_anew, is_taken_back, was_refused
from models.audit import chain_of_incident
from models.decisions import Decision
from models.effects import Effect
from models.incident import Incident, Post
from models.office import Office
from models.people import Account
from models.publishing import is_left_behind
from models.snapshot import incident_by
from models.statements import Statement
from models.store import Transaction
from models.words import (
    Circumstance,
    DecisionType,
    EffectKind,
    Kind,
    PostState,
    StatementState,
    Tier,
)
from policy.decide import decide
from policy.plan import Plan
from policy.stored import as_stored


def ensure_plan(here: Office, reference: str) -> Incident:
    """The incident with its plan, made now if it has none. Raises NoSuchIncidentError."""
    with here.store.read() as tx:
        incident = incident_by(tx, reference)
    if incident.plan is not None:
        return incident
    with here.store.write("make-plan") as tx:
        incident = _locked(tx, reference)
        if incident.plan is None:
            make_plan(tx, incident)
        tx.flush()
    return incident


def _locked(tx: Transaction, reference: str) -> Incident:
    """The first runner makes the plan; another finds it made, and takes nothing of it back."""
    mine = select(Incident).where(col(Incident.reference) == reference)
    return tx.exec(mine.with_for_update(key_share=True)).one()


def make_plan(tx: Transaction, incident: Incident) -> None:
    """Decide, store, and take back what an earlier plan had not yet sent."""
    plan = decide(
        [Kind(kind) for kind in incident.kinds],
        [Circumstance(word) for word in incident.circumstances],
        tier=_tier(tx, incident),
    )
    incident.plan = as_stored(plan)
    incident.severity = plan.severity
    tx.add(incident)
    taken_back = _take_back(tx, incident, plan) if incident.generation > 1 else {}
    tx.record(
        chain_of_incident(incident.id),
        "amends",
        "plan-made",
        rows=list(plan.rows),
        table=plan.table_digest,
        severity=plan.severity,
        generation=incident.generation,
        **taken_back,
    )


def _tier(tx: Transaction, incident: Incident) -> Tier:
    tiers = tx.exec(
        select(Account.tier)
        .join(Post, col(Post.account_id) == col(Account.id))
        .where(col(Post.incident_id) == incident.id)
    ).all()
    return Tier.PERSONAL_OFFICIAL if Tier.PERSONAL_OFFICIAL in tiers else Tier.OFFICIAL


def _take_back(tx: Transaction, incident: Incident, plan: Plan) -> dict[str, list[str]]:
    """Returns what was moved by it, for the record; what an effect moved its own entry tells."""
    of_incident = col(Effect.incident_id) == incident.id
    mine = select(Effect).where(of_incident).order_by(col(Effect.id))
    for effect in tx.exec(mine.with_for_update(key_share=True)):
        if effect.kind != EffectKind.NOTICE:
            withdraw(tx, effect, "reclassified")
    by_hand = _waiting_for_hands(tx, incident)
    moved: dict[str, list[str]] = {"statements": [], "posts": []}
    for statement in tx.exec(select(Statement).where(col(Statement.incident_id) == incident.id)):
        if is_left_behind(statement.state, in_peoples_hands=statement.id in by_hand):
            statement.state = StatementState.WITHDRAWN
            tx.add(statement)
            moved["statements"].append(statement.id)
    refused = set()
    for question in tx.exec(select(Decision).where(col(Decision.incident_id) == incident.id)):
        if is_taken_back(question, plan, by_hand):
            question.withdrawn_at = tx.now()
            tx.add(question)
            refused |= {question.target} if was_refused(question) else set()
    for post in tx.exec(select(Post).where(col(Post.incident_id) == incident.id)):
        if is_judged_anew(post, refused):
            post.state = PostState.LIVE if post.account_id else PostState.BY_HAND
            tx.add(post)
            moved["posts"].append(post.id)
    return {what: ids for what, ids in moved.items() if ids}


def _waiting_for_hands(tx: Transaction, incident: Incident) -> set[str]:
    """Statements that a person was asked to publish: words of the earlier plan, not to go out."""
    asked = select(Decision.target).where(
        col(Decision.incident_id) == incident.id,
        col(Decision.type) == DecisionType.SETTLE,
        col(Decision.choice).is_(None),
        col(Decision.withdrawn_at).is_(None),
    )
    statements = select(Statement.id).where(
        col(Statement.incident_id) == incident.id,
        col(Statement.state) == StatementState.NEEDS_HUMAN,
        col(Statement.id).in_(asked),
    )
    return set(tx.exec(statements))
