"""The register of the organisation: people and accounts of amends.toml, as rows."""

from collections.abc import Iterable

from sqlmodel import col, select, update

from amends.settings import AccountPart, PersonPart, RotaPart, Settings, SettingsError
from models.bank_holidays import NoSuchCalendarError, check_calendar
from models.group_roles import check_groups, still_given
from models.hours import BadHoursError, read_days, read_hours
from models.people import Account, Person, Token
from models.sign_in import Sends, SignIn, WebSession
from models.store import Store, Transaction
from models.words import Employer, Role, Tier

RELATIONS = frozenset(
    {Role.LINE_MANAGER, Role.ACCOUNT_OWNER, Role.PUBLISHER, Role.POSTER, Role.ONE_READER}
)
"""Roles that are worked out for each incident; nobody is given one in amends.toml."""

GIVEN_ROLES = tuple(role for role in Role if role not in RELATIONS)
"""The roles that amends.toml may give to a person."""


def sync(store: Store, settings: Settings) -> None:
    """Bring the rows in line with amends.toml. Rows are never deleted: who left is unregistered.

    An address that is only referred to (a line manager, deputy, owner or publisher) becomes a
    person without roles, so that it can be told and asked. Whoever is given other roles, or leaves,
    is signed out of every browser; whoever becomes one of HR loses the tokens they had: HR's come
    from HR (ADR 8). Raises SettingsError.
    """
    check(settings)
    with store.write("sync-register") as tx:
        _sync_people(tx, settings)
        _sync_accounts(tx, settings.accounts)


def check(settings: Settings) -> None:
    """Raises SettingsError where the register of amends.toml cannot be used."""
    allowed = {role.value for role in GIVEN_ROLES}
    for part in settings.people:
        if unknown := sorted(set(part.roles) - allowed):
            raise SettingsError(
                f"amends.toml gives {part.email} the role {unknown[0]!r}, which Amends does not "
                f"know. Use any of: {', '.join(role.value for role in GIVEN_ROLES)}."
            )
    if settings.oidc:
        check_groups(settings.oidc, allowed)
    _check_times(settings)
    for rota in settings.rotas:
        _check_rota(rota, settings)
    for chat in settings.chats:
        if chat.role not in allowed - {Role.HR}:
            raise SettingsError(
                f"amends.toml has a chat for {chat.role!r}, which is no role whose notices may go "
                "to a chat. Use one that is given to people, and not hr."
            )
    _check_once("chat", [chat.name for chat in settings.chats])
    _check_once("rota for", [rota.role for rota in settings.rotas])
    _check_once("person", [part.email for part in settings.people])
    _check_once("account", [f"{part.platform}/{part.handle}" for part in settings.accounts])


def _check_times(settings: Settings) -> None:
    """Hours, leave and bank holidays of everybody, and of the organisation."""
    _check_time("[organisation]", settings.organisation.hours, settings.organisation.holidays, ())
    for part in settings.people:
        _check_time(part.email, part.hours, part.holidays, part.away)


def _check_time(whose: str, hours: str | None, holidays: str | None, away: Iterable[str]) -> None:
    try:
        if hours is not None:
            read_hours(hours)
        if holidays is not None:
            check_calendar(holidays)
        for days in away:
            read_days(days)
    except (BadHoursError, NoSuchCalendarError) as error:
        raise SettingsError(f"amends.toml, {whose}: {error}.") from None


def _check_rota(rota: RotaPart, settings: Settings) -> None:
    """Whoever has a turn must have the role, or they could not do what is then asked of them."""
    if rota.role not in {role.value for role in GIVEN_ROLES}:
        raise SettingsError(
            f"amends.toml has a rota for {rota.role!r}, which is no role that is given to people. "
            f"Use any of: {', '.join(role.value for role in GIVEN_ROLES)}."
        )
    holders = {part.email for part in settings.people if rota.role in part.roles}
    if not rota.people:
        raise SettingsError(f"The rota for {rota.role} in amends.toml names nobody. Add people.")
    for email in rota.people:
        if email not in holders:
            raise SettingsError(
                f"The rota for {rota.role} in amends.toml names {email}, who does not have that "
                "role. Give it to them in [[people]], or take them off the rota."
            )


def _check_once(what: str, names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise SettingsError(f"amends.toml has the {what} {name} twice. Remove one of them.")


def _sync_people(tx: Transaction, settings: Settings) -> None:
    parts = {part.email: part for part in settings.people}
    referred = sorted(_referred(settings) - parts.keys())
    wanted = [*parts.values(), *(PersonPart(email=email, name=email) for email in referred)]
    known = {person.email: person for person in tx.exec(select(Person)).all()}
    for part in wanted:
        person = known.pop(part.email, None) or _first(tx, part)
        person.name = part.name
        person.employer = Employer(part.employer)
        if part.email in parts:  # of who left and is only named by others the last word stands
            person.line_manager = part.line_manager
        person.deputy = part.deputy
        if Role.HR in part.roles and not person.has_role(Role.HR):
            _revoke_tokens(tx, person)
        by_groups = still_given(person.group_roles, part.roles, settings.oidc)
        if set(part.roles) != set(person.roles) or by_groups != person.group_roles:
            sign_out_everywhere(tx, [person.id])
        person.roles, person.group_roles = list(part.roles), by_groups
        person.phone, person.hours = part.phone, part.hours
        person.timezone = part.timezone or settings.organisation.timezone
        person.holidays, person.away = part.holidays, list(part.away)
        person.registered = True
        tx.add(person)
    for person in known.values():
        person.group_roles = []
    _unregister(tx, known.values())
    sign_out_everywhere(tx, [person.id for person in known.values()])


def sign_out_everywhere(tx: Transaction, people: Iterable[str]) -> None:
    """End the sessions of these people, by their ids, in every browser."""
    tx.exec(
        update(WebSession)
        .where(col(WebSession.person_id).in_(list(people)), col(WebSession.revoked_at).is_(None))
        .values(revoked_at=tx.now())
    )


def _revoke_tokens(tx: Transaction, person: Person) -> None:
    tx.exec(
        update(Token)
        .where(col(Token.person_id) == person.id, col(Token.revoked_at).is_(None))
        .values(revoked_at=tx.now())
    )
    tx.exec(  # a code that was asked for them before would be a token of HR without HR
        update(SignIn)
        .where(col(SignIn.address) == person.email, col(SignIn.sends) == Sends.CODE)
        .where(col(SignIn.used_at).is_(None))
        .values(used_at=tx.now())
    )


def _referred(settings: Settings) -> set[str]:
    of_people = (
        address for part in settings.people for address in (part.line_manager, part.deputy)
    )
    of_accounts = (
        address for part in settings.accounts for address in (part.owner, *part.publishers)
    )
    return {address for address in (*of_people, *of_accounts) if address}


def _first(tx: Transaction, part: PersonPart) -> Person:
    """The person's row, made now unless another process was quicker."""
    tx.insert_once(Person(email=part.email, name=part.name))
    return tx.exec(select(Person).where(col(Person.email) == part.email)).one()


def _sync_accounts(tx: Transaction, parts: Iterable[AccountPart]) -> None:
    known = {(a.platform, a.handle): a for a in tx.exec(select(Account)).all()}
    for part in parts:
        account = known.pop((part.platform, part.handle), None) or _opened(tx, part)
        account.tier = Tier(part.tier)
        account.owner, account.publishers = part.owner, list(part.publishers)
        account.languages = list(part.languages)
        account.credentials, account.base_url = part.credentials, part.base_url
        account.registered = True
        tx.add(account)
    _unregister(tx, known.values())


def _opened(tx: Transaction, part: AccountPart) -> Account:
    """The account's row, made now unless another process was quicker."""
    tx.insert_once(Account(platform=part.platform, handle=part.handle, owner=part.owner))
    same = select(Account).where(
        col(Account.platform) == part.platform, col(Account.handle) == part.handle
    )
    return tx.exec(same).one()


def _unregister(tx: Transaction, gone: Iterable[Person | Account]) -> None:
    for row in gone:
        row.registered = False
        tx.add(row)
