"""Clocks that the law sets, whoever is asleep: when the regulator must have heard."""

from datetime import datetime, timedelta

from policy.plan import Plan

BREACH = timedelta(hours=72)
"""UK GDPR, article 33: to the Information Commissioner, from the moment that we are aware."""


def breach_due_at(plan: Plan | None, aware_at: datetime) -> datetime | None:
    """Until when the data protection officer may report a breach; None where no clock runs.

    Aware is who reported it to us: the earliest moment, so that a kind that is added later never
    gains time.
    """
    return aware_at + BREACH if plan is not None and plan.breach_clock else None
