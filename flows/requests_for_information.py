"""Requests for information: their clock is brought to people until somebody says it is answered.

It runs on when the incident is closed.
"""

from datetime import datetime

from sqlmodel import col, func, select

from flows.letters import NewNotice, queue_notice
from models.audit import chain_of_incident
from models.incident import Incident
from models.information_requests import next_reminder_of, requests_of
from models.notices import Notice
from models.office import Office
from models.store import Transaction
from models.words import Role
from policy.clocks import answer_due_at, remind_next_at
from policy.people import Register

TEMPLATE = "foi"


def is_any_due(tx: Transaction, incident_id: str, now: datetime) -> bool:
    """Whether ``remind_of_requests`` would tell anybody."""
    due = next_reminder_of(tx, incident_id)
    return due is not None and due <= now


def remind_of_requests(
    tx: Transaction, here: Office, incident: Incident, register: Register
) -> None:
    """Tell the DTU and whoever noted it, and say when they hear next."""
    now = tx.now()
    for one in requests_of(tx, incident.id):
        if one.answered_at is None and one.remind_at is not None and one.remind_at <= now:
            told = {register.dtu_address: Role.DTU}
            told |= {one.noted_by: Role.AUDITOR} if register.person(one.noted_by) else {}
            for address, role in told.items():
                new = NewNotice(
                    role,
                    address,
                    TEMPLATE,
                    generation=_times(tx, incident, address) + 1,
                    answer_by=answer_due_at(one.due),
                )
                queue_notice(tx, here, incident, new)
            one.remind_at, one.reminders = remind_next_at(one.received, now), one.reminders + 1
            tx.add(one)
            tx.record(chain_of_incident(incident.id), "amends", "foi-reminded", request=one.id)


def _times(tx: Transaction, incident: Incident, address: str) -> int:
    same = select(func.count()).where(
        col(Notice.incident_id) == incident.id,
        col(Notice.template) == TEMPLATE,
        col(Notice.to_address) == address,
    )
    return tx.exec(same).one()
