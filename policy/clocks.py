"""Clocks that the law sets, whoever is asleep: when the regulator must have heard."""

from datetime import datetime, timedelta

from models.snapshot import Snapshot
from models.words import Choice, DecisionType
from policy.plan import Plan
from policy.words import Fact

BREACH = timedelta(hours=72)
"""UK GDPR, article 33: to the Information Commissioner, from the moment that we are aware."""


def breach_due_at(plan: Plan | None, aware_at: datetime) -> datetime | None:
    """Until when the data protection officer may report a breach; None where no clock runs.

    Aware is who reported it to us: the earliest moment, so that a kind that is added later never
    gains time.
    """
    return aware_at + BREACH if plan is not None and plan.breach_clock else None


def investigation_since(seen: Snapshot) -> datetime | None:
    """Since when an investigation has been on record as opened; None where the last word on it is
    that there is none. It outlasts the incident: its clock runs once that is closed, too."""
    said = [
        one
        for one in seen.decisions
        if one.type == DecisionType.ESTABLISH and one.target == Fact.INVESTIGATION_OPENED
    ]
    since: datetime | None = None
    for one in sorted(said, key=lambda one: one.generation):
        since = (since or one.decided_at) if one.choice == Choice.YES else None
    return since
