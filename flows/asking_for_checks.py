"""Asking for a connection to be tried, by a row that an engine finds: nothing here can try it."""

from datetime import timedelta

from flows.refusals import NotAllowedError, NotFoundError
from models.account_checks import CHECKS, AccountCheck, chain_of_account
from models.office import Office
from models.people import Account, Person
from policy.access import may_connect

AT_MOST_EVERY = timedelta(seconds=30)

NO_ACCOUNT = "There is no such account."
NOT_YOURS = "Only its owner, the Digital Transformation Unit and administrators ask for a check."


def ask_for_check(here: Office, person: Person, account_id: str) -> None:
    """Have an engine try the connection soon. Raises NotFoundError and NotAllowedError.

    Asked twice within half a minute, it is tried once.
    """
    with here.store.write("ask-check") as tx:
        account = tx.get(Account, account_id)
        if account is None or not account.registered:
            raise NotFoundError(NO_ACCOUNT)
        if not may_connect(person, account):
            raise NotAllowedError(NOT_YOURS)
        now = tx.now()
        tx.insert_once(AccountCheck(account_id=account.id, due_at=now))
        row = tx.get_one(AccountCheck, account.id, with_for_update=True)
        if row.asked_at is not None and row.asked_at > now - AT_MOST_EVERY:
            return
        row.asked_at, row.asked_by, row.due_at = now, person.email, now
        tx.add(row)
        tx.record(chain_of_account(account.id), person.email, "check-asked")
        tx.wake(CHECKS)
