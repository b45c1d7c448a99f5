"""What X's answers mean for what to do next (design §6)."""

import json
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
from integrations.platforms.x_shapes import ABSENT

SOON = timedelta(seconds=60)
LONGEST = timedelta(hours=25)
WINDOWS = ("x-rate-limit", "x-user-limit-24hour", "x-app-limit-24hour")

NO_CREDIT = re.compile(r"credit|usage.?cap|spend.?cap|monthly")
DUPLICATE = re.compile(r"duplicate")
NOT_PERMITTED: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"oauth1-permissions|app permissions"), "app-permissions"),
    (re.compile(r"client-not-enrolled|client-forbidden|not enrolled|access level"), "app-access"),
    (re.compile(r"suspended"), "suspended"),
    (re.compile(r"locked"), "locked"),
    (re.compile(r"not (?:permitted|allowed|authorized) to (?:perform|access|delete)"), "forbidden"),
)
"""What X's words say, and our code for it. The words themselves go no further."""


def meaning(answered: Answered, act: str, now: datetime) -> OutsideError:
    """The error to raise. ``act`` is ``create``, ``delete`` or ``read``; text is a code only."""
    status, words = answered.status, _words(answered.body)
    if status == 402 or (status in (403, 429) and NO_CREDIT.search(words)):
        return NotAuthorised("no-credit")
    if status == 429:
        return TryAgainLater("rate-limit", at=_reset(answered.headers, now))
    if status == 401:
        return NotAuthorised("unauthorised")
    if status == 403:
        return _forbidden(words, act)
    if status == 404 and act == "delete":
        return OutcomeUnknown("not-found")
    if status == 408 or not 400 <= status < 500:
        return OutcomeUnknown(f"http-{status}")
    return Refused(f"http-{status}")


def says_absent(answered: Answered) -> bool:
    """Whether a 404 is X's own word that there is no such post."""
    return answered.status == 404 and ABSENT in _words(answered.body)


def _forbidden(words: str, act: str) -> OutsideError:
    if act == "create" and DUPLICATE.search(words):
        return OutcomeUnknown("duplicate")
    for pattern, code in NOT_PERMITTED:
        if pattern.search(words):
            return NotAuthorised(code)
    return NotAuthorised("forbidden") if act == "delete" else Refused("forbidden")


def _reset(headers: Mapping[str, str], now: datetime) -> datetime:
    """When to try again: the latest reset of the windows that are used up."""
    resets = {window: _instant(headers.get(f"{window}-reset")) for window in WINDOWS}
    used_up = [
        at for window, at in resets.items() if at and headers.get(f"{window}-remaining") == "0"
    ]
    at = max(used_up, default=resets["x-rate-limit"])
    after = headers.get("retry-after", "")
    if at is None and after.isdecimal():
        at = now + timedelta(seconds=min(int(after), int(LONGEST.total_seconds())))
    return min(max(at or now + SOON, now + timedelta(seconds=1)), now + LONGEST)


def _instant(value: str | None) -> datetime | None:
    if value is None or not re.fullmatch(r"[0-9]{1,11}", value):
        return None
    return datetime.fromtimestamp(int(value), UTC)


def _words(body: bytes) -> str:
    """X's own words on what was wrong, in lower case, to be searched and never kept."""
    try:
        read = json.loads(body)
    except ValueError:
        return ""
    if not isinstance(read, dict):
        return ""
    inner = read.get("errors")
    parts = [read, *(inner if isinstance(inner, list) else [])]
    names = ("title", "detail", "type", "reason", "message")
    found = [str(part.get(name, "")) for part in parts if isinstance(part, dict) for name in names]
    return " ".join(found).lower()
