"""What GOV.UK Notify's answers mean for what to do next (design §6)."""

import json
from datetime import datetime, timedelta

from integrations.errors import (
    NotAuthorised,
    OutcomeUnknown,
    OutsideError,
    Refused,
    TryAgainLater,
)
from integrations.platforms.bounded import Answered

WINDOW = timedelta(seconds=60)
"""Notify counts requests by the minute, and does not say when the next begins."""

SPENT = "TooManyRequestsError"
"""What it calls a day's limit that is used up. The words beside it may change, the type does not;
tomorrow is too late for a notice, so a person is asked to tell them another way."""


def meaning(answered: Answered, now: datetime) -> OutsideError:
    """The error to raise; its text is a code only."""
    status = answered.status
    if status == 429:
        if SPENT in _types(answered.body):
            return Refused("daily-limit")
        return TryAgainLater("rate-limit", at=now + WINDOW)
    if status in (401, 403):
        return NotAuthorised("unauthorised")
    if status == 408 or not 400 <= status < 500:
        return OutcomeUnknown(f"http-{status}")
    return Refused(f"http-{status}")


def _types(body: bytes) -> list[str]:
    try:
        read = json.loads(body)
    except ValueError:
        return []
    found = read.get("errors") if isinstance(read, dict) else None
    return [str(one.get("error")) for one in found or [] if isinstance(one, dict)]
