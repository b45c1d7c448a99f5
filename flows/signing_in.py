"""Signing in by a browser: asking for a link, using it once, and the session that it opens.

Whether an address is known is looked up by the engine when it mails the link, never while somebody
waits for the answer: an unknown address gets the same answer in the same time (design §8).
"""

import secrets
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import bindparam
from sqlmodel import col, func, select, update
from sqlmodel.sql.expression import SelectOfScalar

from flows.drafts import carry_over
from flows.refusals import NotAllowedError, NotFoundError
from flows.tokens import digest_of
from models.columns import new_id
from models.office import Office
from models.people import Person, Token
from models.sign_in import SIGN_INS, LinkState, Sends, SignIn, WebSession
from models.store import Transaction
from models.words import Role

LINK_LIFE = timedelta(minutes=15)
SET_UP_LIFE = timedelta(hours=24)
SESSION_LIFE = timedelta(hours=12)
IDLE_LIFE = timedelta(hours=1)
STIR_EVERY = timedelta(minutes=1)
"""How often a session notes that it is in use: not with every look."""

DAY = timedelta(days=1)
MOST_ASKED = 5
"""Links that one address is sent within the life of a link; what is asked beyond is not."""

MOST_A_DAY = 40
"""And within a day, however they are spread."""

NO_LINK = "This link does not work any more. Ask for a new one."
NO_CODE = "This code does not work. Use the one that was printed last."
NOBODY = "There is nobody with this address in the register. Add them to amends.toml first."
NEVER_HR = "The first set-up is never of HR: enter the address of an administrator."

HOLDER = (
    select(WebSession, Person)
    .join(Person, col(Person.id) == col(WebSession.person_id))
    .where(
        col(WebSession.digest) == bindparam("digest"),
        col(WebSession.expires_at) > bindparam("now"),
        col(WebSession.seen_at) > bindparam("idle_since"),
        col(WebSession.revoked_at).is_(None),
        col(Person.registered).is_(True),
    )
)
"""Made once: it runs with every page."""


@dataclass(frozen=True)
class Opened:
    """A session as it begins. ``secret`` is for the browser alone, and is kept nowhere."""

    secret: str = field(repr=False)
    goes_to: str


def ask_for_link(office: Office, address: str, goes_to: str) -> None:
    """Have the engine mail a link to this address, if it is somebody's. Says nothing of that."""
    if not office.settings.links_sign_in:
        return
    asked = address.strip().lower()
    with office.store.write("ask-for-link") as tx:
        now = tx.now()
        mine = select(func.count()).select_from(SignIn).where(col(SignIn.address) == asked)
        mine = mine.where(col(SignIn.sends) == Sends.LINK)
        if tx.exec(mine.where(col(SignIn.asked_at) > now - LINK_LIFE)).one() >= MOST_ASKED:
            return
        if tx.exec(mine.where(col(SignIn.asked_at) > now - DAY)).one() >= MOST_A_DAY:
            return
        tx.add(
            SignIn(
                address=asked,
                goes_to=goes_to,
                state=LinkState.ASKED,
                asked_at=now,
                due_at=now,
                expires_at=now + LINK_LIFE,
            )
        )
        tx.wake(SIGN_INS)


def link_works(office: Office, token: str) -> bool:
    """Whether the link may still be used. Looking does not use it: mail scanners look."""
    return whose_link(office, token) is not None


def whose_link(office: Office, token: str) -> str | None:
    """The address of whoever it signs in; None where it may not be used. Looking uses nothing."""
    if not office.settings.links_sign_in:
        return None
    with office.store.read() as tx:
        link = tx.exec(_unused(tx, token)).first()
    return (link.address or None) if link else None


def use_link(office: Office, token: str) -> Opened:
    """Sign in, once. The other links of the same address end with it. Raises NotFoundError."""
    with office.store.write("use-link") as tx:
        link = tx.exec(_unused(tx, token)).first() if office.settings.links_sign_in else None
        if link is None or not link.address or not _take(tx, link):
            raise NotFoundError(NO_LINK)
        person = registered(tx, link.address)
        if person is None:
            raise NotFoundError(NO_LINK)
        _end_links(tx, link.address)
        return Opened(open_session(office, tx, person), link.goes_to)


def set_up_code(office: Office) -> str | None:
    """A code with which one person signs in before mail works; None once anybody ever has signed
    in or holds a token. It must be shown on the machine itself, and nowhere else."""
    with office.store.write("set-up-code") as tx:
        if _is_somebody_in(tx):
            return None
        _end_links(tx, "")
        code, now = "-".join(secrets.token_hex(3) for _ in range(4)), tx.now()
        tx.add(
            SignIn(
                address="",
                goes_to="/",
                state=LinkState.SENT,
                digest=digest_of(code),
                asked_at=now,
                expires_at=now + SET_UP_LIFE,
            )
        )
        return code


def use_set_up_code(office: Office, code: str, email: str) -> Opened:
    """Sign in as this person of the register, who is not of HR; once.

    Raises NotFoundError and NotAllowedError; then the code still works.
    """
    with office.store.write("use-set-up-code") as tx:
        link = tx.exec(_unused(tx, code.strip())).first()
        if link is None or link.address or _is_somebody_in(tx):
            raise NotFoundError(NO_CODE)
        person = registered(tx, email.strip().lower())
        if person is None:
            raise NotFoundError(NOBODY)
        if person.has_role(Role.HR):
            raise NotAllowedError(NEVER_HR)
        if not _take(tx, link):
            raise NotFoundError(NO_CODE)
        return Opened(open_session(office, tx, person), link.goes_to)


def _is_somebody_in(tx: Transaction) -> bool:
    """Whether anybody ever signed in or holds a token: then the first set-up is over."""
    return bool(tx.exec(select(WebSession.id)).first() or tx.exec(select(Token.id)).first())


def session_of(tx: Transaction, secret: str) -> tuple[WebSession, Person] | None:
    """The session of this browser and whose it is; None where there is none that still holds."""
    now = tx.now()
    given = {"digest": digest_of(secret), "now": now, "idle_since": now - IDLE_LIFE}
    found = tx.exec(HOLDER, params=given).first()
    return (found[0], found[1]) if found else None


def stir(office: Office, session: WebSession) -> None:
    """Note that the session is in use, if that was not noted within the last minute."""
    with office.store.read() as tx:
        fresh = tx.now() - session.seen_at < STIR_EVERY
    if fresh:
        return
    with office.store.write("stir-session") as tx:
        tx.exec(
            update(WebSession)
            .where(col(WebSession.id) == session.id, col(WebSession.revoked_at).is_(None))
            .values(seen_at=tx.now())
        )


def sign_out(office: Office, session_id: str) -> None:
    """End the session, and forget its draft."""
    with office.store.write("sign-out") as tx:
        tx.exec(
            update(WebSession)
            .where(col(WebSession.id) == session_id, col(WebSession.revoked_at).is_(None))
            .values(revoked_at=tx.now(), draft_sealed=None)
        )


def _unused(tx: Transaction, token: str) -> SelectOfScalar[SignIn]:
    return (
        select(SignIn)
        .where(col(SignIn.digest) == digest_of(token), col(SignIn.used_at).is_(None))
        .where(col(SignIn.expires_at) > tx.now(), col(SignIn.sends) == Sends.LINK)
    )


def _take(tx: Transaction, link: SignIn) -> bool:
    """Of two who press at once, one has it."""
    mine = update(SignIn).where(col(SignIn.id) == link.id, col(SignIn.used_at).is_(None))
    return bool(tx.changed(mine.values(used_at=tx.now())))


def _end_links(tx: Transaction, address: str) -> None:
    tx.exec(
        update(SignIn)
        .where(col(SignIn.address) == address, col(SignIn.used_at).is_(None))
        .where(col(SignIn.sends) == Sends.LINK)
        .values(used_at=tx.now())
    )


def registered(tx: Transaction, email: str) -> Person | None:
    """The person of the register with this address, in small letters, if there is one."""
    same = select(Person).where(col(Person.email) == email, col(Person.registered).is_(True))
    return tx.exec(same).first()


def open_session(office: Office, tx: Transaction, person: Person) -> str:
    """Begin a session of theirs; returns its secret, for the browser alone."""
    secret, now = secrets.token_urlsafe(32), tx.now()
    session = WebSession(
        id=new_id(),
        person_id=person.id,
        digest=digest_of(secret),
        made_at=now,
        seen_at=now,
        expires_at=now + SESSION_LIFE,
    )
    carry_over(office, tx, session)
    tx.add(session)
    tx.flush()
    return secret
