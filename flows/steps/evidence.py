"""Preserve: a copy is kept before our own delete (design §3.3)."""

import concurrent.futures
import contextvars
import hashlib
import json
from datetime import datetime, timedelta

from sqlmodel import col, or_, select, update
from sqlmodel.sql.expression import SelectOfScalar

from flows.asking import ask_by_hand
from flows.hands import Hands, hands_here
from flows.manifests import Whose, seal_manifest
from flows.repeats import if_repeated
from flows.step import urgent_step
from flows.turns import turn
from integrations.errors import (
    NotAuthorised,
    NotSupported,
    OutsideError,
    Refused,
    TryAgainLater,
)
from integrations.platforms.base import Captured
from models.audit import chain_of_incident
from models.columns import new_id
from models.incident import Capture, Incident, Post
from models.office import Office
from models.people import Account
from models.retries import CAPTURE_FAILED
from models.sealed import place
from models.store import Transaction
from models.words import CaptureDepth, PostState, Step
from policy.plan import Plan

NO_ROOM = "no-room"
"""Our own disk does not take the media: it is full, or cannot be written."""

SECRET_PATIENCE_SECONDS = 10.0
"""How long a capture may take where the detail itself does harm (design §3.3)."""

A_PERSONS_FAILURE = 6
"""The failed try, after about a minute of them, from which a person is asked as well."""

_side = concurrent.futures.ThreadPoolExecutor(256, thread_name_prefix="capture")
"""As many as the engine's cases: whoever had to wait for a thread would lose the copy by it."""


@urgent_step(Step.PRESERVE)
def preserve(here: Office, incident: Incident, plan: Plan, account_id: str | None) -> None:
    """Keep a copy of each post before anything is deleted.

    A platform that does not answer is asked once a round for each account: a thread of many posts
    must not hold the incident, and whatever people decide meanwhile, for as many timeouts.
    """
    with here.store.read() as tx:
        posts = tx.exec(select(Post).where(col(Post.incident_id) == incident.id)).all()
    silent: set[str | None] = {None}
    for post in posts:
        meant = post.account_id not in silent and account_id in (None, post.account_id)
        if meant and post.state in (PostState.LIVE, PostState.ASKED):
            with turn(f"preserve/{post.id}") as ours:
                if ours and not _preserve_one(here, incident, plan, post):
                    silent.add(post.account_id)


def _preserve_one(here: Office, incident: Incident, plan: Plan, post: Post) -> bool:
    """Returns whether the platform may be asked for the next post of the account at once."""
    with here.store.read() as tx:
        if tx.exec(kept(post)).first():
            return True
        account = tx.get_one(Account, post.account_id)
        if (at := tx.get_one(Post, post.id).try_at) is not None and at > tx.now():
            return True
    hands = hands_here()
    assert hands is not None, "steps run their work where the hands are"
    try:
        captured = _read(hands, account, post, plan)
    except (NotAuthorised, NotSupported, Refused) as error:
        _cannot_be_read(here, post, plan, error.code, final=True)
        return True
    except (OutsideError, TimeoutError) as error:
        at = error.at if isinstance(error, TryAgainLater) else None
        _cannot_be_read(here, post, plan, getattr(error, "code", "too-slow"), again_at=at)
        return False
    if captured is None:
        _was_gone(here, incident, post)
        return True
    try:
        _keep(here, incident, plan, post, captured)
    except OSError:
        _cannot_be_read(here, post, plan, NO_ROOM)
    return True


def kept(post: Post) -> SelectOfScalar[Capture]:
    """The capture of what is there now, where there is one."""
    return select(Capture).where(
        col(Capture.post_id) == post.id, col(Capture.outdated_at).is_(None)
    )


def _read(hands: Hands, account: Account, post: Post, plan: Plan) -> Captured | None:
    """Raises ``integrations.errors`` and TimeoutError."""
    platform = hands.platform(account)
    media = _depth(hands.office, plan) == CaptureDepth.FULL
    if not plan.may_delete_without_capture:
        return platform.capture(post.remote_id, media=media)
    running = _side.submit(
        contextvars.Context().run, lambda: platform.capture(post.remote_id, media=media)
    )
    return running.result(timeout=SECRET_PATIENCE_SECONDS)


def _depth(here: Office, plan: Plan) -> CaptureDepth:
    """Of a secret only id, time, account and digest, unless the store is marked accredited."""
    accredited = here.settings.organisation.accredited_for_classified
    return CaptureDepth.METADATA if plan.metadata_only and not accredited else CaptureDepth.FULL


def _keep(here: Office, incident: Incident, plan: Plan, post: Post, captured: Captured) -> None:
    capture_id, depth = new_id(), _depth(here, plan)
    manifest = seal_manifest(here, captured, Whose(capture_id, post.platform, post.url), depth)
    capture = Capture(
        id=capture_id,
        post_id=post.id,
        depth=depth,
        digest=manifest.digest,
        manifest_sealed=manifest.sealed,
        files=list(manifest.files),
        version=captured.version,
        audience=captured.audience,
        taken_at=captured.posted_at or incident.opened_at,
    )
    with here.store.write("keep-capture") as tx:
        capture.taken_at = tx.now()
        if tx.insert_once(capture):
            row = tx.get_one(Post, post.id)
            row.posted_at = captured.posted_at
            row.tries, row.try_at = 0, None
            tx.add(row)
            tx.record(
                chain_of_incident(incident.id),
                "amends",
                "captured",
                post=post.id,
                digest=capture.digest,
                depth=capture.depth.value,
                files=0 if capture.depth == CaptureDepth.METADATA else len(captured.media),
            )


def _was_gone(here: Office, incident: Incident, post: Post) -> None:
    """Somebody was quicker: nothing to keep, nothing to delete; verification looks once more."""
    with here.store.write("was-gone") as tx:
        row = tx.get_one(Post, post.id)
        if row.state in (PostState.LIVE, PostState.ASKED):
            row.state, row.deleted_at, row.look_at = PostState.DELETING, tx.now(), tx.now()
            tx.add(row)
            tx.record(chain_of_incident(incident.id), "amends", "was-gone", post=post.id)


def _cannot_be_read(
    here: Office,
    post: Post,
    plan: Plan,
    code: str,
    *,
    final: bool = False,
    again_at: datetime | None = None,
) -> None:
    """No copy could be had. What is secret, personal or dangerous is deleted all the same, with
    its metadata; anything else waits for the next try, or for a person where none can help."""
    with here.store.write("capture-failed") as tx:
        # Its row first: two threads that put the same posts off never wait for each other.
        tx.get_one(Incident, post.incident_id, with_for_update={"key_share": True})
        row = tx.get_one(Post, post.id)
        if again_at is not None:
            again_at = tx.by_our_time(again_at)
        row.try_at = again_at or tx.now() + _pause(row.tries)
        row.tries += 1
        tx.add(row)
        chain = chain_of_incident(post.incident_id)
        said = {"post": post.id, "code": code}
        repeated = if_repeated(tx, chain, CAPTURE_FAILED, **said)
        again = {} if final else {"again_at": row.try_at.isoformat()}
        tx.record(chain, "amends", CAPTURE_FAILED, **said, **again, **repeated)
        if plan.may_delete_without_capture:
            _keep_metadata(here, tx, post)
        elif final:
            row.state, row.try_at = PostState.BY_HAND, None
            ask_by_hand(tx, row)
        elif row.tries >= A_PERSONS_FAILURE:
            ask_by_hand(tx, row)  # and go on trying
        if again_at is not None and not plan.may_delete_without_capture:
            _rest_until(tx, row, again_at)


def _rest_until(tx: Transaction, refused: Post, at: datetime) -> None:
    """The platform named a time: the account's other posts are not tried before it either."""
    tx.exec(
        update(Post)
        .where(col(Post.incident_id) == refused.incident_id)
        .where(col(Post.account_id) == refused.account_id, col(Post.id) != refused.id)
        .where(col(Post.state).in_([PostState.LIVE, PostState.ASKED]))
        .where(or_(col(Post.try_at).is_(None), col(Post.try_at) < at))
        .values(try_at=at)
    )


def _pause(tries: int) -> timedelta:
    """Each try that failed doubles the pause before the next, up to five minutes."""
    return timedelta(seconds=min(2 ** (tries + 1), 300))


def _keep_metadata(here: Office, tx: Transaction, post: Post) -> None:
    known = {"remote_id": post.remote_id, "platform": post.platform, "not_read": True}
    canonical = json.dumps(known, sort_keys=True, separators=(",", ":"))
    capture_id = new_id()
    tx.insert_once(
        Capture(
            id=capture_id,
            post_id=post.id,
            depth=CaptureDepth.METADATA,
            digest=hashlib.sha256(canonical.encode()).hexdigest(),
            manifest_sealed=here.content.close(canonical, place("capture", capture_id, "manifest")),
            taken_at=tx.now(),
        )
    )
