"""Previews as their people meet them: asked for by a pasted link, shown to nobody else, taken over
by the report, or forgotten.

Nothing is read here: this process holds no credentials. The engine reads, and its copy is sealed as
the capture that the report makes of it.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement
from sqlmodel import col, func, select, update

from flows.report_request import NamedPost
from models.audit import chain_of_incident
from models.columns import new_id
from models.incident import Capture, Post
from models.office import Office
from models.people import Account, Person
from models.previews import KEPT, PREVIEWS, Preview, PreviewState
from models.sealed import SealBrokenError, place
from models.store import Transaction
from models.words import Audience, CaptureDepth
from policy.access import is_dtu

MOST_AT_ONCE = 10
"""Of a report of many posts the first are shown: a person compares a few."""

MOST_ASKED = 60
"""Readings that one person may cause within an hour: the platforms count ours as one."""

WITHIN = timedelta(hours=1)

LATE = timedelta(seconds=10)
"""From then on the page says that it is not waited for."""

FRESH = timedelta(minutes=30)
"""An older copy is kept as well, but the post is read once more before it is deleted."""

OPEN_TO_ALL = (Audience.PUBLIC, Audience.UNLISTED)
WAITING = (PreviewState.ASKED, PreviewState.READING)


class Says(StrEnum):
    """What a person is told of a link that they pasted; ``labels.csv`` has the sentences."""

    WAITING = "waiting"
    LATE = "late"
    SHOWN = "shown"
    NOT_PUBLIC = "not-public"
    GONE = "gone"
    FAILED = "failed"
    ELSEWHERE = "elsewhere"
    BY_HAND = "by-hand"
    NOT_READ = "not-read"


ENDED = {PreviewState.GONE: Says.GONE, PreviewState.FAILED: Says.FAILED}


@dataclass(frozen=True)
class Shown:
    """A pasted link as its person sees it. ``reach`` is what the platform counts, by its own names,
    without what is nought; ``media`` how many pictures and films are there."""

    says: Says
    platform: str
    handle: str
    url: str
    text: str = field(default="", repr=False)
    warning: str = field(default="", repr=False)
    posted_at: datetime | None = None
    reach: Mapping[str, int] = field(default_factory=dict)
    media: int = 0


def ask_previews(here: Office, person: Person, posts: Sequence[NamedPost]) -> None:
    """Have the engine read those of our accounts that this person has not pasted before."""
    wanted = [one for one in posts[:MOST_AT_ONCE] if _can_be_read(one)]
    with here.store.read() as tx:
        if all(_current(tx, person, one) for one in wanted):
            return
    with here.store.write("ask-previews") as tx:
        now = tx.now()
        mine = select(func.count()).select_from(Preview).where(col(Preview.person_id) == person.id)
        left = MOST_ASKED - tx.exec(mine.where(col(Preview.asked_at) > now - WITHIN)).one()
        for named in wanted:
            if left > 0 and tx.insert_once(_asked(person, named, now)):
                left -= 1
        tx.wake(PREVIEWS)


def _can_be_read(named: NamedPost) -> bool:
    return named.account is not None and named.account.credentials is not None


def _asked(person: Person, named: NamedPost, now: datetime) -> Preview:
    assert named.account is not None, "only these can be read"
    return Preview(
        id=new_id(),
        person_id=person.id,
        account_id=named.account.id,
        remote_id=named.link.remote_id,
        url=named.link.url,
        asked_at=now,
        due_at=now,
    )


def _current(tx: Transaction, person: Person, named: NamedPost) -> Preview | None:
    assert named.account is not None, "only these can be read"
    same = select(Preview).where(
        col(Preview.person_id) == person.id,
        col(Preview.account_id) == named.account.id,
        col(Preview.remote_id) == named.link.remote_id,
        col(Preview.state) != PreviewState.ENDED,
        col(Preview.asked_at) > tx.now() - KEPT,
    )
    return tx.exec(same).first()


def previews_of(here: Office, person: Person, posts: Sequence[NamedPost]) -> tuple[Shown, ...]:
    """What this person is shown of the posts that they named; of another's previews nothing."""
    with here.store.read() as tx:
        return tuple(_shown(tx, here, person, named) for named in posts[:MOST_AT_ONCE])


def _shown(tx: Transaction, here: Office, person: Person, named: NamedPost) -> Shown:
    if named.account is None:
        return _said(Says.ELSEWHERE, named)
    if not _can_be_read(named):
        return _said(Says.BY_HAND, named)
    preview = _current(tx, person, named)
    if preview is None:
        return _said(Says.NOT_READ, named)
    if preview.state in WAITING:
        late = tx.now() - preview.asked_at > LATE
        return _said(Says.LATE if late else Says.WAITING, named)
    if preview.state in ENDED:
        return _said(ENDED[preview.state], named)
    if preview.audience not in OPEN_TO_ALL and not _may_read(person, named.account):
        return _said(Says.NOT_PUBLIC, named)
    return _opened(here, preview, named)


def _may_read(person: Person, account: Account) -> bool:
    """Whether they read the account's own posts anyhow: what its followers alone see is shown to
    nobody else by pasting a link."""
    return is_dtu(person) or account.published_by(person.email)


def _opened(here: Office, preview: Preview, named: NamedPost) -> Shown:
    try:
        sealed = preview.manifest_sealed or b""
        said = json.loads(here.content.open(sealed, place("capture", preview.id, "manifest")))
    except SealBrokenError:
        return _said(Says.FAILED, named)
    return Shown(
        Says.SHOWN,
        named.link.platform,
        said["author"],
        named.link.url,
        text=said["text"],
        warning=said["warning"] or "",
        posted_at=preview.posted_at,
        reach={name: count for name, count in said["metrics"].items() if count},
        media=len(said["media"]),
    )


def _said(says: Says, named: NamedPost) -> Shown:
    return Shown(says, named.link.platform, named.link.handle or "", named.link.url)


def forget_previews(here: Office, person: Person) -> None:
    """End all that this person pasted and has not reported: what they say the post is forbids
    looking at it, or they have changed their mind."""
    mine = (col(Preview.person_id) == person.id, col(Preview.state) != PreviewState.ENDED)
    with here.store.read() as tx:
        if tx.exec(select(Preview.id).where(*mine)).first() is None:
            return
    with here.store.write("forget-previews") as tx:
        _end(tx, *mine)
        tx.wake(PREVIEWS)


def take_over(
    tx: Transaction, person: Person, named: Sequence[NamedPost], new: Iterable[str], *, whole: bool
) -> None:
    """What this person pasted and now reports becomes the capture of its post, in the transaction
    of the report: it need not be read again. ``new`` are the ids of the report's own posts; a post
    that an incident has already keeps what is kept there.

    ``whole`` is False where of such a post no more than must be is kept: then all is ended instead.
    """
    pasted = _pasted(tx, person)
    if not pasted:
        return
    if whole:
        for post in tx.exec(select(Post).where(col(Post.id).in_(new))).all():
            preview = pasted.get((post.account_id or "", post.remote_id))
            if preview is not None and preview.state is PreviewState.READ:
                _become_capture(tx, preview, post)
    mine = {(one.account.id, one.link.remote_id) for one in named if one.account}
    ended = [one.id for key, one in pasted.items() if key in mine or not whole]
    _end(tx, col(Preview.id).in_(ended))
    tx.wake(PREVIEWS)


def _pasted(tx: Transaction, person: Person) -> dict[tuple[str, str], Preview]:
    """By account and post. Nobody ends one of them meanwhile."""
    mine = select(Preview).where(
        col(Preview.person_id) == person.id,
        col(Preview.state) != PreviewState.ENDED,
        col(Preview.asked_at) > tx.now() - KEPT,
    )
    locked = mine.order_by(col(Preview.id)).with_for_update()
    return {(one.account_id, one.remote_id): one for one in tx.exec(locked)}


def _become_capture(tx: Transaction, preview: Preview, post: Post) -> None:
    assert preview.read_at is not None, "it was read"
    assert preview.manifest_sealed is not None, "it was read"
    capture = Capture(
        id=preview.id,
        post_id=post.id,
        depth=CaptureDepth.FULL,
        digest=preview.digest,
        manifest_sealed=preview.manifest_sealed,
        files=preview.files,
        version=preview.version,
        audience=preview.audience,
        taken_at=preview.read_at,
        outdated_at=None if tx.now() - preview.read_at < FRESH else tx.now(),
    )
    if not tx.insert_once(capture):
        return
    post.posted_at, preview.files = preview.posted_at, []  # the files are the capture's now
    tx.add(post)
    tx.add(preview)
    tx.record(
        chain_of_incident(post.incident_id),
        "amends",
        "captured",
        post=post.id,
        digest=capture.digest,
        depth=capture.depth.value,
        files=len(capture.files),
        pasted_at=preview.read_at.isoformat(),
    )


def _end(tx: Transaction, *which: ColumnElement[bool]) -> None:
    ended = {"state": PreviewState.ENDED, "manifest_sealed": None, "due_at": None}
    tx.exec(update(Preview).where(*which).values(**ended))
