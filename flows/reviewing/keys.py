"""The keys of cases: wrap them with a new master key, and destroy one for good."""

from sqlmodel import col, select, update

from flows.reviewing.cabinet import lay_in_old
from models.audit import chain_of_case
from models.case_keys import NoMasterError
from models.case_rows import ROUND, CaseLetter, SealedCase, knock
from models.office import Office
from models.store import Transaction


def rotate(office: Office) -> int:
    """Wrap every case's key with a new master key; returns how many. The cases stay as they are.

    Safe to run again after a crash at any point: until the end the old key opens what it wrapped.
    Raises NoMasterError where a case was wrapped with a key that is not there: nothing changed.
    """
    keys = office.case_keys
    with office.store.write("rotate-case-keys") as tx:
        lay_in_old(tx, office)
        knock(tx, ROUND, keys.round())
        fresh = keys.prepare()
        rows = tx.exec(select(SealedCase).where(col(SealedCase.key_wrapped).is_not(None))).all()
        for row in rows:
            keys.rewrap(row, fresh)
            tx.add(row)
    keys.promote()
    return len(rows)


def unreadable(tx: Transaction, office: Office) -> int:
    """How many cases are wrapped with a master key that is not in the folder of keys."""
    knock(tx, ROUND, office.case_keys.round())
    missing = 0
    for row in tx.exec(select(SealedCase).where(col(SealedCase.key_wrapped).is_not(None))):
        try:
            office.case_keys.seal_of(row)
        except NoMasterError:
            missing += 1
    return missing


def destroy(tx: Transaction, row: SealedCase, why: str) -> None:
    """Destroy the key, and what it closed: the case can never be read again, and no letter leaves
    it any more. Its chain still verifies, and says that and why its key was destroyed."""
    tx.changed(
        update(SealedCase)
        .where(col(SealedCase.id) == row.id)
        .values(key_wrapped=None, content_sealed=None, due_at=None, destroyed_at=tx.now())
    )
    tx.exec(update(CaseLetter).where(col(CaseLetter.case_id) == row.id).values(due_at=None))
    tx.record(chain_of_case(row.id), "amends", "case-key-destroyed", why=why)
