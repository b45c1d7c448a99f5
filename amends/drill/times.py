"""How long each thing took, and who was asked: read from the rows of the drill's incident."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from models.notices import Notice
from models.snapshot import Snapshot
from models.words import Medium, Role, StatementState

SHARED = (Role.DTU, Role.HR)


@dataclass(frozen=True)
class Took:
    """Seconds from the report; None where it did not happen before the drill ended."""

    what: str
    seconds: float | None


@dataclass(frozen=True)
class Told:
    """One message: to whom, in which role, and when it left and was acknowledged, in seconds."""

    address: str
    role: Role
    by: Medium
    sent: float | None
    acknowledged: float | None
    shared: bool


def times(seen: Snapshot) -> list[Took]:
    """In the order in which people ask for them."""
    captures = [seen.captures.get(post.id) for post in seen.posts]
    mails = [one for one in seen.notices if not one.digest_line]
    read = [one.given_at for one in seen.acknowledgements.values()]
    words = [one for one in seen.statements if one.state != StatementState.WITHDRAWN]
    cleared = [one.given_at for one in seen.clearances if one.approved]
    found = [
        ("captured: a copy was kept", _last(one.taken_at if one else None for one in captures)),
        ("gone: seen to be gone", _last(post.verified_at for post in seen.posts)),
        ("told: the first message had left", _first(one.sent_at for one in mails)),
        ("told: every message had left", _last(one.sent_at for one in mails)),
        ("acknowledged: the first person had read it", _first(read)),
        ("acknowledged: the last who did had read it", _last(read)),
    ]
    if cleared:  # words that were agreed beforehand need nobody's yes
        found.append(("cleared: the last yes was given", _last(cleared)))
    if words:
        found.append(("words out: on every account", _last(one.published_at for one in words)))
    found.append(("closed", seen.incident.closed_at))
    return [Took(what, _since(seen, at)) for what, at in found]


def told(seen: Snapshot) -> list[Told]:
    """Every message that was written, in the order in which they were."""
    return [_told(seen, one) for one in seen.notices]


def _told(seen: Snapshot, notice: Notice) -> Told:
    read = seen.acknowledgements.get(notice.id)
    return Told(
        notice.to_address,
        notice.to_role,
        notice.by,
        _since(seen, notice.sent_at),
        _since(seen, read.given_at if read else None),
        notice.to_role in SHARED,
    )


def _since(seen: Snapshot, at: datetime | None) -> float | None:
    return None if at is None else (at - seen.incident.opened_at).total_seconds()


def _first(moments: Iterable[datetime | None]) -> datetime | None:
    return min((one for one in moments if one is not None), default=None)


def _last(moments: Iterable[datetime | None]) -> datetime | None:
    """The last of them; None where one is still to come, or there are none."""
    found = list(moments)
    known = [one for one in found if one is not None]
    return max(known) if known and len(known) == len(found) else None
