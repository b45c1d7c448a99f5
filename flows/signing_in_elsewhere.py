"""Signing in at the department's own service: the way there, the way back, and whom it lets in.

The service says whose address it is; the register says who that is. Nobody comes into the register
by signing in, and no group gives what amends.toml does not let it give.
"""

import hmac
import secrets
from datetime import timedelta

from sqlmodel import col, delete, select, update

from amends.settings import OidcPart
from flows.signing_in import SESSION_LIFE, Opened, open_session, registered
from flows.tokens import digest_of
from models.group_roles import roles_of
from models.identity import Begun, Identity, Stop, StoppedError
from models.office import Office
from models.people import Person
from models.register import sign_out_everywhere
from models.sign_in import LinkState, Sends, SignIn
from models.store import Transaction

WAY_LIFE = timedelta(minutes=10)
"""How long somebody may be away at the service."""

KEPT = timedelta(hours=1)
"""How long it is known that an answer was used."""


def set_out(office: Office, goes_to: str) -> str:
    """Note that somebody goes to the service; returns the secret for their browser alone."""
    secret = secrets.token_urlsafe(32)
    with office.store.write("set-out") as tx:
        now = tx.now()
        ways = delete(SignIn).where(col(SignIn.sends) == Sends.ELSEWHERE)
        tx.exec(ways.where(col(SignIn.asked_at) < now - KEPT))
        tx.add(
            SignIn(
                address="",
                goes_to=goes_to,
                sends=Sends.ELSEWHERE,
                state=LinkState.SENT,
                digest=digest_of(Begun.of(secret).state),
                asked_at=now,
                expires_at=now + WAY_LIFE,
            )
        )
    return secret


def come_back(office: Office, secret: str, state: str) -> str:
    """Take the answer that this browser was sent back with, once; returns where it goes on to.

    Raises StoppedError. An answer that somebody else was given is not begun here: nobody can be
    signed in as another without knowing.
    """
    begun = Begun.of(secret)
    if not secret or not hmac.compare_digest(begun.state.encode(), state.encode()):
        raise StoppedError(Stop.OTHER_BROWSER)
    with office.store.write("come-back") as tx:
        way = tx.exec(select(SignIn).where(col(SignIn.digest) == digest_of(state))).first()
        if way is None or way.sends is not Sends.ELSEWHERE or way.expires_at <= tx.now():
            raise StoppedError(Stop.EXPIRED)
        once = update(SignIn).where(col(SignIn.id) == way.id, col(SignIn.used_at).is_(None))
        if not tx.changed(once.values(used_at=tx.now())):
            raise StoppedError(Stop.REPLAYED)
        return way.goes_to


def let_in(office: Office, identity: Identity, goes_to: str) -> Opened:
    """Sign in whoever the service has let in, if they are of the register. Raises StoppedError.

    Whether the address is theirs is asked first: who could have any address put into an account
    is not told whether it is somebody's.
    """
    oidc = office.settings.oidc
    if identity.address is None or oidc is None:
        raise StoppedError(Stop.NO_ADDRESS)
    if not identity.verified:
        raise StoppedError(Stop.UNVERIFIED)
    with office.store.write("let-in") as tx:
        person = registered(tx, identity.address)
        if person is None:
            raise StoppedError(Stop.UNKNOWN)
        _give_roles(tx, person, identity, oidc)
        return Opened(open_session(office, tx, person), goes_to)


def _give_roles(tx: Transaction, person: Person, identity: Identity, oidc: OidcPart) -> None:
    """What their groups give now, and no more: whoever was in a group and left it loses its roles
    in every browser."""
    given = roles_of(identity.groups, person.roles, oidc)
    if given != person.group_roles:
        sign_out_everywhere(tx, [person.id])
    person.group_roles = given
    person.group_roles_until = tx.now() + SESSION_LIFE if given else None
    tx.add(person)
