"""The three acts on the outside world: take a post down, publish words, send a notice.

Each can be done once, looked for afterwards, and says what its outcome changes in the rows.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from sqlmodel import col, update

from flows.asking import ask
from flows.hands import Hands
from integrations.errors import NotAuthorised, OutcomeUnknown
from integrations.notices.base import Mail
from integrations.platforms.base import Platform
from models.effects import Effect
from models.incident import Incident, Post
from models.notices import Notice
from models.office import Office
from models.people import Account
from models.statements import Statement, Wording
from models.store import Transaction
from models.words import (
    DecisionType,
    EffectKind,
    NoticeState,
    Outcome,
    PostState,
    Presence,
    Role,
    StatementState,
)

CLOCK_SKEW = timedelta(minutes=2)
"""How far a platform's clock may be off ours when our own posts are looked for."""


A_PERSONS_ATTEMPT = 6
"""The attempt at a deletion, after about a minute of them, from which a person is asked as well."""

ENDED = (PostState.GONE, PostState.ATTESTED, PostState.KEPT)


class Finding(StrEnum):
    """What a look found of an act whose outcome is not known."""

    THERE = "there"
    ABSENT = "absent"
    SEVERAL = "several"
    UNREADABLE = "unreadable"
    NEVER_READABLE = "never-readable"


@dataclass(frozen=True)
class Receipt:
    """What the other side calls what we made."""

    remote_id: str | None = None
    url: str | None = None


NOTHING = Receipt()


class Act(Protocol):
    """One kind of effect. ``repeatable``: absent means that trying again cannot do it twice."""

    repeatable: bool

    def forbidden(
        self, tx: Transaction, effect: Effect, account: Account | None, now: datetime
    ) -> str | None:
        """Why it may not be sent now: ``held`` waits, any other word withdraws it."""
        ...

    def do(self, hands: Hands, account: Account | None, effect: Effect, payload: bytes) -> Receipt:
        """One outside call. Raises ``integrations.errors``."""
        ...

    def look(
        self,
        hands: Hands,
        account: Account | None,
        effect: Effect,
        payload: bytes,
        since: datetime,
    ) -> tuple[Finding, Receipt]:
        """Read back whether it happened. Raises ``integrations.errors``."""
        ...

    def after(self, tx: Transaction, here: Office, effect: Effect, outcome: Outcome) -> None:
        """What the outcome changes besides the effect itself."""
        ...

    def withdrawn(self, tx: Transaction, effect: Effect) -> None:
        """What changes when it is taken back before it was sent."""
        ...

    def needs_human(self, tx: Transaction, effect: Effect) -> None:
        """What changes when only a person can tell whether it happened."""
        ...


def _platform(hands: Hands, account: Account | None) -> Platform:
    if account is None:
        raise NotAuthorised("no-account")
    return hands.platform(account)


class DeletePost:
    """Take one post down (line 120). Safe to repeat: a post cannot be deleted twice."""

    repeatable = True

    def forbidden(
        self, tx: Transaction, effect: Effect, account: Account | None, now: datetime
    ) -> str | None:
        if tx.get_one(Incident, effect.incident_id).plan is None:
            return "reclassified"
        post = tx.get_one(Post, effect.target)
        return "already-ended" if post.state in ENDED else None

    def do(self, hands: Hands, account: Account | None, effect: Effect, payload: bytes) -> Receipt:
        remote_id = json.loads(payload)["remote_id"]
        _platform(hands, account).delete(remote_id)
        return Receipt(remote_id)

    def look(
        self,
        hands: Hands,
        account: Account | None,
        effect: Effect,
        payload: bytes,
        since: datetime,
    ) -> tuple[Finding, Receipt]:
        remote_id = json.loads(payload)["remote_id"]
        seen = _platform(hands, account).presence(remote_id, public=False)
        return {
            Presence.GONE: (Finding.THERE, Receipt(remote_id)),
            Presence.PRESENT: (Finding.ABSENT, NOTHING),
            Presence.UNKNOWN: (Finding.UNREADABLE, NOTHING),
        }[seen]

    def after(self, tx: Transaction, here: Office, effect: Effect, outcome: Outcome) -> None:
        post = tx.get_one(Post, effect.target)
        if outcome == Outcome.DONE:
            post.state, post.deleted_at, post.look_at = PostState.DELETING, tx.now(), tx.now()
        elif outcome == Outcome.UNKNOWN:
            post.state = PostState.UNKNOWN
        elif outcome in (Outcome.REFUSED, Outcome.NOT_AUTHORISED):
            post.state = PostState.BY_HAND
            ask_by_hand(tx, post)
        else:
            post.state = PostState.DELETING
            if effect.attempts >= A_PERSONS_ATTEMPT:
                ask_by_hand(tx, post)  # and go on trying
        tx.add(post)

    def withdrawn(self, tx: Transaction, effect: Effect) -> None:
        tx.exec(
            update(Post)
            .where(col(Post.id) == effect.target, col(Post.deleted_at).is_(None))
            .where(col(Post.state) == PostState.DELETING)
            .values(state=PostState.LIVE)
        )

    def needs_human(self, tx: Transaction, effect: Effect) -> None:
        tx.exec(
            update(Post)
            .where(col(Post.id) == effect.target)
            .values(state=PostState.NEEDS_HUMAN, look_at=None)
        )


def ask_by_hand(tx: Transaction, post: Post) -> None:
    """A task for a person: delete it by hand, and say so."""
    ask(
        tx,
        post.incident_id,
        DecisionType.ATTEST,
        target=post.id,
        of=(Role.POSTER, Role.PUBLISHER, Role.ACCOUNT_OWNER, Role.DTU_DUTY),
        within=timedelta(minutes=10),
        falls_to=(Role.DTU_DUTY,),
        said="by-hand-asked",
    )


class PublishWords:
    """Put a statement up, as a post of its own (lines 120, 122). Never tried again unasked."""

    repeatable = False

    def forbidden(
        self, tx: Transaction, effect: Effect, account: Account | None, now: datetime
    ) -> str | None:
        if account is not None and account.held_until is not None and account.held_until > now:
            return "held"
        statement = tx.get_one(Statement, effect.target)
        if statement.generation != tx.get_one(Incident, effect.incident_id).generation:
            return "reclassified"
        wording = tx.get(Wording, statement.wording_id) if statement.wording_id else None
        sendable = statement.state in (StatementState.CLEARED, StatementState.NEEDS_HUMAN)
        if not sendable or wording is None or wording.version != effect.generation:
            return "clearance-void"
        return None

    def do(self, hands: Hands, account: Account | None, effect: Effect, payload: bytes) -> Receipt:
        text = json.loads(payload)["text"]
        platform = _platform(hands, account)
        made = platform.publish(text, effect.idempotency_key)
        if platform.presence(made.remote_id, public=False) == Presence.GONE:
            raise OutcomeUnknown("not-seen")  # it says that it published, and shows nothing
        return Receipt(made.remote_id, made.url)

    def look(
        self,
        hands: Hands,
        account: Account | None,
        effect: Effect,
        payload: bytes,
        since: datetime,
    ) -> tuple[Finding, Receipt]:
        text = json.loads(payload)["text"]
        found = _platform(hands, account).find_published(text, since - CLOCK_SKEW)
        if len(found) > 1:
            return Finding.SEVERAL, NOTHING
        if not found:
            return Finding.ABSENT, NOTHING
        return Finding.THERE, Receipt(found[0].remote_id, found[0].url)

    def after(self, tx: Transaction, here: Office, effect: Effect, outcome: Outcome) -> None:
        statement = tx.get_one(Statement, effect.target)
        if outcome == Outcome.DONE:
            statement.state, statement.published_at = StatementState.PUBLISHED, tx.now()
            statement.remote_id, statement.url = effect.remote_id, effect.url
        elif outcome == Outcome.UNKNOWN:
            statement.state = StatementState.UNKNOWN
        elif outcome == Outcome.NOT_AUTHORISED:
            statement.state = StatementState.NEEDS_HUMAN
            ask_to_settle(tx, effect, statement.id)
        elif outcome == Outcome.REFUSED:
            statement.state = StatementState.WITHDRAWN
            ask_for_words(tx, statement)
        else:
            statement.state = StatementState.CLEARED
        tx.add(statement)

    def withdrawn(self, tx: Transaction, effect: Effect) -> None:
        tx.exec(
            update(Statement)
            .where(col(Statement.id) == effect.target)
            .where(col(Statement.state) == StatementState.CLEARED)
            .values(state=StatementState.WITHDRAWN)
        )

    def needs_human(self, tx: Transaction, effect: Effect) -> None:
        tx.exec(
            update(Statement)
            .where(col(Statement.id) == effect.target)
            .values(state=StatementState.NEEDS_HUMAN)
        )


def ask_for_words(tx: Transaction, statement: Statement) -> None:
    """No template fits, or a clearer said no: a person writes the words."""
    ask(
        tx,
        statement.incident_id,
        DecisionType.WORDS,
        target=statement.id,
        of=(Role.PUBLISHER, Role.DTU_DUTY, Role.PRESS_DUTY),
        within=timedelta(minutes=20),
        falls_to=(Role.DTU_DUTY,),
        said="words-asked",
    )


def ask_to_settle(tx: Transaction, effect: Effect, target: str, said: str = "needs-human") -> None:
    """What could not be done by us is done, or not, by a person, who says which."""
    ask(
        tx,
        effect.incident_id,
        DecisionType.SETTLE,
        target=target,
        of=(Role.DTU_DUTY,),
        within=timedelta(minutes=10),
        falls_to=(Role.DTU,),
        said=said,
    )


class SendNotice:
    """Tell one address (line 124). Sent again only where the carrier shows that it never left."""

    repeatable = True

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


ACTS: dict[EffectKind, Act] = {
    EffectKind.DELETE: DeletePost(),
    EffectKind.PUBLISH: PublishWords(),
    EffectKind.NOTICE: SendNotice(),
}


def act_for(kind: EffectKind) -> Act:
    """What is done for an effect of this kind."""
    return ACTS[kind]
