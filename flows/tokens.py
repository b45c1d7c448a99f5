"""Bearer tokens: who gets one, from whom, and whose one is; only hashes are kept (design §8)."""

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import bindparam
from sqlmodel import col, select

from flows.refusals import BadRequestError, NotAllowedError, NotFoundError
from models.columns import new_id
from models.office import Office
from models.people import Person, Token
from models.store import Transaction
from models.words import Role

LIFE = timedelta(days=90)
CLAIM_LIFE = timedelta(hours=24)

HOLDER = (
    select(Person)
    .join(Token, col(Token.person_id) == col(Person.id))
    .where(
        col(Token.digest) == bindparam("digest"),
        col(Token.expires_at) > bindparam("now"),
        col(Token.revoked_at).is_(None),
        col(Token.claim_digest).is_(None),
        col(Person.registered).is_(True),
    )
)
"""Made once: it runs with every request, and takes longer to put together than to run."""

NO_PERSON = "There is nobody with this address in the register. Add them to amends.toml first."
NOT_YOURS = "Only an administrator can make a token for somebody else."
NEEDS_HR = "A token for HR is made by another person of HR, who has one already."
HAS_ONE = (
    "This person has a token already. Set AMENDS_TOKEN to a token of yours, or of an "
    "administrator, and try again."
)
IS_HR = "This person is of HR: their first token is claimed by a code that is mailed to HR."
HR_HAS_ONE = "HR has a token already: ask another person of HR to make this one."
BAD_CODE = "This code does not work, or is used up. Ask for a new one."


def digest_of(secret: str) -> str:
    """What is kept of a token or code."""
    return hashlib.sha256(secret.encode()).hexdigest()


def person_of(tx: Transaction, token: str) -> Person | None:
    """Whose token this is; None where it is unknown, expired, revoked or not yet claimed."""
    return tx.exec(HOLDER, params={"digest": digest_of(token), "now": tx.now()}).first()


def make_token(office: Office, by: Person, email: str) -> str:
    """A token for oneself, or by an administrator for another; for HR by HR alone.

    Raises NotFoundError and NotAllowedError.
    """
    with office.store.write("make-token") as tx:
        person = _registered(tx, email)
        if person.has_role(Role.HR):
            if person.id == by.id or not by.has_role(Role.HR):
                raise NotAllowedError(NEEDS_HR)
        elif person.id != by.id and not by.has_role(Role.ADMIN):
            raise NotAllowedError(NOT_YOURS)
        return _issue(tx, person)


def first_token(office: Office, email: str) -> str:
    """The first set-up, on the machine itself: for someone who has no token, and never for HR.

    Raises NotFoundError and NotAllowedError.
    """
    with office.store.write("first-token") as tx:
        person = _registered(tx, email)
        if person.has_role(Role.HR):
            raise NotAllowedError(IS_HR)
        if _has_token(tx, person):
            raise NotAllowedError(HAS_ONE)
        return _issue(tx, person)


def first_hr_code(office: Office, email: str) -> str:
    """A code that the first person of HR exchanges for a token; void once HR has a token.

    It must go to the mailbox of HR, and nowhere else. Raises NotFoundError and NotAllowedError.
    """
    with office.store.write("first-hr-code") as tx:
        person = _registered(tx, email)
        if not person.has_role(Role.HR):
            raise BadRequestError("This person is not of HR: they need no code.")
        if any(_has_token(tx, one) for one in tx.exec(select(Person)) if one.has_role(Role.HR)):
            raise NotAllowedError(HR_HAS_ONE)
        code, now = "-".join(secrets.token_hex(3) for _ in range(4)), tx.now()
        tx.add(
            Token(
                id=new_id(),
                person_id=person.id,
                digest=digest_of(secrets.token_hex(32)),  # nobody holds this one
                claim_digest=digest_of(code),
                made_at=now,
                expires_at=now + CLAIM_LIFE,
            )
        )
        return code


def claim(office: Office, code: str) -> str:
    """Exchange a code for a token, once. Raises NotFoundError."""
    with office.store.write("claim-token") as tx:
        row = tx.exec(
            select(Token)
            .where(col(Token.claim_digest) == digest_of(code.strip()))
            .where(col(Token.expires_at) > tx.now(), col(Token.revoked_at).is_(None))
            .with_for_update()
        ).first()
        if row is None:
            raise NotFoundError(BAD_CODE)
        person = tx.get_one(Person, row.person_id)
        tx.delete(row)
        if not person.registered:
            raise NotFoundError(BAD_CODE)
        return _issue(tx, person)


def _registered(tx: Transaction, email: str) -> Person:
    same = select(Person).where(col(Person.email) == email.strip().lower())
    person = tx.exec(same).first()
    if person is None or not person.registered:
        raise NotFoundError(NO_PERSON)
    return person


def _has_token(tx: Transaction, person: Person) -> bool:
    mine = select(Token.id).where(
        col(Token.person_id) == person.id,
        col(Token.claim_digest).is_(None),
        col(Token.revoked_at).is_(None),
        col(Token.expires_at) > tx.now(),
    )
    return tx.exec(mine).first() is not None


def _issue(tx: Transaction, person: Person) -> str:
    token, now = secrets.token_urlsafe(32), tx.now()
    tx.add(
        Token(
            id=new_id(),
            person_id=person.id,
            digest=digest_of(token),
            made_at=now,
            expires_at=now + LIFE,
        )
    )
    tx.flush()
    return token
