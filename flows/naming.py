"""How one person is named to another: who reported is named to the DTU alone (design §3.2)."""

from models.people import Person
from models.snapshot import Snapshot
from policy.access import Act, Relation, may
from policy.people import Register

A_COLLEAGUE = "a colleague"
ENGINE = "amends"


def shown_as(
    email: str,
    *,
    to: Person,
    seen: Snapshot,
    register: Register,
    relations: frozenset[Relation],
) -> str:
    """The address, or "a colleague" where it would tell who reported somebody else's post."""
    reporters = {report.reporter_id for report in seen.reports}
    reported = any(one.email == email and one.id in reporters for one in register.people)
    open_secret = email in (to.email, seen.incident.poster_email)
    named = open_secret or not reported or may(Act.SEE_REPORTERS, relations)
    return email if named else A_COLLEAGUE
