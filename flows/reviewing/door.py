"""The door of the pages of cases: of HR, whoever has shown a token of theirs in this browser.

A mailed link opens a session to whoever reads the mailbox, and a role is a line of amends.toml. A
token of HR is made by another person of HR, and ends when the role is given or taken (ADR 8).
"""

import hmac

from sqlalchemy import ColumnElement
from sqlmodel import col, select

from flows.tokens import digest_of
from models.office import Office
from models.people import Person, Token
from models.sign_in import WebSession
from models.store import Transaction
from models.words import Role


def needs_token(person: Person) -> bool:
    """Whether a session alone opens nothing to them here."""
    return person.has_role(Role.HR)


def proof_of(office: Office, session: WebSession, token: str) -> str | None:
    """What this browser keeps instead of the token; None where it is not theirs, or has ended."""
    with office.store.read() as tx:
        held = _working(tx, session, col(Token.digest) == digest_of(token.strip()))
    return f"{held.id}.{office.case_keys.proof(session.id, held.id)}" if held else None


def is_shown(office: Office, session: WebSession, proof: str) -> bool:
    """Whether a token was shown in this session, and still works."""
    token_id, _, shown = proof.partition(".")
    wanted = office.case_keys.proof(session.id, token_id)
    if not hmac.compare_digest(shown.encode(), wanted.encode()):
        return False
    with office.store.read() as tx:
        return _working(tx, session, col(Token.id) == token_id) is not None


def _working(tx: Transaction, session: WebSession, which: ColumnElement[bool]) -> Token | None:
    """The token, if it is of whoever the session is of (and nobody else's), and works."""
    mine = select(Token).where(
        which,
        col(Token.person_id) == session.person_id,
        col(Token.claim_digest).is_(None),
        col(Token.revoked_at).is_(None),
        col(Token.expires_at) > tx.now(),
    )
    return tx.exec(mine).first()
