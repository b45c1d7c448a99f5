"""Tell one address (line 124)."""

import json
from datetime import datetime, timedelta

from sqlmodel import col, update

from flows.acts.base import NOTHING, Again, Finding, Receipt
from flows.asking import ask_to_settle
from flows.deliveries import first_look
from flows.hands import Hands
from integrations.errors import NotSupported
from integrations.notices.base import Mail, utc_now
from integrations.notices.chats import ChatMessage
from integrations.notices.texts import Text
from models.effects import Effect
from models.notices import Notice
from models.office import Office
from models.people import Account
from models.store import Transaction
from models.words import Medium, NoticeState, Outcome


class SendNotice:
    """Tell one address (line 124). Sent again only where the carrier shows that it never left."""

    def again(self, hands: Hands, account: Account | None, age: timedelta) -> Again:
        """Where a message may show late in a look, one that is not there is not believed yet."""
        late = hands.carrier.keeps or (hands.texts and hands.texts.keeps)
        return Again.ONCE_SETTLED if late else Again.AT_ONCE

    def forbidden(
        self, tx: Transaction, effect: Effect, account: Account | None, now: datetime
    ) -> str | None:
        return None

    def do(self, hands: Hands, account: Account | None, effect: Effect, payload: bytes) -> Receipt:
        match medium_of(payload):
            case Medium.MAIL:
                hands.carrier.send(mail_of(payload))
            case Medium.TEXT if hands.texts is not None:
                hands.texts.send_text(text_of(payload))
            case Medium.CHAT if hands.chats is not None:
                hands.chats.send_chat(chat_of(payload))
            case Medium.TEXT:
                raise NotSupported("no-text-carrier")
            case Medium.CHAT:
                raise NotSupported("no-chat-carrier")
        return NOTHING

    def look(
        self,
        hands: Hands,
        account: Account | None,
        effect: Effect,
        payload: bytes,
        since: datetime,
    ) -> tuple[Finding, Receipt]:
        found = None if _is_forgotten(hands, payload, since) else _find(hands, payload)
        if found is None:
            return Finding.NEVER_READABLE, NOTHING
        return (Finding.THERE if found else Finding.ABSENT), NOTHING

    def after(self, tx: Transaction, here: Office, effect: Effect, outcome: Outcome) -> None:
        notice = tx.get_one(Notice, effect.target)
        if outcome == Outcome.DONE and notice.state != NoticeState.ACKNOWLEDGED:
            notice.state, notice.sent_at = NoticeState.SENT, tx.now()
            notice.delivery, notice.look_at = None, first_look(here, notice, tx.now())
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


def _is_forgotten(hands: Hands, payload: bytes, since: datetime) -> bool:
    """Whether the carrier would no longer know, had it taken it then."""
    by = hands.texts if medium_of(payload) == Medium.TEXT else hands.carrier
    return by is not None and by.keeps is not None and utc_now() - since > by.keeps


def _find(hands: Hands, payload: bytes) -> bool | None:
    match medium_of(payload):
        case Medium.MAIL:
            return hands.carrier.find(mail_of(payload).message_id)
        case Medium.TEXT if hands.texts is not None:
            return hands.texts.find_text(text_of(payload).reference)
    return None  # no chat says what it has


def freeze_text(text: Text) -> bytes:
    """The bytes of a text's payload."""
    held = {"medium": Medium.TEXT, "reference": text.reference, "to": text.to, "text": text.text}
    return json.dumps(held).encode()


def freeze_chat(message: ChatMessage) -> bytes:
    """The bytes of a chat message's payload."""
    held = {"medium": Medium.CHAT, "reference": message.reference}
    return json.dumps(held | {"to": message.to, "text": message.text}).encode()


def medium_of(payload: bytes) -> Medium:
    """How it travels; what does not say is a mail."""
    return Medium(json.loads(payload).get("medium", Medium.MAIL))


def chat_of(payload: bytes) -> ChatMessage:
    """The chat message that a notice's payload holds."""
    held = json.loads(payload)
    return ChatMessage(held["reference"], held["to"], held["text"])


def text_of(payload: bytes) -> Text:
    """The text that a notice's payload holds."""
    held = json.loads(payload)
    return Text(held["reference"], held["to"], held["text"])


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
