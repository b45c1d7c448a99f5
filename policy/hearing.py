"""Who of the chain may hear of an incident now: what a new plan does not tell is told no more."""

from models.people import Person
from models.snapshot import Snapshot
from models.words import Choice, DecisionType, PosterKnown, Role
from policy.access import is_dtu
from policy.duty import duties
from policy.people import Register
from policy.plan import Plan


def still_told(plan: Plan, seen: Snapshot, register: Register) -> frozenset[Role]:
    """The roles whose notices are chased: those whom this plan tells, the DTU and who is on duty.

    The line manager only while they may hear of the matter itself.
    """
    told = {*plan.told, Role.DTU, *duties(plan, register)} - {Role.LINE_MANAGER}
    manager = Role.LINE_MANAGER in plan.told and not plan.manager_hears_only_that_security_leads
    if manager and manager_may_hear(seen, register):
        told.add(Role.LINE_MANAGER)
    return frozenset(told)


def manager_may_hear(seen: Snapshot, register: Register) -> bool:
    """At once where the poster reported it themselves or the DTU did; else when the DTU confirms.

    A confirmation of the deletion by a DTU officer is one of the poster too. Of what somebody did
    on an account of their own a manager hears only after that, whoever reported it (design §3.2).
    """
    if seen.incident.poster_known == PosterKnown.UNKNOWN:
        return False
    reporters = {r.reporter_id for r in seen.reports}
    by_id = {person.id: person for person in register.people}
    people = [by_id[one] for one in reporters if one in by_id]
    told_by_them = any(p.email == seen.incident.poster_email or is_dtu(p) for p in people)
    if told_by_them and not is_elsewhere(seen):
        return True
    of_words = {statement.id for statement in seen.statements}
    return any(
        d.type == DecisionType.CONFIRM
        and d.target not in of_words
        and d.choice == Choice.YES
        and _is_of_the_dtu(register.person(d.decided_by))
        for d in seen.decisions
    )


def is_elsewhere(seen: Snapshot) -> bool:
    """Whether the mistake was made on accounts that are not ours alone."""
    return all(post.account_id is None for post in seen.posts)


def _is_of_the_dtu(person: Person | None) -> bool:
    return person is not None and is_dtu(person)
