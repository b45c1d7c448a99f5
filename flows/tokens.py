"""Bearer tokens: who gets one, and whose one is; only hashes are kept (design §8).

Whoever holds a token is its owner to everybody, cases included. So nobody is ever handed one of
somebody else: a code goes to the owner's own address, and they exchange it. Each making is
recorded, and its owner is told.
"""

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import bindparam
from sqlmodel import col, func, select, update

from flows.refusals import BadRequestError, NotAllowedError, NotFoundError, NotNowError
from models.columns import new_id
from models.office import Office
from models.people import Person, Token
from models.sign_in import SIGN_INS, LinkState, Sends, SignIn
from models.store import Transaction
from models.words import Role

LIFE = timedelta(days=90)
CLAIM_LIFE = timedelta(hours=24)
MOST_CODES = 5
"""Codes that one address is sent within a day."""


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
NOT_YOURS = "Only an administrator can have a code for a token sent to somebody else."
NEEDS_HR = "For a token of HR another person of HR, who has one already, has a code sent."
ENOUGH_CODES = "This person was sent several codes today. Look for them in their mail first."
HAS_ONE = (
    "This person has a token already. They set AMENDS_TOKEN to it and try again, or an "
    "administrator has a code sent to them."
)
IS_HR = "This person is of HR: their first token is claimed by a code that is mailed to HR."
HR_HAS_ONE = "HR has a token already: ask another person of HR to have a code sent."
AT_THE_MACHINE = "set-up"
"""Who makes a first token: whoever is at the machine, and nobody knows who that is."""

BAD_CODE = "This code does not work, or is used up. Ask for a new one."


def chain_of_tokens(person_id: str) -> str:
    """The name of the chain that tells of a person's tokens."""
    return f"tokens:{person_id}"


def digest_of(secret: str) -> str:
    """What is kept of a token or code."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_code() -> str:
    """A code that a person can type."""
    return "-".join(secrets.token_hex(3) for _ in range(4))


def person_of(tx: Transaction, token: str) -> Person | None:
    """Whose token this is; None where it is unknown, expired, revoked or not yet claimed."""
    return tx.exec(HOLDER, params={"digest": digest_of(token), "now": tx.now()}).first()


def make_token(office: Office, by: Person, email: str) -> str | None:
    """A token for oneself. For somebody else, whom an administrator names, and of HR whom HR does,
    None: the engine mails a code to their own address, and they exchange it.

    Raises NotFoundError, NotAllowedError and NotNowError.
    """
    with office.store.write("make-token") as tx:
        person = _registered(tx, email)
        if person.has_role(Role.HR):
            if person.id == by.id or not by.has_role(Role.HR):
                raise NotAllowedError(NEEDS_HR)
        elif person.id != by.id and not by.has_role(Role.ADMIN):
            raise NotAllowedError(NOT_YOURS)
        if person.id != by.id:
            _ask_for_code(tx, by, person)
            return None
        _tell(tx, person)
        return _issue(tx, person, by.email)


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
        _tell(tx, person)
        return _issue(tx, person, AT_THE_MACHINE)


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
        code, now = new_code(), tx.now()
        tx.record(chain_of_tokens(person.id), AT_THE_MACHINE, "token-code-asked", person=person.id)
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
        digest = digest_of(code.strip())
        first = _take_first_of_hr(tx, digest)
        person = first or _take_mailed(tx, digest)
        if person is None or not person.registered:
            raise NotFoundError(BAD_CODE)
        if first is not None:  # its code went to a mailbox that others read too
            _tell(tx, first)
        return _issue(tx, person, person.email)


def _take_first_of_hr(tx: Transaction, digest: str) -> Person | None:
    """Whose first token of HR this code stands for. It does so no more."""
    row = tx.exec(
        select(Token)
        .where(col(Token.claim_digest) == digest)
        .where(col(Token.expires_at) > tx.now(), col(Token.revoked_at).is_(None))
        .with_for_update()
    ).first()
    if row is None:
        return None
    tx.delete(row)
    return tx.get_one(Person, row.person_id)


def _take_mailed(tx: Transaction, digest: str) -> Person | None:
    """To whom the engine mailed this code. Of two who enter it at once, one has it."""
    mine = (
        select(SignIn)
        .where(col(SignIn.digest) == digest, col(SignIn.sends) == Sends.CODE)
        .where(col(SignIn.expires_at) > tx.now(), col(SignIn.used_at).is_(None))
    )
    row = tx.exec(mine.with_for_update()).first()
    if row is None:
        return None
    end_codes(tx, row.address)
    return tx.exec(select(Person).where(col(Person.email) == row.address)).first()


def end_codes(tx: Transaction, address: str) -> None:
    """No code that was mailed to this address works any more."""
    tx.exec(
        update(SignIn)
        .where(col(SignIn.address) == address, col(SignIn.sends) == Sends.CODE)
        .where(col(SignIn.used_at).is_(None))
        .values(used_at=tx.now())
    )


def _ask_for_code(tx: Transaction, by: Person, person: Person) -> None:
    """Have the engine mail a code to this person; the codes before it end. Raises NotNowError."""
    today = tx.now() - CLAIM_LIFE
    sent = select(func.count()).select_from(SignIn).where(col(SignIn.address) == person.email)
    sent = sent.where(col(SignIn.sends) == Sends.CODE, col(SignIn.asked_at) > today)
    if tx.exec(sent).one() >= MOST_CODES:
        raise NotNowError(ENOUGH_CODES)
    end_codes(tx, person.email)
    _mail(tx, person, Sends.CODE)
    tx.record(chain_of_tokens(person.id), by.email, "token-code-asked", person=person.id)


def _tell(tx: Transaction, person: Person) -> None:
    """Have the engine tell the owner that a token was made."""
    _mail(tx, person, Sends.TOLD)


def _mail(tx: Transaction, person: Person, sends: Sends) -> None:
    now = tx.now()
    tx.add(
        SignIn(
            address=person.email,
            goes_to="",
            sends=sends,
            state=LinkState.ASKED,
            asked_at=now,
            due_at=now,
            expires_at=now + CLAIM_LIFE,
        )
    )
    tx.wake(SIGN_INS)


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


def _issue(tx: Transaction, person: Person, by: str) -> str:
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
    tx.record(chain_of_tokens(person.id), by, "token-made", person=person.id)
    return token
