"""Undo: a post that was deleted wrongly is published again from its capture (design §3.12)."""

import hashlib
import json
from collections.abc import Sequence

from flows.deciding.before import Before
from flows.deciding.desk import Desk, desk
from flows.deciding.posts import NO_POST
from flows.deciding.questions import decide, needed
from flows.deciding.writing import open_statement, put_words
from flows.refusals import BadRequestError, NotFoundError, NotNowError
from models.incident import Post
from models.office import Office
from models.people import Person
from models.sealed import place
from models.snapshot import Snapshot
from models.statements import Statement
from models.words import SECRET_KINDS, Choice, DecisionType, Kind, PostState, StatementState
from policy.access import Act
from templates.again import published_again

ENDED = (PostState.GONE, PostState.ATTESTED)

NOT_YOURS = "Only the Digital Transformation Unit can have a post published again."
WHY = "Say why the post should not have been deleted."
WHICH_POST = "Say which post: several are gone."
NOT_GONE = "No post of ours is gone. There is nothing to publish again."
NOT_KEPT = "Only details of the post were kept, not its words. Amends cannot publish it again."
PICTURES = (
    "The post had pictures, and Amends publishes words alone. Publish it again by hand, with a "
    "line that says so."
)
SECRET = (
    "The post was deleted because it was secret, personal or dangerous. Change the kind first, if "
    "it was not."
)
ASKED_ALREADY = "The post is being published again already. Look at the incident for its words."


def undo(
    office: Office, person: Person, reference: str, *, reason: str, target: str | None = None
) -> str:
    """Put the post's own words, with a line that says so, before those who clear; their digest.

    Raises NotFoundError, NotAllowedError, BadRequestError and NotNowError.
    """
    with desk(office, person, reference, "undo") as here:
        here.require(Act.UNDO, NOT_YOURS)
        here.require_open()
        why = needed(reason, WHY)
        if SECRET_KINDS & {Kind(kind) for kind in here.incident.kinds}:
            raise NotNowError(SECRET)
        post = _meant(here, target)
        text = published_again(_words_of(here, post), here.incident.language)
        made = _asked_before(here, post) or open_statement(
            here, here.seen.accounts[str(post.account_id)], restores=post.id
        )
        decide(here, DecisionType.UNDO, target=post.id, choice=Choice.GIVEN, text=why)
        here.record("undo", post=post.id, statement=made.id)
        return put_words(here, made, text)


def may_undo(by: Before) -> tuple[Post, ...]:
    """The posts that they may have published again. Whether their words were kept, and nothing but
    words, is known when it is tried."""
    kinds = {Kind(kind) for kind in by.seen.incident.kinds}
    if SECRET_KINDS & kinds or not by.may(Act.UNDO):
        return ()
    return tuple(one for one in _gone(by.seen.posts) if not _is_asked_for(by.seen, one))


def _gone(posts: Sequence[Post]) -> list[Post]:
    return [one for one in posts if one.account_id and one.state in ENDED]


def _is_asked_for(seen: Snapshot, post: Post) -> bool:
    again = [one for one in seen.statements if one.restores == post.id]
    return any(one.state != StatementState.WITHDRAWN for one in again)


def _meant(here: Desk, target: str | None) -> Post:
    posts = here.seen.posts
    if target and not (posts := tuple(one for one in posts if target in (one.id, one.url))):
        raise NotFoundError(NO_POST)
    gone = _gone(posts)
    if not gone:
        raise NotNowError(NOT_GONE)
    if len(gone) > 1:
        raise BadRequestError(WHICH_POST)
    if _is_asked_for(here.seen, gone[0]):
        raise NotNowError(ASKED_ALREADY)
    return gone[0]


def _asked_before(here: Desk, post: Post) -> Statement | None:
    """The words of an earlier undo that were taken back. What people said of them is left behind,
    as by an edit, though the bytes are the same: they are asked anew."""
    for one in here.seen.statements:
        if one.restores != post.id or one.generation != here.incident.generation:
            continue
        for said in (said for said in here.seen.clearances if said.statement_id == one.id):
            left = f"{said.digest}:{one.wording_id}".encode()
            said.digest = hashlib.sha256(left).hexdigest()
            here.tx.add(said)
        for waived in here.seen.decisions:
            if waived.type == DecisionType.WAIVE and waived.target == one.id:
                waived.withdrawn_at = waived.withdrawn_at or here.now
                here.tx.add(waived)
        here.tx.flush()
        return one
    return None


def _words_of(here: Desk, post: Post) -> str:
    """What was kept. The files of a capture are its pictures, and what the platform signed."""
    capture = here.seen.captures.get(post.id)
    if capture is None:
        raise NotNowError(NOT_KEPT)
    sealed_at = place("capture", capture.id, "manifest")
    manifest = json.loads(here.office.content.open_text(capture.manifest_sealed, sealed_at))
    if not manifest.get("text"):
        raise NotNowError(NOT_KEPT)
    if manifest.get("media"):
        raise NotNowError(PICTURES)
    return str(manifest["text"])
