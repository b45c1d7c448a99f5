"""Who is kept from a case, though HR: conflict is computed when it is read (design §8)."""

from models.people import Person
from models.snapshot import Snapshot
from models.words import Role
from policy.access import is_dtu
from policy.people import Register, line_ever


def may_work_case(person: Person, seen: Snapshot, register: Register) -> bool:
    """Whether nothing in the incident keeps this person from its case (lines 54-56, design §8).

    Never the poster, or anyone above or below them in the line, whoever of it has left; whoever
    reported, shared, owns, wrote, cleared or decided anything about it; anyone of the Digital
    Transformation Unit.
    """
    if is_dtu(person) or person.email in _took_part(seen, register):
        return False
    poster = seen.incident.poster_email
    return poster is None or not _in_line(person.email, poster, register)


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
        incident.cleared_by,
        incident.facts_by,
        *incident.never_clear,
        *(emails.get(one) for one in ids),
        *(wording.author for wording in seen.wordings.values()),
        *(decision.decided_by for decision in seen.decisions),
        *(account.owner for key, account in seen.accounts.items() if key in posts),
    ]
    return frozenset(one for one in found if one)


def involved_in(seen: Snapshot) -> frozenset[str]:
    """Who does not hear of the poster's mistake as their manager: the poster, and whoever owns,
    cleared or shared the post (design §3.2)."""
    poster = seen.incident.poster_email
    owners = {account.owner for account in seen.posted_on} - {poster}
    return frozenset(one for one in (poster, seen.incident.cleared_by, *owners) if one)
