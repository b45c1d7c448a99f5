"""Queueing a notice: the row, and the frozen mail that the ledger will send once."""

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import col, select

from flows.acts.send_notice import freeze_chat, freeze_mail, freeze_text
from flows.ledger import plan_effect
from integrations.notices.base import Mail
from integrations.notices.chats import ChatMessage
from integrations.notices.texts import Text
from models.audit import chain_of_incident
from models.columns import new_id
from models.incident import Incident
from models.notices import Notice
from models.office import Office
from models.people import Person
from models.store import Transaction
from models.words import EffectKind, Kind, Medium, NoticeState, Role, Wait
from policy.escalation import texts_beside_mail
from templates.letters import NoticeFacts, render_chat, render_notice, render_text

LULL = timedelta(minutes=5)
"""How long after one text a person is not texted again for another mail of the same incident."""

UNTEXTED = ("security_leads", "deleted", "closed", "if_asked")
"""Notices that ask nothing of anybody: they wake nobody."""

SHARED = (Role.DTU, Role.HR)
"""Roles whose notices go to a shared mailbox: it gets no link that acts for a person."""


@dataclass(frozen=True)
class NewNotice:
    """One message to one address. A ``digest_line`` waits for the morning of ``due_at``.

    ``fills_in``: nobody holds the role, and the address is whom it falls back to. ``follows`` is
    the notice that was not acknowledged, and ``about`` its reader's role.
    """

    role: Role
    address: str
    template: str
    digest_line: bool = False
    due_at: datetime | None = None
    sealed: bool = False
    generation: int = 1
    fills_in: bool = False
    waiting_for: Wait | None = None
    answer_by: datetime | None = None
    follows: str | None = None
    about: Role | None = None


def queue_notice(tx: Transaction, here: Office, incident: Incident, new: NewNotice) -> bool:
    """Queue it unless the same template went to the same address already.

    Where the table wants a text beside each mail, one is queued to the phone of whoever has one.
    """
    token, notice = _row(tx, incident, new, Medium.MAIL)
    domain = here.settings.sender.partition("@")[2]
    # A sealed notice must not be told from its header either: its own id, and nothing else.
    name = notice.id if new.sealed else f"{incident.reference.lower()}.{notice.id}"
    notice.message_id = f"{name}@{domain}"
    if not tx.insert_once(notice):
        return False
    if not new.sealed:
        _record_queued(tx, notice)
    if new.digest_line:
        return True
    mail = _mail(tx.now(), here, new, notice, NoticeTo(incident.reference, token=token))
    _plan(tx, here, notice, freeze_mail(mail))
    if _wants_a_text(tx, incident, new):
        queue_text(tx, here, incident, new)
    queue_chats(tx, here, incident, new)
    return True


def queue_chats(tx: Transaction, here: Office, incident: Incident, new: NewNotice) -> None:
    """Queue a message to each chat of that role, once however many people have the role. Nothing
    that is sealed or classified goes to a chat, not even that it is there; a chat gets no link
    that acts for a person."""
    if new.sealed or new.template in UNTEXTED or Kind.CLASSIFIED in incident.kinds:
        return
    for chat in here.settings.chats:
        if chat.role != new.role:
            continue
        _, notice = _row(tx, incident, replace(new, address=f"chat:{chat.name}"), Medium.CHAT)
        notice.message_id, notice.link_digest = notice.id, None
        if not tx.insert_once(notice):
            continue
        _record_queued(tx, notice)
        said = render_chat(_facts(here, new, NoticeTo(incident.reference)))
        _plan(tx, here, notice, freeze_chat(ChatMessage(notice.id, chat.name, said)))


def queue_text(tx: Transaction, here: Office, incident: Incident, new: NewNotice) -> bool:
    """Queue the text that goes with it, once. False where it is queued already, where they have no
    phone, and where no carrier takes texts."""
    person = tx.exec(select(Person).where(col(Person.email) == new.address)).first()
    if not here.settings.texts_leave or person is None or person.phone is None:
        return False
    token, notice = _row(tx, incident, new, Medium.TEXT)
    notice.message_id = notice.id
    if not tx.insert_once(notice):
        return False
    _record_queued(tx, notice)
    facts = _facts(here, new, NoticeTo(incident.reference, token=token))
    text = Text(notice.id, person.phone, render_text(facts))
    _plan(tx, here, notice, freeze_text(text))
    return True


def _wants_a_text(tx: Transaction, incident: Incident, new: NewNotice) -> bool:
    """Of several mails that one person is sent together the first alone is texted."""
    if new.sealed or new.follows or new.template in UNTEXTED:
        return False
    if not texts_beside_mail(incident.severity):
        return False
    return not is_lull(tx, incident, new.address)


def is_lull(tx: Transaction, incident: Incident, address: str) -> bool:
    """Whether they have just been sent a text about this incident."""
    same = select(Notice.id).where(
        col(Notice.incident_id) == incident.id,
        col(Notice.to_address) == address,
        col(Notice.by) == Medium.TEXT,
        col(Notice.queued_at) > tx.now() - LULL,
    )
    return tx.exec(same).first() is not None


def _row(
    tx: Transaction, incident: Incident, new: NewNotice, by: Medium
) -> tuple[str | None, Notice]:
    """The row, and the secret of its link where it is bound to one person."""
    token = secrets.token_urlsafe(24) if new.role not in SHARED and not new.sealed else None
    return token, Notice(
        id=new_id(),
        incident_id=incident.id,
        to_role=new.role,
        to_address=new.address,
        template=new.template,
        generation=new.generation,
        by=by,
        follows=new.follows,
        digest_line=new.digest_line,
        sealed=new.sealed,
        message_id="",
        link_digest=hashlib.sha256(token.encode()).hexdigest() if token else None,
        queued_at=tx.now(),
        due_at=new.due_at,
    )


def _plan(tx: Transaction, here: Office, notice: Notice, payload: bytes) -> None:
    """Have the ledger send it once, exactly so."""
    plan_effect(
        tx,
        here,
        incident_id=notice.incident_id,
        kind=EffectKind.NOTICE,
        target=notice.id,
        payload=payload,
        sealed=notice.sealed,
    )


def _record_queued(tx: Transaction, notice: Notice) -> None:
    tx.record(
        chain_of_incident(notice.incident_id),
        "amends",
        "notice-queued",
        notice=notice.id,
        role=notice.to_role.value,
    )


def queue_digest(tx: Transaction, here: Office, incident: Incident, address: str) -> None:
    """One mail with every digest line that is due at this address, whatever its incident."""
    lines = tx.exec(
        select(Notice, Incident.reference)
        .join(Incident, col(Incident.id) == col(Notice.incident_id))
        .where(col(Notice.to_address) == address, col(Notice.digest_line).is_(True))
        .where(col(Notice.state) == NoticeState.QUEUED, col(Notice.due_at) <= tx.now())
        .where(col(Notice.carried_by).is_(None))
        .order_by(col(Notice.id))
        .with_for_update(of=Notice, key_share=True)  # two engines never carry one line twice
    ).all()
    if not lines:
        return
    lead = next((n for n, _ in lines if n.incident_id == incident.id), lines[0][0])
    for notice, _ in lines:
        notice.carried_by = lead.id
        tx.add(notice)
    new = NewNotice(lead.to_role, address, "digest")
    references = tuple(sorted(reference for _, reference in lines))
    _plan(tx, here, lead, freeze_mail(_mail(tx.now(), here, new, lead, NoticeTo(None, references))))


@dataclass(frozen=True)
class NoticeTo:
    """What a letter says besides its template: its incident, or the incidents of a digest."""

    reference: str | None
    references: tuple[str, ...] = ()
    token: str | None = None


def _mail(now: datetime, here: Office, new: NewNotice, notice: Notice, about: NoticeTo) -> Mail:
    letter = render_notice(new.template, _facts(here, new, about))
    return Mail(
        message_id=notice.message_id,
        sender=here.settings.sender,
        to=new.address,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        date=now,
    )


def _facts(here: Office, new: NewNotice, about: NoticeTo) -> NoticeFacts:
    organisation = here.settings.organisation
    url = here.settings.public_url
    reader = new.role if new.template == "role" and not new.fills_in else new.about
    return NoticeFacts(
        organisation=organisation.name,
        url=url,
        duty_officer=organisation.duty_officer,
        reference=about.reference,
        references=about.references,
        ack_url=f"{url}/ack/{about.token}" if about.token else None,
        role=reader,
        waiting_for=new.waiting_for,
        due_at=new.answer_by,
    )
