"""Acknowledge: a person's word that a notice reached them; one tap is enough (line 124)."""

import hashlib
from enum import StrEnum

from sqlmodel import col, select, update

from flows.deciding.desk import Desk, desk
from flows.refusals import NotFoundError
from models.audit import chain_of_case, chain_of_incident
from models.incident import Incident
from models.notices import Acknowledgement, Notice
from models.office import Office
from models.people import Person
from models.referral import Referral
from models.store import Transaction
from models.words import NoticeState, Role
from policy.access import LEFT_US

NOTHING = "There is no notice to you in this incident."
NO_LINK = "This link does not work. Open the newest notice, or sign in."


class Way(StrEnum):
    """How a person acknowledged."""

    LINK = "link"
    SESSION = "session"


def acknowledge(
    office: Office, person: Person, reference: str, *, notice: str | None = None
) -> int:
    """Acknowledge this person's notice, or all of theirs; returns how many were new.

    A notice in the DTU's own mailbox is any DTU officer's, but not about a post of their own. To
    say it twice is no error. Raises NotFoundError.
    """
    with desk(office, person, reference, "acknowledge") as here:
        mine = [n for n in here.seen.notices if _is_theirs(here, n) and notice in (None, n.id)]
        if not mine:
            raise NotFoundError(NOTHING)
        return sum(_take(here.tx, one, person.email, Way.SESSION) for one in mine)


def _is_theirs(here: Desk, notice: Notice) -> bool:
    shared = notice.to_role == Role.DTU and here.is_dtu
    return notice.state in LEFT_US and (notice.to_address == here.person.email or shared)


def notice_of_link(tx: Transaction, token: str) -> Notice:
    """The notice that this link belongs to. Raises NotFoundError."""
    digest = hashlib.sha256(token.encode()).hexdigest()
    found = tx.exec(select(Notice).where(col(Notice.link_digest) == digest)).first()
    if found is None:
        raise NotFoundError(NO_LINK)
    return found


def acknowledge_by_link(office: Office, token: str) -> str:
    """Acknowledge as whoever the link was sent to; returns the incident's reference.

    The link is proof enough for this and for nothing else (design §8). Raises NotFoundError.
    """
    with office.store.write("acknowledge-by-link") as tx:
        notice = notice_of_link(tx, token)
        incident = tx.get_one(Incident, notice.incident_id)
        if _take(tx, notice, notice.to_address, Way.LINK):
            tx.changed(
                update(Incident)
                .where(col(Incident.id) == incident.id)
                .values(stirred=col(Incident.stirred) + 1, wake_at=tx.now())
            )
            tx.wake(incident.id)
        return incident.reference


def _take(tx: Transaction, notice: Notice, email: str, way: Way) -> bool:
    now = tx.now()
    row = Acknowledgement(notice_id=notice.id, person_email=email, way=way.value, given_at=now)
    if not tx.insert_once(row):
        return False
    tx.changed(
        update(Notice).where(col(Notice.id) == notice.id).values(state=NoticeState.ACKNOWLEDGED)
    )
    chain = chain_of_incident(notice.incident_id)
    if notice.sealed:
        same = select(Referral.id).where(col(Referral.incident_id) == notice.incident_id)
        chain = chain_of_case(tx.exec(same).one())
    tx.record(chain, email, "notice-acknowledged", notice=notice.id, role=notice.to_role.value)
    return True
