"""Tell one address (line 124)."""

import json
from datetime import datetime, timedelta

from sqlmodel import col, update

from flows.acts.base import NOTHING, Again, Finding, Receipt
from flows.asking import ask_to_settle
from flows.hands import Hands
from integrations.notices.base import Mail
from models.effects import Effect
from models.notices import Notice
from models.office import Office
from models.people import Account
from models.store import Transaction
from models.words import NoticeState, Outcome


class SendNotice:
    """Tell one address (line 124). Sent again only where the carrier shows that it never left."""

    def again(self, hands: Hands, account: Account | None, age: timedelta) -> Again:
        return Again.AT_ONCE

    def forbidden(
        self, tx: Transaction, effect: Effect, account: Account | None, now: datetime
    ) -> str | None:
        return None

    def do(self, hands: Hands, account: Account | None, effect: Effect, payload: bytes) -> Receipt:
        hands.carrier.send(mail_of(payload))
        return NOTHING

    def look(
        self,
        hands: Hands,
        account: Account | None,
        effect: Effect,
        payload: bytes,
        since: datetime,
    ) -> tuple[Finding, Receipt]:
        found = hands.carrier.find(mail_of(payload).message_id)
        if found is None:
            return Finding.NEVER_READABLE, NOTHING
        return (Finding.THERE if found else Finding.ABSENT), NOTHING

    def after(self, tx: Transaction, here: Office, effect: Effect, outcome: Outcome) -> None:
        notice = tx.get_one(Notice, effect.target)
        if outcome == Outcome.DONE and notice.state != NoticeState.ACKNOWLEDGED:
            notice.state, notice.sent_at = NoticeState.SENT, tx.now()
        elif outcome == Outcome.UNKNOWN:
            notice.state = NoticeState.UNKNOWN
        elif outcome in (Outcome.REFUSED, Outcome.NOT_AUTHORISED):
            notice.state = NoticeState.FAILED
            if not notice.sealed:
                ask_to_settle(tx, effect, notice.id)
        elif outcome in (Outcome.NOT_SENT, Outcome.NOT_DONE):
            notice.state = NoticeState.QUEUED
        tx.add(notice)
        tx.exec(
            update(Notice)
            .where(col(Notice.carried_by) == notice.id)
            .values(state=notice.state, sent_at=notice.sent_at)
        )

    def withdrawn(self, tx: Transaction, effect: Effect) -> None:
        tx.exec(
            update(Notice).where(col(Notice.id) == effect.target).values(state=NoticeState.FAILED)
        )

    def needs_human(self, tx: Transaction, effect: Effect) -> None:
        """The notice already shows that nobody knows."""


def freeze_mail(mail: Mail) -> bytes:
    """The bytes of a notice's payload."""
    return json.dumps(
        {
            "message_id": mail.message_id,
            "sender": mail.sender,
            "to": mail.to,
            "subject": mail.subject,
            "text": mail.text,
            "html": mail.html,
            "date": mail.date.isoformat() if mail.date else None,
        }
    ).encode()


def mail_of(payload: bytes) -> Mail:
    """The mail that a notice's payload holds."""
    held = json.loads(payload)
    date = held.pop("date")
    return Mail(**held, date=datetime.fromisoformat(date) if date else None)
