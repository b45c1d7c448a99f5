"""Each account before an incident: what can be done on it, who is there for it, what is wrong."""

from amends.doctor.custody import Custody
from amends.doctor.findings import Findings, bad, ok, warn
from amends.doctor.platforms import about_of, ask_platforms
from amends.doctor.staff import Staff, listed, publishers_of
from amends.settings import AccountPart, Settings
from models.words import Role
from templates.catalogues import spoken_in
from templates.locales import named

FEWEST = 2
"""People who may publish: with one alone, nobody of the account is left to say yes."""

TIERS = {"official": "an official account", "personal-official": "a personal official account"}


def examine(settings: Settings, once_known: frozenset[str] = frozenset()) -> Findings:
    """One block of lines for each account, its people first.

    ``once_known`` are addresses of those whom the register knew by name.
    """
    if not settings.accounts:
        yield warn("accounts", "amends.toml names no account, so every post is deleted by hand.")
        return
    staff = Staff(settings)
    hands = {about_of(one): staff.names(_by_hand(staff, one)) for one in settings.accounts}
    asked = ask_platforms(settings, hands)
    custody = Custody(settings, staff)
    for account in settings.accounts:
        yield from asked[about_of(account)]
        yield from _people(staff, account, once_known)
        yield custody.of(about_of(account))
        yield from _languages(account)


def _by_hand(staff: Staff, account: AccountPart) -> tuple[str, ...]:
    """Whom a by-hand task asks, besides the poster."""
    duty = staff.with_role(Role.DTU_DUTY) or staff.with_role(Role.DTU)
    return tuple(dict.fromkeys((*publishers_of(account), *duty)))


def _people(staff: Staff, account: AccountPart, once_known: frozenset[str]) -> Findings:
    yield from _owner(staff, account, once_known)
    publishers = publishers_of(account)
    if unknown := [one for one in publishers[1:] if one not in staff]:
        yield warn(
            about_of(account),
            f"{listed(unknown)} {_is(unknown)} not in [[people]]: only an address, without a name "
            "or a line manager. Add them there, or take them off the account.",
        ).on("publishers")
    if len(publishers) < FEWEST:
        yield warn(
            about_of(account),
            f"{staff.name(account.owner)} alone may publish, so nobody else of the account can "
            "confirm a deletion or clear words. Add a second person to publishers.",
        ).on("publishers")
    else:
        yield ok(about_of(account), f"{staff.names(publishers)} may publish.").on("publishers")
    if alone := [one for one in publishers if one in staff and not _manager(staff, one)]:
        yield warn(
            about_of(account),
            f"{staff.names(alone)} {_has(alone)} no line manager, so none is told when a post of "
            "theirs goes wrong. Set line_manager in [[people]].",
        ).on("line managers")


def _owner(staff: Staff, account: AccountPart, once_known: frozenset[str]) -> Findings:
    """Who answers for it, and of what tier it is."""
    about, owner = about_of(account), account.owner
    if owner in staff:
        yield ok(about, f"{staff.name(owner)} answers for it; {TIERS[account.tier]}.").on("owner")
    elif owner in once_known:
        yield bad(
            about,
            f"Its owner, {owner}, has left the register. Name another owner in amends.toml, and "
            "take the credentials from whoever has left.",
        ).on("owner")
    else:
        yield warn(
            about,
            f"Its owner, {owner}, is not in [[people]]: only an address, without a name or a line "
            "manager. Add them there; if they have left, name another owner.",
        ).on("owner")


def _manager(staff: Staff, email: str) -> str | None:
    part = staff.part(email)
    return part.line_manager if part else None


def _languages(account: AccountPart) -> Findings:
    missing = [named(one) for one in account.languages if spoken_in(one) is None]
    if missing:
        yield warn(
            about_of(account),
            f"There are no statements in {listed(missing)}: an English note stands in for them. "
            "Add a catalogue (docs/how-to/add-a-language.md), or have a person write the words.",
        ).on("languages")


def _is(words: list[str]) -> str:
    return "is" if len(words) == 1 else "are"


def _has(words: list[str]) -> str:
    return "has" if len(words) == 1 else "have"
