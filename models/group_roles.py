"""Which roles the groups of the department's own sign-in service give, and to whom.

Whoever keeps those groups is nobody of ours: they may say who is at work in a job of the register,
and never who keeps Amends, who is of HR or who may have a sealed case opened (ADR 22).
"""

from collections.abc import Collection, Iterable

from amends.settings import OidcPart, SettingsError
from models.words import Role

NEVER = frozenset({Role.ADMIN, Role.HR, Role.LEGAL, Role.DPO, Role.AUDITOR})
"""Roles that amends.toml alone gives: those who keep Amends, who are of HR (ADR 8), and who may ask
for a case to be read in an emergency."""

TAKES_NONE = frozenset({Role.ADMIN, Role.HR})
"""Whoever amends.toml gives one of these has what it gives, and nothing besides: a group could
shut HR out of a case by making them one of those who dealt with the incident."""


def roles_of(groups: Collection[str], own: Iterable[str], oidc: OidcPart) -> list[str]:
    """What these groups give to somebody to whom amends.toml gives the roles ``own``."""
    given = {role for group, roles in oidc.groups.items() if group in groups for role in roles}
    return still_given(given, own, oidc)


def still_given(given: Iterable[str], own: Iterable[str], oidc: OidcPart | None) -> list[str]:
    """What of it amends.toml, as it now is, still lets groups give to them."""
    if oidc is None or not TAKES_NONE.isdisjoint(own):
        return []
    may = {role for roles in oidc.groups.values() for role in roles}
    return sorted(may.intersection(given))


def check_groups(oidc: OidcPart, known: Collection[str]) -> None:
    """Raises SettingsError where the map gives what no group may give."""
    for group, roles in oidc.groups.items():
        for role in roles:
            if role not in known:
                raise SettingsError(
                    f"amends.toml, [oidc.groups], {group!r}: there is no role {role!r} that is "
                    "given to people. Correct it, or take it out."
                )
            if role in NEVER:
                raise SettingsError(
                    f"amends.toml, [oidc.groups], {group!r}: the role {role} is given in "
                    "[[people]] alone, never by a group. Take it out."
                )
