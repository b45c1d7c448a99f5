"""Verify: gone is what an independent read has seen, never what a platform said (design §3.6)."""

import time
from datetime import datetime, timedelta

from sqlmodel import col, select, update

from flows.asking import ask, ask_by_hand
from flows.hands import Hands, hands_here
from flows.ledger import wake_incident
from flows.outside_look import can_be_seen, look_at_posts_elsewhere, seen_from_outside
from flows.step import urgent_step
from flows.turns import turn
from integrations.errors import OutsideError
from models import faults
from models.audit import chain_of_incident
from models.decisions import Decision
from models.incident import Incident, Post
from models.looks import Saw, note_look
from models.office import Office
from models.people import Account
from models.store import Transaction
from models.words import Because, Choice, DecisionType, PostState, Presence, Role, Step
from policy.plan import Plan

A_PERSONS_AFTER = timedelta(seconds=60)
"""Still present this long after an accepted deletion: a person's."""

RECHECKS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=24),
)
"""When we look again after a post was seen gone; posts have come back."""

SLOW_SECONDS = 5.0
"""A look that took longer is the account's last of the round: the platform hangs, and a thread of
many posts must not hold the incident for as many timeouts."""

OWN, PUBLIC = "own", "public"

TASKS = (PostState.BY_HAND, PostState.NEEDS_HUMAN)
"""States in which a person's word that it is gone makes us look once more."""

STUCK = (PostState.LIVE, PostState.DELETING, PostState.UNKNOWN)
"""The same while no look is due: the platform could not be had, and a person did it by hand."""


@urgent_step(Step.VERIFY)
def verify(here: Office, incident: Incident, plan: Plan, account_id: str | None) -> None:
    """Look at each post whose deletion was accepted, as ourselves and as a stranger."""
    hands = hands_here()
    assert hands is not None, "steps run their work where the hands are"
    slow: set[str | None] = set()
    for post_id, of_account in _to_look_at(here, incident, account_id):
        if of_account in slow:
            continue
        with turn(f"verify/{post_id}") as ours:
            begun = time.monotonic()
            if ours:
                _look_at(hands, post_id)
            if time.monotonic() - begun > SLOW_SECONDS:
                slow.add(of_account)
    if account_id is None:
        look_at_posts_elsewhere(hands, incident)


def _to_look_at(
    here: Office, incident: Incident, account_id: str | None
) -> list[tuple[str, str | None]]:
    """The posts to look at now, and their accounts; what has waited longest comes first."""
    with here.store.read() as tx:
        now = tx.now()
        posts = tx.exec(select(Post).where(col(Post.incident_id) == incident.id)).all()
        asked = any(_takes_a_word(post) for post in posts)
        said_gone = _said_gone(tx, incident.id) if asked else {}
    return [
        (post.id, post.account_id)
        for post in sorted(posts, key=lambda one: one.look_at or now)
        if post.account_id
        and account_id in (None, post.account_id)
        and (
            (post.look_at is not None and post.look_at <= now)
            or (_takes_a_word(post) and post.id in said_gone)
        )
    ]


def _takes_a_word(post: Post) -> bool:
    return post.state in TASKS or (post.state in STUCK and post.look_at is None)


def _said_gone(tx: Transaction, incident_id: str) -> dict[str, Decision]:
    rows = tx.exec(
        select(Decision)
        .where(col(Decision.incident_id) == incident_id)
        .where(col(Decision.type).in_([DecisionType.ATTEST, DecisionType.SETTLE]))
    )
    gone = (Choice.GONE, Choice.NOT_THERE)
    return {d.target: d for d in rows if d.choice in gone and d.withdrawn_at is None}


def _look_at(hands: Hands, post_id: str) -> None:
    with hands.office.store.read() as tx:
        post = tx.get_one(Post, post_id)
        account = tx.get_one(Account, post.account_id)
        attested = _said_gone(tx, post.incident_id).get(post.id)
        due = post.look_at is not None and post.look_at <= tx.now()
    if not due and not (_takes_a_word(post) and attested):
        return
    own, public, code = _presences(hands, account, post)
    with hands.office.store.write("conclude-look") as tx:
        row = tx.get_one(Post, post_id)
        if row.state != post.state or row.look_at != post.look_at:
            return
        if not is_gone(own, public):
            note_look(tx, row.incident_id, row.id, _saw(own, public), code)
        _conclude(tx, row, own, public, attested, tx.now())
        tx.add(row)


def _incident(tx: Transaction, post: Post) -> Incident:
    return tx.get_one(Incident, post.incident_id)


def _saw(own: Presence, public: Presence) -> Saw:
    if Presence.PRESENT in (own, public):
        return Saw.THERE
    return Saw.ABSENT if public == Presence.GONE else Saw.UNREADABLE


def _presences(hands: Hands, account: Account, post: Post) -> tuple[Presence, Presence, str | None]:
    """Ours first; a stranger's only where ours does not see it: what we still see is not gone.
    Where we cannot read, a stranger's has to prove it alone. Last comes what was in the way."""
    own, public, code = Presence.UNKNOWN, Presence.UNKNOWN, None
    faults.point("look:before-call")
    try:
        platform = hands.platform(account)
        own = platform.presence(post.remote_id, public=False)
        if own == Presence.GONE:
            public = platform.presence(post.remote_id, public=True)
    except OutsideError as error:
        code = error.code
    if own == Presence.UNKNOWN:
        public = seen_from_outside(
            account.platform, account.handle, post.remote_id, account.base_url, alone=True
        )
    faults.point("look:after-call")
    return own, public, code


def is_gone(own: Presence, public: Presence, *, said: bool = False) -> bool:
    """Our own read says absent, and no stranger's read says present; or a person has ``said`` that
    it is gone, we cannot read, and a stranger sees that it is (pure)."""
    if own == Presence.UNKNOWN:
        return said and public == Presence.GONE
    return own == Presence.GONE and public != Presence.PRESENT


def _conclude(
    tx: Transaction,
    post: Post,
    own: Presence,
    public: Presence,
    attested: Decision | None,
    now: datetime,
) -> None:
    seen_by = [who for who, p in ((OWN, own), (PUBLIC, public)) if p == Presence.GONE]
    if is_gone(own, public, said=attested is not None):
        _gone(tx, post, seen_by, now)
    elif post.state == PostState.GONE:
        _recheck_without_answer(tx, post, own, public, now)
    elif post.state == PostState.ATTESTED:
        _recheck_of_a_word(tx, post, attested, present=Presence.PRESENT in (own, public))
    elif attested is not None:
        _attested(tx, post, attested, present=Presence.PRESENT in (own, public))
    else:
        _not_yet_gone(tx, post, own, public, now)


def _gone(tx: Transaction, post: Post, seen_by: list[str], now: datetime) -> None:
    first = post.state != PostState.GONE
    if first:
        post.state, post.verified_at, post.looks = PostState.GONE, now, 0
    else:
        post.looks += 1
    post.seen_gone_by = sorted(set(post.seen_gone_by) | set(seen_by))
    verified = post.verified_at or now
    post.look_at = verified + RECHECKS[post.looks] if post.looks < len(RECHECKS) else None
    if first:
        _say(tx, post, "seen-gone", seen_by=seen_by)
        _take_back(tx, post, answered=False)


def _recheck_without_answer(
    tx: Transaction, post: Post, own: Presence, public: Presence, now: datetime
) -> None:
    if Presence.PRESENT not in (own, public):
        since = now - (post.verified_at or now)
        post.look_at = now + max(timedelta(minutes=1), since / 10)
        if since >= 2 * RECHECKS[-1]:
            post.look_at = None  # nobody could look for a day: what was seen stands
        return
    _came_back(tx, post)


def _recheck_of_a_word(
    tx: Transaction, post: Post, attested: Decision | None, *, present: bool
) -> None:
    """Nobody could see it gone, so we look again at the same times as at one that we did."""
    if present:
        _came_back(tx, post)
        return
    post.looks += 1
    said_at = attested.decided_at if attested else None
    more = said_at is not None and post.looks < len(RECHECKS)
    post.look_at = said_at + RECHECKS[post.looks] if said_at and more else None


def _came_back(tx: Transaction, post: Post) -> None:
    post.state, post.verified_at, post.seen_gone_by = PostState.NEEDS_HUMAN, None, []
    post.look_at, post.returns = None, post.returns + 1
    incident = _incident(tx, post)
    if not post.open:
        post.open = not _held_elsewhere(tx, post)
    if incident.closed_at is not None:
        incident.closed_at = None
        _say(tx, post, "reopened")
    tx.add(incident)
    wake_incident(tx, incident.id)  # its row first, then the record: so do all who decide
    _say(tx, post, "came-back")
    _take_back(tx, post, answered=True)
    _ask_person(tx, post)


def _take_back(tx: Transaction, post: Post, *, answered: bool) -> None:
    """Once gone, nobody need act by hand, nor decide whether it stays; once back, nobody's word
    that it was gone still holds."""
    about = [DecisionType.ATTEST, DecisionType.SETTLE]
    tx.exec(
        update(Decision)
        .where(col(Decision.incident_id) == post.incident_id, col(Decision.target) == post.id)
        .where(col(Decision.type).in_(about if answered else [*about, DecisionType.KEEP]))
        .where(col(Decision.choice).is_not(None) if answered else col(Decision.choice).is_(None))
        .where(col(Decision.withdrawn_at).is_(None))
        .values(withdrawn_at=tx.now())
    )


def _held_elsewhere(tx: Transaction, post: Post) -> bool:
    """Whether it was reported anew since, and another open incident has it."""
    same = select(Post.id).where(
        col(Post.platform) == post.platform,
        col(Post.realm) == post.realm,
        col(Post.remote_id) == post.remote_id,
        col(Post.open).is_(True),
        col(Post.id) != post.id,
    )
    return tx.exec(same).first() is not None


def _attested(tx: Transaction, post: Post, attested: Decision, *, present: bool) -> None:
    """A named person says it is gone. What we can see outweighs it; what we cannot, does not."""
    if present:
        attested.withdrawn_at = tx.now()
        tx.add(attested)
        tx.flush()
        _say(tx, post, "still-present")
        post.state, post.look_at = PostState.BY_HAND, None
        ask_by_hand(tx, post, Because.STILL_THERE)
        return
    again = tx.now() + RECHECKS[0] if can_be_seen(post.platform) else None
    post.state, post.looks, post.look_at = PostState.ATTESTED, 0, again
    _say(tx, post, "word-stands")
    _take_back(tx, post, answered=False)


def _not_yet_gone(
    tx: Transaction, post: Post, own: Presence, public: Presence, now: datetime
) -> None:
    since = now - (post.deleted_at or now)
    present = Presence.PRESENT in (own, public)
    if present and since >= A_PERSONS_AFTER:
        post.state, post.look_at = PostState.NEEDS_HUMAN, None
        _say(tx, post, "still-present", seconds=int(since.total_seconds()))
        _ask_person(tx, post)
        return
    if not present and since >= 5 * A_PERSONS_AFTER:
        post.state, post.look_at = PostState.NEEDS_HUMAN, None
        _say(tx, post, "gone-unverified", seconds=int(since.total_seconds()))
        _ask_person(tx, post)
        return
    before, post.look_at = post.state, now + _pause(since)
    post.state = PostState.DELETING if present else PostState.UNKNOWN
    if post.state != before:
        _say(tx, post, "looked-present" if present else "looked-in-vain")


def _pause(since: timedelta) -> timedelta:
    """Quick looks first, then slower, and one just when it becomes a person's."""
    if since < timedelta(seconds=8):
        return timedelta(seconds=2)
    left = A_PERSONS_AFTER - since
    if timedelta(0) < left < timedelta(seconds=15):
        return left
    return timedelta(seconds=10)


def _ask_person(tx: Transaction, post: Post) -> None:
    ask(
        tx,
        post.incident_id,
        DecisionType.SETTLE,
        target=post.id,
        of=(Role.DTU_DUTY, Role.DTU),
        within=timedelta(minutes=10),
        falls_to=(Role.DTU_DUTY,),
        said="needs-human",
    )


def _say(tx: Transaction, post: Post, what: str, **facts: object) -> None:
    tx.record(chain_of_incident(post.incident_id), "amends", what, post=post.id, **facts)
