"""The first tokens of an installation, made on the machine itself (design §8, ADR 8)."""

import uuid
from dataclasses import dataclass, field

from sqlmodel import col, select

from amends.settings import load
from flows.tokens import CLAIM_LIFE, first_hr_code, first_token
from integrations.notices.base import Mail
from integrations.notices.registry import mail_carrier
from models.office import Office
from models.people import Person
from models.register import sync
from models.words import Role
from templates.letters import NoticeFacts, render_notice


@dataclass(frozen=True)
class Made:
    """A token; or, for HR, where the code for one was sent. Never the code."""

    token: str | None = field(default=None, repr=False)
    mailed_to: str | None = None


def first_token_here(email: str) -> Made:
    """A token for someone who has none. For HR a code goes to HR's own mailbox instead.

    Raises SettingsError, Refusal and OutsideError.
    """
    office = Office(load())
    office.store.migrate()
    sync(office.store, office.settings)
    try:
        if not _is_hr(office, email):
            return Made(token=first_token(office, email))
        code = first_hr_code(office, email)
        to = office.settings.organisation.hr
        mail_carrier(office.settings).send(_mail(office, to, code))
        return Made(mailed_to=to)
    finally:
        office.store.close()


def _is_hr(office: Office, email: str) -> bool:
    with office.store.read() as tx:
        same = select(Person).where(col(Person.email) == email.strip().lower())
        person = tx.exec(same).first()
    return person is not None and person.has_role(Role.HR)


def _mail(office: Office, to: str, code: str) -> Mail:
    settings = office.settings
    letter = render_notice(
        "sign_in_code",
        NoticeFacts(
            organisation=settings.organisation.name,
            url=settings.public_url,
            duty_officer=settings.organisation.duty_officer,
            sign_in_code=code,
            minutes=int(CLAIM_LIFE.total_seconds() // 60),
        ),
    )
    return Mail(
        message_id=f"{uuid.uuid4().hex}@{settings.sender.partition('@')[2]}",
        sender=settings.sender,
        to=to,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
    )
