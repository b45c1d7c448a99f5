"""The register as rows have it now, in the shape in which the policy reads it."""

from sqlmodel import select

from amends.settings import Settings
from models.people import Account, Person
from models.store import Transaction
from policy.people import Register


def read_register(tx: Transaction, settings: Settings) -> Register:
    """Everyone and every account, those who left included: they are marked as not registered."""
    return Register(
        people=tuple(tx.exec(select(Person)).all()),
        accounts=tuple(tx.exec(select(Account)).all()),
        dtu_address=settings.organisation.dtu,
        hr_address=settings.organisation.hr,
    )
