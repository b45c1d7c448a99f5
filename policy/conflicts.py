"""Who is kept from a case, though HR: conflict is computed when it is read (design §8)."""

from collections.abc import Iterator

from models.people import Person
from models.snapshot import Snapshot
from models.words import PosterKnown, Role
from policy.access import is_dtu
from policy.people import Register, line_ever


def may_work_case(person: Person, seen: Snapshot, register: Register) -> bool:
    """Whether nothing in the incident keeps this person from its case (lines 54-56, design §8).

    Never the poster, or anyone above or below them in the line, whoever of it has left; whoever
    reported, shared, owns, wrote, cleared or decided anything about it; anyone of the Digital
    Transformation Unit. While nobody has said of themselves that they posted it, none of those who
    could have: whoever publishes for the account. Who is said to have cleared it, by a reporter
    and nobody else, is kept out as long as somebody else of HR is left.
    """
    if not _is_free(person, seen, register):
        return False
    return person.email != seen.incident.cleared_by or _is_last_of_hr(person, seen, register)


def _is_free(person: Person, seen: Snapshot, register: Register) -> bool:
    if is_dtu(person) or person.email in _took_part(seen, register):
        return False
    poster = seen.incident.poster_email
    return poster is None or not _in_line(person.email, poster, register)


def _is_last_of_hr(person: Person, seen: Snapshot, register: Register) -> bool:
    """Or one line of a report would leave the case to nobody."""
    return person.has_role(Role.HR) and not any(
        one.registered and one.has_role(Role.HR) and _is_free(one, seen, register)
        for one in register.people
        if one.email != person.email
    )


def may_see_case(person: Person, seen: Snapshot, register: Register) -> bool:
    """Whether this person may decide on a referral: of HR, and kept out by nothing."""
    return person.has_role(Role.HR) and may_work_case(person, seen, register)


def _in_line(one: str, other: str, register: Register) -> bool:
    return one in line_ever(other, register) or other in line_ever(one, register)


def _took_part(seen: Snapshot, register: Register) -> frozenset[str]:
    incident = seen.incident
    emails = {person.id: person.email for person in register.people}
    ids = [one.reporter_id for one in seen.reports] + [one.person_id for one in seen.clearances]
    posts = {post.account_id for post in seen.posts}
    found = [
        incident.poster_email,
        incident.facts_by,
        *incident.never_clear,
        *(emails.get(one) for one in ids),
        *(wording.author for wording in seen.wordings.values()),
        *(decision.decided_by for decision in seen.decisions),
        *(account.owner for key, account in seen.accounts.items() if key in posts),
        *(() if _owned_up(seen, emails) else _publishers(seen, posts)),
    ]
    return frozenset(one for one in found if one)


def _owned_up(seen: Snapshot, emails: dict[str, str]) -> bool:
    """Whether whoever is said to have posted it says so themselves."""
    if seen.incident.poster_known is PosterKnown.NAMED:
        return seen.incident.poster_email in {emails.get(one.reporter_id) for one in seen.reports}
    return seen.incident.poster_known is PosterKnown.REPORTER


def _publishers(seen: Snapshot, posts: set[str | None]) -> Iterator[str]:
    for key, account in seen.accounts.items():
        if key in posts:
            yield from account.publishers


def involved_in(seen: Snapshot) -> frozenset[str]:
    """Who does not hear of the poster's mistake as their manager: the poster, and whoever owns,
    cleared or shared the post (design §3.2)."""
    poster = seen.incident.poster_email
    owners = {account.owner for account in seen.posted_on} - {poster}
    return frozenset(one for one in (poster, seen.incident.cleared_by, *owners) if one)
