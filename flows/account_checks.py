"""Trying each connection when somebody asks, and once a day: the engine alone can.

Nothing changes at the platform; what was found is written down for the pages.
"""

from collections.abc import Iterator
from datetime import timedelta

from sqlmodel import col, select, update

from flows.hands import Hands
from integrations.errors import OutsideError
from integrations.platforms.base import Capabilities, Health
from models.account_checks import AccountCheck
from models.office import Office
from models.people import Account

EVERY = timedelta(hours=24)
"""How often an account is checked unasked: a platform may count each look against our credit."""

FIRST = timedelta(minutes=15)
"""How long after it is first seen: an engine that has just begun has other things to do."""

TAKEN = timedelta(seconds=90)
"""Longer than a check may take: one past it belongs to an engine that died."""


def check_connections(hands: Hands) -> int:
    """Try every connection that is due; returns how many were tried."""
    _note_new_accounts(hands.office)
    tried = 0
    while (account := _claim(hands.office)) is not None:
        tried += 1
        _conclude(hands.office, account, *_try(hands, account))
    return tried


def _note_new_accounts(here: Office) -> None:
    with here.store.read() as tx:
        new = tx.exec(
            select(Account.id).where(
                col(Account.registered).is_(True),
                col(Account.id).not_in(select(AccountCheck.account_id)),
            )
        ).all()
    if not new:
        return
    with here.store.write("note-accounts") as tx:
        for one in new:
            tx.insert_once(AccountCheck(account_id=one, due_at=tx.now() + FIRST))


def _claim(here: Office) -> Account | None:
    """The next that is due; until its time is up no other engine takes it."""
    with here.store.read() as tx:
        due = tx.exec(
            select(Account, AccountCheck.due_at)
            .join(AccountCheck, col(AccountCheck.account_id) == col(Account.id))
            .where(col(AccountCheck.due_at) <= tx.now(), col(Account.registered).is_(True))
            .order_by(col(AccountCheck.due_at))
            .limit(1)
        ).first()
    if due is None:
        return None
    account, due_at = due
    with here.store.write("claim-check") as tx:
        mine = tx.changed(
            update(AccountCheck)
            .where(col(AccountCheck.account_id) == account.id, col(AccountCheck.due_at) == due_at)
            .values(due_at=tx.now() + TAKEN)
        )
    return account if mine else _claim(here)


def _try(hands: Hands, account: Account) -> tuple[Health | None, str | None]:
    """What the platform says; or the code of why it could not be asked."""
    try:
        return hands.platform(account).check(), None
    except OutsideError as error:
        return None, error.code


def _conclude(here: Office, account: Account, found: Health | None, code: str | None) -> None:
    with here.store.write("conclude-check") as tx:
        now = tx.now()
        tx.exec(
            update(AccountCheck)
            .where(col(AccountCheck.account_id) == account.id)
            .values(
                checked_at=now,
                due_at=now + EVERY,
                able=list(_able(found.capabilities)) if found else [],
                problems=list(found.problems) if found else [],
                code=code,
            )
        )


def _able(capabilities: Capabilities) -> Iterator[str]:
    if capabilities.delete:
        yield "delete"
    if capabilities.publish:
        yield "publish"
    if capabilities.edit:
        yield "edit"
    if capabilities.reply:
        yield "reply"
