"""Names and relations as amends.toml has them, for sentences and for who is asked."""

from collections.abc import Collection, Iterable

from amends.settings import AccountPart, PersonPart, Settings
from models.words import Role


class Staff:
    """Everyone in [[people]], by address."""

    def __init__(self, settings: Settings) -> None:
        self._by_email = {person.email: person for person in settings.people}

    def __contains__(self, email: str) -> bool:
        return email in self._by_email

    def name(self, email: str) -> str:
        """As colleagues know them; the address where nobody knows more."""
        return self._by_email[email].name if email in self._by_email else email

    def names(self, emails: Iterable[str]) -> str:
        """Several of them, as a sentence has them."""
        return listed([self.name(email) for email in emails])

    def with_role(self, *roles: Role) -> list[str]:
        """Who has any of the roles."""
        wanted = {role.value for role in roles}
        return [email for email, one in self._by_email.items() if wanted & set(one.roles)]

    def part(self, email: str) -> PersonPart | None:
        """Their part of amends.toml."""
        return self._by_email.get(email)


def publishers_of(account: AccountPart) -> tuple[str, ...]:
    """Who may publish on it, the owner first."""
    return tuple(dict.fromkeys((account.owner, *account.publishers)))


def listed(words: Collection[str], joint: str = "and") -> str:
    """``a, b and c``."""
    *before, last = words
    return f"{', '.join(before)} {joint} {last}" if before else last
