"""Whoever answers the press hears that there is a line, where the kind of mistake has one."""

from collections.abc import Iterator
from datetime import datetime

from flows.letters import NewNotice
from models.snapshot import Snapshot
from models.words import Kind, Role
from policy.duty import on_duty
from policy.people import Register
from policy.plan import Plan
from policy.tables import load

TEMPLATE = "if_asked"
UNTOLD = frozenset({Kind.CLASSIFIED, Kind.PERSONAL_ACCOUNT, Kind.NOT_A_MISTAKE})
"""Of what is classified security and the DTU alone hear, of a person's own account nobody more than
must, and of a proper post there is nothing to ask."""

ANSWERS = (Role.PRESS_DUTY, Role.MEDIA_OFFICE)


def tell_press(
    seen: Snapshot, plan: Plan, register: Register, now: datetime
) -> Iterator[NewNotice]:
    """One notice to whoever answers the press now, where the kind has a line and they do not hear
    of it anyway; once, whoever is on duty later."""
    told = any(n.template == TEMPLATE for n in seen.notices) or Role.PRESS_DUTY in plan.told
    if told or plan.digest_only or not _has_a_line(plan):
        return
    poster = seen.incident.poster_email
    without = frozenset({poster} if poster else ())
    for one in on_duty(Role.PRESS_DUTY, register, now, poster=poster, without=without):
        if any(one.has_role(role) for role in ANSWERS):
            yield NewNotice(Role.PRESS_DUTY, one.email, TEMPLATE)


def _has_a_line(plan: Plan) -> bool:
    if UNTOLD & set(plan.kinds):
        return False
    return any(row.if_asked for row in load().response if row.kind in plan.kinds)
