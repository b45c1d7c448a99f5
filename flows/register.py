"""The register as rows have it now, in the shape in which the policy reads it."""

from datetime import timedelta

from sqlmodel import select

from amends.settings import Settings
from models.people import Account, Person
from models.store import Transaction
from models.words import Role
from policy.people import Register
from policy.rotas import Rota
from policy.working_time import OfficeTime


def read_register(tx: Transaction, settings: Settings) -> Register:
    """Everyone and every account, those who left included: they are marked as not registered."""
    return Register(
        people=tuple(tx.exec(select(Person)).all()),
        accounts=tuple(tx.exec(select(Account)).all()),
        dtu_address=settings.organisation.dtu,
        hr_address=settings.organisation.hr,
        rotas=rotas_of(settings),
        office=office_time_of(settings),
    )


def rotas_of(settings: Settings) -> tuple[Rota, ...]:
    """The rotas of amends.toml, which ``models.register.check`` has checked."""
    return tuple(
        Rota(
            Role(part.role),
            part.people,
            part.starts,
            timedelta(days=1 if part.every == "day" else 7),
            part.timezone or settings.organisation.timezone,
        )
        for part in settings.rotas
    )


def office_time_of(settings: Settings) -> OfficeTime:
    """What holds for whoever has no hours of their own."""
    organisation = settings.organisation
    return OfficeTime(organisation.timezone, organisation.hours, organisation.holidays)
