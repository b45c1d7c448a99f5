"""The engine's rounds through the cases: what is due is claimed by its row, once.

The reminder, how often there was one and when the next is due are stored together: a crash before
the commit leaves it due, one after it finds it done.
"""

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from sqlmodel import col, select, update

from flows.hands import Hands
from flows.register import read_register
from flows.reviewing.cabinet import note, put_back, read_case, require_newest
from flows.reviewing.keys import destroy
from flows.reviewing.letters import address_of, queue_letter
from flows.reviewing.posting import send_letters
from models.case_keys import NoMasterError
from models.case_rows import ROUND, SealedCase, knock
from models.information_requests import is_one_open
from models.office import Office
from models.reconciliation import is_reconciling
from models.review import Case, Hand
from models.sealed import SealBrokenError
from models.store import Transaction
from policy.people import Register
from policy.retention import destroy_at
from policy.review_times import next_look, remind_at, time_of, time_of_suspension

log = logging.getLogger("amends.cases")

SOONEST = timedelta(hours=12)
"""Never two reminders in less: what an engine slept through is one reminder, not several."""


def review_round(hands: Hands) -> None:
    """Remind whoever is due, destroy the keys of what was kept long enough, and send the letters
    that wait. Nothing while a restore is open."""
    office = hands.office
    if not office.case_keys.are_there:
        return
    with office.store.read() as tx:
        if is_reconciling(tx):
            return
        knock(tx, ROUND, office.case_keys.round())
        due = tx.exec(
            select(SealedCase.id)
            .where(col(SealedCase.due_at) <= tx.now(), col(SealedCase.key_wrapped).is_not(None))
            .order_by(col(SealedCase.due_at))
        ).all()
    for case_id in due:
        try:
            _remind(office, case_id)
        except (NoMasterError, SealBrokenError) as error:
            log.error("a case cannot be opened: %s. Run: amends doctor", type(error).__name__)
    send_letters(hands)


def _remind(office: Office, case_id: str) -> None:
    with office.store.write("remind-case") as tx:
        knock(tx, ROUND, office.case_keys.round())
        row = _held(tx, case_id)
        if row is None:
            return
        case, seal = read_case(office, row), office.case_keys.seal_of(row)
        require_newest(tx, row, seal)
        gone = destroy_at(case)
        if gone is not None and gone <= tx.now():
            if is_one_open(tx, case.incident_id):
                _look_at(tx, row, tx.now() + SOONEST)
            else:
                destroy(tx, row, case.state.value)
            return
        register = read_register(tx, office.settings)
        reminded = _reminded(case, register, tx.now())
        for address in _addresses(office, case, reminded):
            queue_letter(tx, office, row, seal, to=address, why=f"remind/{row.version}")
        look = next_look(reminded, register.office)
        look_at = max(look, tx.now() + SOONEST) if look else None
        if reminded == case:
            _look_at(tx, row, look_at)
            return
        put_back(tx, row, seal, reminded, look_at=look_at)
        note(tx, row, seal, "amends", "case-reminded", state=case.state.value)


def _look_at(tx: Transaction, row: SealedCase, when: datetime | None) -> None:
    """Nothing of the case has changed but when it is looked at next."""
    mine = (col(SealedCase.id) == row.id, col(SealedCase.version) == row.version)
    tx.exec(update(SealedCase).where(*mine).values(due_at=when))


def _held(tx: Transaction, case_id: str) -> SealedCase | None:
    """The row, if it is still due and no other engine is at it."""
    mine = select(SealedCase).where(
        col(SealedCase.id) == case_id,
        col(SealedCase.due_at) <= tx.now(),
        col(SealedCase.key_wrapped).is_not(None),
    )
    return tx.exec(mine.with_for_update(skip_locked=True)).first()


def _reminded(case: Case, register: Register, now: datetime) -> Case:
    """The case with one reminder counted for each deadline that calls for one now."""
    state, office = time_of(case.state), register.office
    if state and case.due_at and remind_at(state, case.due_at, case.reminded, office) <= now:
        case = replace(case, reminded=case.reminded + 1)
    until, times = case.suspended_until, case.suspension_reminded
    if until and remind_at(time_of_suspension(), until, times, office) <= now:
        case = replace(case, suspension_reminded=times + 1)
    return case


def _addresses(office: Office, before: Case, after: Case) -> list[str]:
    hr = office.settings.organisation.hr
    told: list[str | None] = []
    state = time_of(after.state)
    if after.reminded > before.reminded and state:
        told.append(address_of(state.who, after, hr))
    if after.suspension_reminded > before.suspension_reminded:
        told.append(after.holder(Hand.COORDINATOR) or hr)
    return [one for one in dict.fromkeys(told) if one]
