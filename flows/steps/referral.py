"""Refer: possible misconduct is considered by a person, never decided here (lines 54-56, 126)."""

from sqlmodel import col, select

from flows.due import due_effects
from flows.ledger import carry_out
from flows.letters import NewNotice, queue_notice
from flows.step import step
from models.audit import chain_of_case
from models.columns import new_id
from models.decisions import Decision
from models.incident import Incident, Post
from models.office import Office
from models.people import Person
from models.referral import Referral
from models.store import Transaction
from models.words import (
    Choice,
    DecisionType,
    EffectKind,
    Employer,
    PosterKnown,
    ReferralWord,
    Role,
    Step,
)
from policy.plan import Plan

MISCONDUCT = (54, 108)
"""The lines that the policy names as rules of conduct; the others are about harm."""


@step(Step.REFER)
def refer(here: Office, incident: Incident, plan: Plan) -> None:
    """Where a rule may be broken, tell HR that there is something to consider.

    Line 56: "may be considered": a named person decides, and nobody else. Line 126: staff of FCO
    Services follow their own policy, so HR reads at once that it is to be handed over. Nothing of
    this shows outside; what is decided stands in the case alone.
    """
    if plan.referral != ReferralWord.CONSIDER:
        return
    with here.store.write("consider-referral") as tx:
        if _is_private(tx, incident):
            return
        poster = _poster(tx, incident)
        elsewhere = poster is not None and poster.employer == Employer.FCO_SERVICES
        if _consider(tx, incident):
            template = "handover" if elsewhere else "hr_referral"
            hr = here.settings.organisation.hr
            queue_notice(tx, here, incident, NewNotice(Role.HR, hr, template, sealed=True))
    for effect_id in due_effects(here, incident.id, EffectKind.NOTICE):
        carry_out(effect_id)


def _is_private(tx: Transaction, incident: Incident) -> bool:
    """What somebody did on an account of their own is theirs, until the DTU has said that it breaks
    line 54 or 108. That they would not delete it proves nothing (lines 54, 108)."""
    ours = select(Post.id).where(
        col(Post.incident_id) == incident.id, col(Post.account_id).is_not(None)
    )
    said = select(Decision.id).where(
        col(Decision.incident_id) == incident.id,
        col(Decision.type) == DecisionType.CONFIRM,
        col(Decision.choice) == Choice.YES,
        col(Decision.withdrawn_at).is_(None),
        col(Decision.line).in_(MISCONDUCT),
    )
    return tx.exec(ours).first() is None and tx.exec(said).first() is None


def _poster(tx: Transaction, incident: Incident) -> Person | None:
    if incident.poster_known == PosterKnown.UNKNOWN or incident.poster_email is None:
        return None
    return tx.exec(select(Person).where(col(Person.email) == incident.poster_email)).first()


def _consider(tx: Transaction, incident: Incident) -> bool:
    referral = Referral(id=new_id(), incident_id=incident.id, considered_at=tx.now())
    if not tx.insert_once(referral):
        return False
    tx.record(chain_of_case(referral.id), "amends", "referral-considered", incident=incident.id)
    return True
