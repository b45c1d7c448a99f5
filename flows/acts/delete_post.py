"""Take one post down (line 120)."""

import json
from datetime import datetime, timedelta

from sqlmodel import col, update

from flows.acts.base import NOTHING, Again, Finding, Receipt, platform_of, platform_to_act_on
from flows.asking import ask_by_hand
from flows.hands import Hands
from models.effects import Effect
from models.incident import Capture, Incident, Post
from models.office import Office
from models.people import Account
from models.store import Transaction
from models.words import Outcome, PostState, Presence

A_PERSONS_ATTEMPT = 6
"""The attempt at a deletion, after about a minute of them, from which a person is asked as well."""

CHANGED = "changed"
MOST_VERSIONS = 5
"""How often a post may change under our hands before a person takes it down."""

ENDED = (PostState.GONE, PostState.ATTESTED, PostState.KEPT)


class DeletePost:
    """Take one post down (line 120). Safe to repeat: a post cannot be deleted twice."""

    def again(self, hands: Hands, account: Account | None, age: timedelta) -> Again:
        return Again.AT_ONCE

    def forbidden(
        self, tx: Transaction, effect: Effect, account: Account | None, now: datetime
    ) -> str | None:
        if tx.get_one(Incident, effect.incident_id).plan is None:
            return "reclassified"
        post = tx.get_one(Post, effect.target)
        return "already-ended" if post.state in ENDED else None

    def do(self, hands: Hands, account: Account | None, effect: Effect, payload: bytes) -> Receipt:
        frozen = json.loads(payload)
        platform_to_act_on(hands, account).delete(frozen["remote_id"], frozen.get("version"))
        return Receipt(frozen["remote_id"])

    def look(
        self,
        hands: Hands,
        account: Account | None,
        effect: Effect,
        payload: bytes,
        since: datetime,
    ) -> tuple[Finding, Receipt]:
        remote_id = json.loads(payload)["remote_id"]
        seen = platform_of(hands, account).presence(remote_id, public=False)
        return {
            Presence.GONE: (Finding.THERE, Receipt(remote_id)),
            Presence.PRESENT: (Finding.ABSENT, NOTHING),
            Presence.UNKNOWN: (Finding.UNREADABLE, NOTHING),
        }[seen]

    def after(self, tx: Transaction, here: Office, effect: Effect, outcome: Outcome) -> None:
        post = tx.get_one(Post, effect.target)
        if outcome == Outcome.DONE:
            post.state, post.deleted_at, post.look_at = PostState.DELETING, tx.now(), tx.now()
        elif outcome == Outcome.UNKNOWN:
            post.state = PostState.UNKNOWN
        elif effect.code == CHANGED and effect.generation < MOST_VERSIONS:
            _capture_again(tx, post)
        elif outcome in (Outcome.REFUSED, Outcome.NOT_AUTHORISED):
            post.state = PostState.BY_HAND
            ask_by_hand(tx, post)
        else:
            post.state = PostState.DELETING
            if effect.attempts >= A_PERSONS_ATTEMPT:
                ask_by_hand(tx, post)  # and go on trying
        tx.add(post)

    def withdrawn(self, tx: Transaction, effect: Effect) -> None:
        tx.exec(
            update(Post)
            .where(col(Post.id) == effect.target, col(Post.deleted_at).is_(None))
            .where(col(Post.state) == PostState.DELETING)
            .values(state=PostState.LIVE)
        )

    def needs_human(self, tx: Transaction, effect: Effect) -> None:
        tx.exec(
            update(Post)
            .where(col(Post.id) == effect.target)
            .values(state=PostState.NEEDS_HUMAN, look_at=None)
        )


def _capture_again(tx: Transaction, post: Post) -> None:
    """It was changed after the copy was kept: a copy of what is there now comes first."""
    tx.exec(
        update(Capture)
        .where(col(Capture.post_id) == post.id, col(Capture.outdated_at).is_(None))
        .values(outdated_at=tx.now())
    )
    post.state = PostState.LIVE
