"""What the answers of the AT Protocol mean for what to do next (design §6)."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from pydantic import ValidationError

from integrations.errors import (
    NotAuthorised,
    OutcomeUnknown,
    OutsideError,
    Refused,
    TryAgainLater,
)
from integrations.platforms.bluesky_shapes import Problem
from integrations.platforms.bounded import Answered

SOON = timedelta(seconds=60)
LONGEST = timedelta(hours=25)
ROUNDED = timedelta(seconds=1)
"""The server names the end of a window in whole seconds, rounded down."""

ABSENT = "RecordNotFound"
SWAPPED = "InvalidSwap"
WORN_OUT = frozenset({"ExpiredToken", "InvalidToken"})
"""A session that is no longer good: nothing was done, and a new one may do it."""

NOT_OURS: dict[str, str] = {
    "AuthFactorTokenRequired": "second-factor",
    "AccountTakedown": "taken-down",
    "AccountSuspended": "suspended",
    "AccountDeactivated": "deactivated",
    "RepoTakendown": "taken-down",
    "RepoSuspended": "suspended",
    "RepoDeactivated": "deactivated",
}
"""The server's word for an account that may not act, and our code for it."""


def meaning(answered: Answered, act: str, now: datetime) -> OutsideError:
    """The error to raise. ``act`` is ``create``, ``delete`` or ``read``; text is a code only."""
    status, word = answered.status, word_of(answered)
    if word in NOT_OURS:
        return NotAuthorised(NOT_OURS[word])
    if status == 429:
        return TryAgainLater("rate-limit", at=_reset(answered.headers, now))
    if status == 401 or word in WORN_OUT:
        return NotAuthorised("unauthorised")
    if status in (402, 403):
        return NotAuthorised("forbidden")
    if status == 404 and act == "delete":
        return OutcomeUnknown("not-found")
    if status == 408 or not 400 <= status < 500:
        return OutcomeUnknown(f"http-{status}")
    return Refused(f"http-{status}")


def word_of(answered: Answered) -> str:
    """The server's own word for what is wrong; empty where it has none."""
    try:
        return Problem.model_validate_json(answered.body).error
    except ValidationError:
        return ""


def says(answered: Answered, word: str) -> bool:
    """Whether a 400 is the server's word for exactly this."""
    return answered.status == 400 and word_of(answered) == word


def is_worn_out(answered: Answered) -> bool:
    """Whether the session is no longer good, and nothing else is wrong."""
    return answered.status in (400, 401) and word_of(answered) in WORN_OUT


def _reset(headers: Mapping[str, str], now: datetime) -> datetime:
    """When to try again: when the window has ended, in the server's own time."""
    ends = _instant(headers.get("ratelimit-reset", ""))
    at = ends + ROUNDED if ends else None
    after = headers.get("retry-after", "")
    if at is None and re.fullmatch(r"[0-9]{1,6}", after):
        at = now + timedelta(seconds=int(after))
    return min(max(at or now + SOON, now + timedelta(seconds=1)), now + LONGEST)


def _instant(value: str) -> datetime | None:
    return datetime.fromtimestamp(int(value), UTC) if re.fullmatch(r"[0-9]{1,11}", value) else None
