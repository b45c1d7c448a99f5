"""Mailing links to sign in, and codes for tokens: the engine looks up the address, makes the link
or code, and sends it.

At most one of one asking works: where it is not known whether the mail left, the next try has
another. A link never lies in the outbox folder of a live organisation (design §8).
"""

import secrets
import time
from dataclasses import dataclass, field
from datetime import timedelta

from sqlmodel import col, delete, select, update

from flows.drafts import forget_old_drafts
from flows.group_roles import end_old_group_roles
from flows.hands import Hands
from flows.signing_in import LINK_LIFE
from flows.tokens import CLAIM_LIFE, digest_of, new_code
from integrations.deadline import within
from integrations.errors import NotSent, OutsideError, TryAgainLater
from integrations.notices.base import Mail, UnsafeMailError
from integrations.notices.outbox import OutboxCarrier
from models.office import Office
from models.people import Person
from models.sign_in import LinkState, Sends, SignIn
from models.store import Transaction
from templates.letters import NoticeFacts, render_notice

AGAIN = timedelta(seconds=10)
"""When a link is tried again that surely did not leave."""

MAIL_SECONDS = 20.0
TAKEN = timedelta(seconds=30)
"""Longer than a mail may take: a row past it belongs to an engine that died."""

KEPT = timedelta(hours=24)

OUTBOX_OF_LIVE = "outbox-of-live"
NOBODY = "nobody"
NO_MAIL = "no-mail-to-this-address"
TOO_LATE = "too-late"
SWITCHED_OFF = "switched-off"

OPEN = (LinkState.ASKED, LinkState.SENDING)

LIVES = {
    Sends.LINK: LINK_LIFE,
    Sends.CODE: CLAIM_LIFE,
    Sends.TOLD: CLAIM_LIFE,
    Sends.ADVICE_ASKED: KEPT,
    Sends.ADVICE_GIVEN: KEPT,
}
"""How long it works, and how late it is still mailed."""

NOTICES = {
    Sends.LINK: "sign_in",
    Sends.CODE: "sign_in_code",
    Sends.TOLD: "token_made",
    Sends.ADVICE_ASKED: "advice_asked",
    Sends.ADVICE_GIVEN: "advice_given",
}

PAGES = {Sends.ADVICE_ASKED: "/advice", Sends.ADVICE_GIVEN: "/advice"}
"""Where a mail leads that signs nobody in."""

NO_SECRET = (Sends.TOLD, Sends.ADVICE_ASKED, Sends.ADVICE_GIVEN)
"""What may lie in an outbox folder."""


@dataclass(frozen=True)
class _Claim:
    id: str
    address: str
    sends: Sends
    token: str = field(repr=False)


def mail_links(hands: Hands) -> int:
    """Mail every link that is due; returns how many were looked at. Drafts that nobody came back
    for end here too, and roles that groups gave: they are of the sessions that people open."""
    forget_old_drafts(hands.office)
    end_old_group_roles(hands.office)
    looked = 0
    while (due := _next(hands)) is not None:
        looked += 1
        claim = _claim(hands, due)
        if claim is not None:
            _conclude(hands, claim, *_send(hands, claim))
    return looked


def _next(hands: Hands) -> str | None:
    """The next one that is due. A restore ends those that were asked for before it."""
    with hands.office.store.read() as tx:
        due = select(SignIn.id).where(col(SignIn.state).in_(OPEN), col(SignIn.due_at) <= tx.now())
        due = due.where(col(SignIn.used_at).is_(None))
        return tx.exec(due.order_by(col(SignIn.due_at)).limit(1)).first()


def _claim(hands: Hands, link_id: str) -> _Claim | None:
    """Make the link, and write that it is being sent. None where nothing is to be sent."""
    with hands.office.store.write("claim-link") as tx:
        now = tx.now()
        link = tx.get_one(SignIn, link_id, with_for_update=True)
        if link.state not in OPEN or link.due_at is None or link.due_at > now:
            return None  # another engine has it
        tx.exec(delete(SignIn).where(col(SignIn.asked_at) < now - KEPT))
        if why := _why_not(tx, hands, link):
            link.state, link.code, link.due_at = LinkState.NOT_SENT, why, None
            tx.add(link)
            return None
        token = new_code() if link.sends is Sends.CODE else secrets.token_urlsafe(32)
        link.state, link.due_at = LinkState.SENDING, now + TAKEN
        link.digest, link.expires_at = digest_of(token), now + LIVES[link.sends]
        tx.add(link)
        return _Claim(link.id, link.address, link.sends, token)


def _why_not(tx: Transaction, hands: Hands, link: SignIn) -> str | None:
    if link.asked_at + LIVES[link.sends] <= tx.now():
        return TOO_LATE
    if link.sends is Sends.LINK and not hands.office.settings.links_sign_in:
        return SWITCHED_OFF
    if link.sends is Sends.ADVICE_ASKED and link.address == hands.office.settings.organisation.dtu:
        return None  # a mailbox that several read
    same = select(Person.id).where(col(Person.email) == link.address)
    if tx.exec(same.where(col(Person.registered).is_(True))).first() is None:
        return NOBODY
    if link.sends in NO_SECRET:
        return None
    stays_here = isinstance(hands.carrier, OutboxCarrier)
    return OUTBOX_OF_LIVE if stays_here and not hands.office.settings.is_practice else None


def _send(hands: Hands, claim: _Claim) -> tuple[LinkState, str | None]:
    began = time.monotonic()
    try:
        with within(lambda: MAIL_SECONDS - (time.monotonic() - began)):
            hands.carrier.send(_mail(hands.office, claim))
    except UnsafeMailError:
        return LinkState.NOT_SENT, NO_MAIL
    except (NotSent, TryAgainLater) as error:
        return LinkState.ASKED, error.code
    except OutsideError as error:
        return LinkState.NOT_SENT, error.code
    return LinkState.SENT, None


def _conclude(hands: Hands, claim: _Claim, state: LinkState, code: str | None) -> None:
    with hands.office.store.write("conclude-link") as tx:
        again = tx.now() + AGAIN if state == LinkState.ASKED else None
        tx.exec(
            update(SignIn)
            .where(col(SignIn.id) == claim.id, col(SignIn.digest) == digest_of(claim.token))
            .values(state=state, code=code, due_at=again)
        )


def _mail(here: Office, claim: _Claim) -> Mail:
    settings = here.settings
    is_code = claim.sends is Sends.CODE
    is_link = claim.sends is Sends.LINK
    letter = render_notice(
        NOTICES[claim.sends],
        NoticeFacts(
            organisation=settings.organisation.name,
            url=settings.public_url,
            duty_officer=settings.organisation.duty_officer,
            sign_in_url=f"{settings.public_url}/sign-in/{claim.token}" if is_link else None,
            sign_in_code=claim.token if is_code else None,
            minutes=int(LIVES[claim.sends].total_seconds() // 60),
            path=PAGES.get(claim.sends),
        ),
    )
    return Mail(
        message_id=f"sign-in.{claim.id}.{secrets.token_hex(4)}@{settings.sender.partition('@')[2]}",
        sender=settings.sender,
        to=claim.address,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
    )
