"""Which accounts are acted on for real, and how two people make one live.

In dry-run Amends keeps copies, looks and asks; what it would delete or publish a person does by
hand. One person may ask for the account to be made live, another confirms, and either may take it
back at once.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from amends.settings import AccountPart
from flows.refusals import AlreadyDecidedError, NotAllowedError, NotFoundError, NotNowError
from models.account_checks import AccountCheck, GoingLive, chain_of_account
from models.office import Office
from models.people import Account, Person
from models.store import Transaction
from policy.access import may_connect

ASKING_HOLDS = timedelta(days=7)
"""How long somebody may confirm what another has asked for."""

NOT_YOURS = "Only its owner, the Digital Transformation Unit and administrators decide on this."
NOT_DRY = "This account is live: there is nothing to switch."
NOT_ASKED = "Nobody has asked for this account to be made live, or too long ago. Ask for it anew."
ANOTHER = "You have asked for it yourself. A second person has to confirm it."
NOT_WELL = (
    "Its connection was not found well when it was last checked. Ask for a check, and put right "
    "what it says, first."
)
NO_ACCOUNT = "There is no such account."


@dataclass(frozen=True)
class Mode:
    """How an account stands. ``starts_dry``: two people are needed at all. ``asked`` is who asked
    for it to be made live and waits for another; ``live_by`` are the two who made it so."""

    starts_dry: bool
    is_dry: bool
    asked_by: str | None = None
    asked_at: datetime | None = None
    live_by: tuple[str, str] | None = None
    live_at: datetime | None = None


def part_of(here: Office, account: Account) -> AccountPart | None:
    """What amends.toml says of the account."""
    same = (
        one
        for one in here.settings.accounts
        if (one.platform, one.handle) == (account.platform, account.handle)
    )
    return next(same, None)


def starts_dry(here: Office, account: Account) -> bool:
    """Whether amends.toml has two people make it live."""
    part = part_of(here, account)
    return here.settings.organisation.two_people_to_connect or bool(part and part.dry_run)


def is_dry(here: Office, account: Account) -> bool:
    """Whether nothing may be changed on this account. It is asked before each act."""
    if not starts_dry(here, account):
        return False
    with here.store.read() as tx:
        return mode_of(tx, here, account).is_dry


def mode_of(tx: Transaction, here: Office, account: Account) -> Mode:
    """How it stands now."""
    return mode_from(here, account, tx.get(GoingLive, account.id), tx.now())


def mode_from(here: Office, account: Account, row: GoingLive | None, now: datetime) -> Mode:
    """The same, from the row."""
    if not starts_dry(here, account):
        return Mode(starts_dry=False, is_dry=False)
    if row is None or row.connection != connection_of(account):
        return Mode(starts_dry=True, is_dry=True)
    if row.confirmed_by is None:
        waits = row.asked_at + ASKING_HOLDS > now
        asked = (row.asked_by, row.asked_at) if waits else (None, None)
        return Mode(True, True, *asked)
    both = (row.asked_by, row.confirmed_by)
    return Mode(starts_dry=True, is_dry=False, live_by=both, live_at=row.confirmed_at)


def connection_of(account: Account) -> str:
    """The digest of where the account leads: a yes to one address or secret is none to another."""
    leads_to = [account.platform, account.handle, account.credentials, account.base_url]
    return hashlib.sha256(json.dumps(leads_to).encode()).hexdigest()


def ask_to_go_live(here: Office, person: Person, account_id: str) -> None:
    """Ask for it. Raises NotFoundError, NotAllowedError and NotNowError."""
    with here.store.write("ask-live") as tx:
        account, mode = _may_decide(tx, here, person, account_id)
        if not mode.is_dry:
            raise NotNowError(NOT_DRY)
        if mode.asked_by == person.email:
            raise AlreadyDecidedError(ANOTHER)
        if mode.asked_by is not None:
            raise AlreadyDecidedError(f"{mode.asked_by} has asked for it already. Confirm it.")
        tx.merge(
            GoingLive(
                account_id=account.id,
                connection=connection_of(account),
                asked_by=person.email,
                asked_at=tx.now(),
            )
        )
        tx.record(chain_of_account(account.id), person.email, "live-asked")


def confirm_live(here: Office, person: Person, account_id: str) -> None:
    """Make it live, as somebody other than who asked, once its connection was found well.

    Raises NotFoundError, NotAllowedError and NotNowError.
    """
    with here.store.write("confirm-live") as tx:
        account, mode = _may_decide(tx, here, person, account_id)
        if not mode.is_dry:
            raise NotNowError(NOT_DRY)
        if mode.asked_by is None:
            raise NotNowError(NOT_ASKED)
        if mode.asked_by == person.email:
            raise NotAllowedError(ANOTHER)
        check = tx.get(AccountCheck, account.id)
        if check is None or not check.is_well:
            raise NotNowError(NOT_WELL)
        row = tx.get_one(GoingLive, account.id)
        row.confirmed_by, row.confirmed_at = person.email, tx.now()
        tx.add(row)
        tx.record(chain_of_account(account.id), person.email, "live-confirmed", asked=row.asked_by)


def back_to_dry_run(here: Office, person: Person, account_id: str) -> None:
    """Take it back, or refuse what another has asked for: one person is enough, at once.

    Raises NotFoundError, NotAllowedError and NotNowError.
    """
    with here.store.write("back-to-dry-run") as tx:
        account, mode = _may_decide(tx, here, person, account_id)
        row = tx.get(GoingLive, account.id)
        if not mode.starts_dry or row is None:
            raise NotNowError(NOT_ASKED if mode.is_dry else NOT_DRY)
        tx.delete(row)
        tx.record(chain_of_account(account.id), person.email, "live-ended")


def _may_decide(
    tx: Transaction, here: Office, person: Person, account_id: str
) -> tuple[Account, Mode]:
    account = tx.get(Account, account_id, with_for_update=True)
    if account is None or not account.registered:
        raise NotFoundError(NO_ACCOUNT)
    if not may_connect(person, account):
        raise NotAllowedError(NOT_YOURS)
    return account, mode_of(tx, here, account)
