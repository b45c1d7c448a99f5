"""Refer: a named person of HR decides on possible misconduct; nothing of it shows elsewhere."""

from enum import StrEnum

from sqlmodel import col, select, update

from flows.deciding.questions import needed
from flows.refusals import AlreadyDecidedError, NotFoundError
from flows.register import read_register
from models.audit import chain_of_case
from models.incident import Incident
from models.office import Office
from models.people import Person
from models.referral import Referral
from models.sealed import place
from models.snapshot import NoSuchIncidentError, incident_by, snapshot
from models.store import Transaction
from models.words import Choice, ReferralState
from policy.conflicts import may_see_case

NO_CASE = "There is no such case. Check the reference and try again."
WHICH_RULE = "Say which rule it is about."
WHY = "Say why."


class Verdict(StrEnum):
    """The two answers; the third, to go on considering, needs none."""

    REFER = Choice.REFER.value
    DO_NOT_REFER = Choice.DO_NOT_REFER.value


def refer(
    office: Office, person: Person, reference: str, *, verdict: Verdict, rule: str, reason: str
) -> None:
    """Decide, once, with the rule and the reason, both sealed with the key of cases alone.

    Raises NotFoundError (to everyone but HR, and to whoever of HR is involved), BadRequestError
    and AlreadyDecidedError. Lines 54-56, 126.
    """
    with office.store.write("refer") as tx:
        referral, incident = case_of(tx, office, person, reference)
        rule, reason = needed(rule, WHICH_RULE), needed(reason, WHY)
        referred = verdict is Verdict.REFER
        now = tx.now()
        seal = office.cases
        taken = tx.changed(
            update(Referral)
            .where(col(Referral.id) == referral.id, col(Referral.decided_at).is_(None))
            .where(col(Referral.state) == ReferralState.CONSIDERING)
            .values(
                state=ReferralState.REFERRED if referred else ReferralState.NOT_REFERRED,
                rule_sealed=seal.close(rule, place("referral", referral.id, "rule")),
                reason_sealed=seal.close(reason, place("referral", referral.id, "reason")),
                decided_by=person.email,
                decided_at=now,
            )
        )
        if not taken:
            raise _already(referral)
        tx.record(
            chain_of_case(referral.id), person.email, "referral-decided", choice=verdict.value
        )
        # Nobody who sees the incident may see that its case moved: the engine is woken, no more.
        tx.changed(
            update(Incident)
            .where(col(Incident.id) == incident.id)
            .values(stirred=col(Incident.stirred) + 1, wake_at=now)
        )
        tx.wake(incident.id)


def case_of(
    tx: Transaction, office: Office, person: Person, reference: str
) -> tuple[Referral, Incident]:
    """The case, for those who may see it. Raises NotFoundError for everybody else."""
    try:
        incident = incident_by(tx, reference)
    except NoSuchIncidentError:
        raise NotFoundError(NO_CASE) from None
    seen = snapshot(tx, incident)
    same = select(Referral).where(col(Referral.incident_id) == incident.id)
    referral = tx.exec(same).first()
    register = read_register(tx, office.settings)
    if referral is None or not may_see_case(person, seen, register):
        raise NotFoundError(NO_CASE)
    return referral, incident


def _already(referral: Referral) -> AlreadyDecidedError:
    if referral.decided_at is None:
        return AlreadyDecidedError("The case was handed over: it is not decided here.")
    when = f"{referral.decided_at:%H:%M UTC on %-d %B %Y}"
    return AlreadyDecidedError(f"{referral.decided_by} decided this at {when}.")
