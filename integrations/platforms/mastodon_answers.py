"""What an instance's answers mean for what to do next (design §6)."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from integrations.errors import (
    NotAuthorised,
    OutcomeUnknown,
    OutsideError,
    Refused,
    TryAgainLater,
)
from integrations.platforms.bounded import Answered
from integrations.platforms.mastodon_shapes import Problem, instant
from integrations.platforms.reading import read_as

SOON = timedelta(seconds=60)
LONGEST = timedelta(hours=25)

NOT_PERMITTED: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"authorized scopes"), "app-permissions"),
    (re.compile(r"disabled|suspended"), "suspended"),
    (re.compile(r"confirmed|pending approval"), "locked"),
)
"""What Mastodon's words say, and our code for it. The words themselves go no further."""


def meaning(answered: Answered, act: str, now: datetime) -> OutsideError:
    """The error to raise. ``act`` is ``create``, ``delete`` or ``read``; text is a code only."""
    status = answered.status
    if status == 429:
        return TryAgainLater("rate-limit", at=_reset(answered.headers, now))
    if status == 401:
        return NotAuthorised("unauthorised")
    if status in (402, 403):
        return NotAuthorised(_why_not(answered.body))
    if status == 404 and act == "delete":
        return OutcomeUnknown("not-found")
    if status == 408 or not 400 <= status < 500:
        return OutcomeUnknown(f"http-{status}")
    return Refused(f"http-{status}")


def says_absent(answered: Answered) -> bool:
    """Whether a 404 is Mastodon's own word that there is no such post, and not a web server's."""
    return answered.status == 404 and _words(answered.body) != ""


def _why_not(body: bytes) -> str:
    words = _words(body)
    return next((code for pattern, code in NOT_PERMITTED if pattern.search(words)), "forbidden")


def _words(body: bytes) -> str:
    """Mastodon's own words on what was wrong, in lower case, to be searched and never kept."""
    try:
        return read_as(Problem, body).error.lower()
    except OutcomeUnknown:
        return ""


def _reset(headers: Mapping[str, str], now: datetime) -> datetime:
    """When to try again, kept between a second and a day from now."""
    at = _instant(headers.get("x-ratelimit-reset", "")) or now + SOON
    after = headers.get("retry-after", "")
    if re.fullmatch(r"[0-9]{1,6}", after):
        at = max(at, now + timedelta(seconds=int(after)))
    return min(max(at, now + timedelta(seconds=1)), now + LONGEST)


def _instant(written: str) -> datetime | None:
    """Mastodon writes ISO 8601; some of its kin count seconds."""
    if re.fullmatch(r"[0-9]{1,11}", written):
        return datetime.fromtimestamp(int(written), UTC)
    try:
        return instant(written)
    except OutcomeUnknown:
        return None
