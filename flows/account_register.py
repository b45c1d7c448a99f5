"""The register of accounts as a person may see it: whose each is, how it stands, what was found."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from flows.dry_run import NO_ACCOUNT, Mode, mode_from, part_of
from flows.refusals import NotFoundError
from models.account_checks import AccountCheck, GoingLive
from models.office import Office
from models.people import Account, Person
from models.store import Transaction
from policy.access import may_connect, may_see_account


@dataclass(frozen=True)
class Named:
    """Somebody whom the register names. ``name`` is the address where it knows no other."""

    email: str
    name: str
    is_here: bool


@dataclass(frozen=True)
class AccountSeen:
    """One account. ``review_due`` is a day of the organisation's own calendar."""

    account: Account
    owner: Named
    deputy: Named | None
    publishers: tuple[Named, ...]
    purpose: str | None
    mfa: bool | None
    review_due: date | None
    is_review_overdue: bool
    check: AccountCheck | None
    mode: Mode
    you_may: bool


def accounts_seen(
    tx: Transaction, here: Office, person: Person, only: str | None = None
) -> tuple[AccountSeen, ...]:
    """Those that this person may see, by platform and name: four queries, however many there are.

    ``only`` is the id of the one that is asked for."""
    query = select(Account).where(col(Account.registered).is_(True))
    if only is not None:
        query = query.where(col(Account.id) == only)
    found = tx.exec(query.order_by(col(Account.platform), col(Account.handle))).all()
    people = {one.email: one for one in tx.exec(select(Person))}
    checks = {one.account_id: one for one in tx.exec(select(AccountCheck))}
    live = {one.account_id: one for one in tx.exec(select(GoingLive))}
    now = tx.now()
    return tuple(
        _seen(here, person, one, people, checks.get(one.id), live.get(one.id), now)
        for one in found
        if may_see_account(person, one)
    )


def account_seen(tx: Transaction, here: Office, person: Person, account_id: str) -> AccountSeen:
    """One of them. Raises NotFoundError where they may not see it, as where there is none."""
    found = accounts_seen(tx, here, person, account_id)
    if not found:
        raise NotFoundError(NO_ACCOUNT)
    return found[0]


def _seen(
    here: Office,
    person: Person,
    account: Account,
    people: Mapping[str, Person],
    check: AccountCheck | None,
    live: GoingLive | None,
    now: datetime,
) -> AccountSeen:
    part, owner = part_of(here, account), people.get(account.owner)
    due = part.review_due if part else None
    today = now.astimezone(ZoneInfo(here.settings.organisation.timezone)).date()
    publishers = [one for one in account.publishers if one != account.owner]
    return AccountSeen(
        account=account,
        owner=named(people, account.owner),
        deputy=named(people, owner.deputy) if owner and owner.deputy else None,
        publishers=tuple(named(people, one) for one in publishers),
        purpose=part.purpose if part else None,
        mfa=part.mfa if part else None,
        review_due=due,
        is_review_overdue=due is not None and due < today,
        check=check,
        mode=mode_from(here, account, live, now),
        you_may=may_connect(person, account),
    )


def named(people: Mapping[str, Person], email: str) -> Named:
    """Who has this address."""
    person = people.get(email)
    known = person is not None and person.registered
    return Named(email, person.name if person and person.name else email, known)
