"""Who is kept from a case, though HR: conflict is computed when it is read (design §8)."""

from models.people import Person
from models.snapshot import Snapshot
from models.words import Role
from policy.access import is_dtu
from policy.people import Register


def may_see_case(person: Person, seen: Snapshot, register: Register) -> bool:
    """Whether this person may work the case of this incident (lines 54-56, design §3.10).

    HR, and nobody else; never the poster, a reporter, whoever cleared the post or its statements,
    the poster's line manager, or anyone of the Digital Transformation Unit.
    """
    if not person.has_role(Role.HR) or is_dtu(person):
        return False
    incident = seen.incident
    poster = register.person(incident.poster_email)
    involved = {
        incident.poster_email,
        incident.cleared_by,
        poster.line_manager if poster else None,
    }
    took_part = {report.reporter_id for report in seen.reports}
    took_part |= {clearance.person_id for clearance in seen.clearances}
    return person.email not in involved and person.id not in took_part


def involved_in(seen: Snapshot) -> frozenset[str]:
    """Who does not hear of the poster's mistake as their manager: the poster, and whoever owns,
    cleared or shared the post (design §3.2)."""
    poster = seen.incident.poster_email
    owners = {account.owner for account in seen.posted_on} - {poster}
    return frozenset(one for one in (poster, seen.incident.cleared_by, *owners) if one)
