"""Reminders: what has waited past its time is brought to whom it falls to; digest lines leave."""

from prefect import flow
from sqlmodel import and_, col, or_, select

from flows.ledger import wake_incident
from models.decisions import Decision
from models.escalation import Escalation
from models.incident import Incident
from models.information_requests import InformationRequest
from models.notices import Notice
from models.office import office
from models.words import NoticeState


@flow(name="reminders", persist_result=False)
def remind() -> None:
    """Wake the engines for every incident in which something has fallen due.

    The engines' own sweeper does the same, at least once a second: this deployment is for those
    who run it from Prefect, and changes nothing when it never runs.
    """
    here = office()
    with here.store.write("wake-overdue") as tx:
        now = tx.now()
        fallen_due = and_(col(Decision.due_at) <= now, col(Decision.overdue_told_at).is_(None))
        overdue = tx.exec(
            select(Decision.incident_id)
            .where(or_(fallen_due, col(Decision.remind_at) <= now))
            .where(col(Decision.choice).is_(None), col(Decision.withdrawn_at).is_(None))
        ).all()
        waiting = tx.exec(
            select(Notice.incident_id)
            .where(col(Notice.state) == NoticeState.QUEUED)
            .where(or_(col(Notice.due_at).is_(None), col(Notice.due_at) <= now))
        ).all()
        unacknowledged = tx.exec(
            select(Escalation.incident_id).where(
                col(Escalation.next_at) <= now, col(Escalation.ended_at).is_(None)
            )
        ).all()
        asked_for = tx.exec(
            select(InformationRequest.incident_id).where(
                col(InformationRequest.remind_at) <= now,
                col(InformationRequest.answered_at).is_(None),
            )
        ).all()
        unheard = tx.exec(
            select(Notice.incident_id)
            .join(Incident, col(Incident.id) == col(Notice.incident_id))
            .where(col(Notice.look_at) <= now, col(Incident.closed_at).is_(None))
        ).all()
        for incident_id in sorted({*overdue, *waiting, *unacknowledged, *asked_for, *unheard}):
            wake_incident(tx, incident_id)
