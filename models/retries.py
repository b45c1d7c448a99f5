"""What the engine will try again by itself, and when: worked out from an incident's rows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.effects import Effect
from models.incident import Post
from models.people import Account
from models.snapshot import Snapshot
from models.words import EffectKind, EffectState, PostState, Role


class RetryOf(StrEnum):
    """What is tried again without anybody's doing."""

    DELETE = "delete"
    PUBLISH = "publish"
    NOTICE = "notice"
    CAPTURE = "capture"
    LOOK = "look"


class RetryCode(StrEnum):
    """Why it is tried again. ``templates/reasons.csv`` gives each raw code of a platform one."""

    RATE_LIMIT = "rate-limit"
    BUSY = "busy"
    UNREACHABLE = "unreachable"
    NO_ANSWER = "no-answer"
    BROKEN_OFF = "broken-off"
    SERVER_ERROR = "server-error"
    UNREADABLE = "unreadable"
    NOT_SHOWN = "not-shown"
    INTERRUPTED = "interrupted"
    HELD = "held"
    NOT_SEEN_GONE = "not-seen-gone"
    CANNOT_LOOK = "cannot-look"
    OTHER = "other"


CAPTURE_FAILED = "capture-failed"
"""What the record says of each capture that failed, with its code and the time of the next."""

HELD = "held"
PUT_OFF = "rate-limit"
"""The raw code of a platform that named a time, and of what waits for it as well."""
NOT_SEEN_GONE = "not-seen-gone"
CANNOT_LOOK = "cannot-look"

LOOKED_AT = {PostState.DELETING: NOT_SEEN_GONE, PostState.UNKNOWN: CANNOT_LOOK}
"""Why a post that we were told is deleted is looked at again."""

LEAVING = (EffectState.AUTHORISED, EffectState.RETRY)


@dataclass(frozen=True)
class Retry:
    """One thing that is tried again without anybody's doing.

    ``target`` is the post, the statement or the notice. ``state`` is ``retry`` where it certainly
    did not happen, ``unknown`` where that is still looked for, ``authorised`` where it was not
    tried. ``code`` is the raw word of what went wrong last; ``next_at`` is None for at once.
    """

    of: RetryOf
    target: str
    state: EffectState
    code: str
    tries: int
    next_at: datetime | None
    account: Account | None = None
    to_role: Role | None = None


def retries(seen: Snapshot, codes: Mapping[str, str], now: datetime) -> tuple[Retry, ...]:
    """Everything that is tried again, the soonest first.

    ``codes`` says why the last capture of a post failed. Nothing sealed is in a snapshot.
    """
    found = [
        *_captures(seen, codes),
        *(one for effect in seen.effects for one in _effect(seen, effect, now)),
        *_looks(seen),
    ]
    return tuple(sorted(found, key=lambda one: one.next_at or now))


def waits_for_a_capture(seen: Snapshot, post: Post) -> bool:
    """Whether no copy could be had of it yet, and another try has its time."""
    uncaptured = post.account_id is not None and post.id not in seen.captures
    return (
        uncaptured and post.try_at is not None and post.state in (PostState.LIVE, PostState.ASKED)
    )


def _captures(seen: Snapshot, codes: Mapping[str, str]) -> Iterator[Retry]:
    if seen.incident.closed_at is not None:
        return
    for post in seen.posts:
        if waits_for_a_capture(seen, post):
            yield Retry(
                RetryOf.CAPTURE,
                post.id,
                EffectState.RETRY,
                codes.get(post.id, ""),
                post.tries,
                post.try_at,
                seen.accounts.get(str(post.account_id)),
            )


def _effect(seen: Snapshot, effect: Effect, now: datetime) -> Iterator[Retry]:
    """Once the incident is closed only notices still leave."""
    if seen.incident.closed_at is not None and effect.kind != EffectKind.NOTICE:
        return
    account = seen.accounts.get(effect.account_id or "")
    state, code, next_at = effect.state, effect.code or "", effect.due_at
    if _is_held(effect, account, now):
        code, next_at = HELD, account.held_until if account else None
    elif effect.state == EffectState.AUTHORISED and code == PUT_OFF:
        state = EffectState.RETRY
    elif effect.state not in (EffectState.RETRY, EffectState.UNKNOWN):
        return
    yield Retry(
        RetryOf(effect.kind.value),
        effect.target,
        state,
        code,
        effect.attempts,
        next_at,
        account,
        next((n.to_role for n in seen.notices if n.id == effect.target), None),
    )


def _is_held(effect: Effect, account: Account | None, now: datetime) -> bool:
    return (
        effect.kind == EffectKind.PUBLISH
        and effect.state in LEAVING
        and account is not None
        and account.held_until is not None
        and account.held_until > now
    )


def _looks(seen: Snapshot) -> Iterator[Retry]:
    """The looks until a post is seen gone. Those after it are no wait."""
    for post in seen.posts:
        if post.look_at is not None and post.state in LOOKED_AT:
            yield Retry(
                RetryOf.LOOK,
                post.id,
                EffectState.UNKNOWN,
                LOOKED_AT[post.state],
                0,
                post.look_at,
                seen.accounts.get(str(post.account_id)),
            )
