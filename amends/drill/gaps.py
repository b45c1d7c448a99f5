"""Who could not be reached by what the register says: no phone, no deputy, or only an address."""

from collections.abc import Iterable

from amends.settings import AccountPart, PersonPart, Settings

NO_NAME = "not in [[people]]: only an address, without a name, a phone or a deputy"
NO_PHONE = "no phone"
NO_DEPUTY = "no deputy"
NOT_HERE = "the deputy {deputy} is not in [[people]]"


def gaps(live: Settings, asked: Iterable[str]) -> list[tuple[str, str]]:
    """Each person whom the drill asked or the department counts on, with what is missing."""
    by_email = {one.email: one for one in live.people}
    found = []
    for email in dict.fromkeys((*asked, *counted_on(live))):
        person = by_email.get(email)
        missing = _missing(person, by_email) if person else [NO_NAME]
        if missing:
            found.append((person.name if person else email, ", ".join(missing)))
    return found


def counted_on(live: Settings) -> list[str]:
    """Those with a role, those who own or publish on an account, and their line managers."""
    with_roles = [one.email for one in live.people if one.roles]
    turns = [email for rota in live.rotas for email in rota.people]
    of_accounts = [email for one in live.accounts for email in people_of(one)]
    managers = {one.email: one.line_manager for one in live.people}
    above = [manager for one in of_accounts if (manager := managers.get(one))]
    return list(dict.fromkeys((*with_roles, *turns, *of_accounts, *above)))


def people_of(account: AccountPart) -> tuple[str, ...]:
    """Who may publish on it, the owner first."""
    return tuple(dict.fromkeys((account.owner, *account.publishers)))


def _missing(person: PersonPart, by_email: dict[str, PersonPart]) -> list[str]:
    missing = [] if person.phone else [NO_PHONE]
    if person.deputy is None:
        missing.append(NO_DEPUTY)
    elif person.deputy not in by_email:
        missing.append(NOT_HERE.format(deputy=person.deputy))
    return missing
