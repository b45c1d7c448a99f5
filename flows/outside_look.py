"""The outside look: one look at a post as a member of the public, with no credentials at all.

On an account that is not ours it follows a person's word that the post is gone, once for each
word, and nothing comes before or after it: such an account is never watched (design §3.5). It is
*at most* once. The look is committed as begun before it is made; a process that dies in it leaves
a look that may have happened, and it is not made again: then the person's word alone stands, and
is shown as that. A second look would have bought a better proof at the price of the promise.
"""

from collections.abc import Iterable

from sqlmodel import col, select

from flows.asking import ask_by_hand
from flows.by_hand import confirmed
from flows.hands import Hands
from flows.letters import NewNotice, queue_notice
from flows.turns import turn
from integrations.platforms.registry import STRANGERS
from models import faults
from models.audit import chain_of_incident
from models.decisions import Decision
from models.incident import Incident, Post
from models.office import Office
from models.people import Account
from models.reconciliation import Reconciliation
from models.store import Transaction
from models.words import Because, Choice, DecisionType, PostState, Presence, Role, Step

PUBLIC = "public"


def seen_from_outside(
    platform: str,
    handle: str | None,
    remote_id: str,
    base_url: str | None = None,
    *,
    alone: bool = False,
) -> Presence:
    """Look as a member of the public, at ``base_url`` where it is given. Raises nothing: where
    nobody can look at this platform from outside, the answer is *unknown*.

    ``alone``: this look has to prove a deletion by itself. Then a post that may only be hidden from
    strangers is *unknown*, too.
    """
    look = STRANGERS.get(platform)
    if look is None or not handle:
        return Presence.UNKNOWN
    stranger = look(handle, base_url)
    try:
        seen = stranger.presence(remote_id)
    finally:
        stranger.close()
    may_be_hidden = alone and stranger.hidden_looks_absent and seen == Presence.GONE
    return Presence.UNKNOWN if may_be_hidden else seen


def can_be_seen(platform: str) -> bool:
    """Whether anybody of ours can look at this platform from outside."""
    return platform in STRANGERS


def look_at_posts_elsewhere(hands: Hands, incident: Incident) -> None:
    """Look once at each post on an account that is not ours which a person says is gone."""
    for post_id in _said_gone(hands.office, incident):
        with turn(f"verify/{post_id}") as ours:
            if ours:
                _look_once(hands, incident.id, post_id)


def _said_gone(here: Office, incident: Incident) -> list[str]:
    """A person's word puts such a post in the state *unknown*, and nothing else does."""
    query = select(Post.id).where(
        col(Post.incident_id) == incident.id,
        col(Post.account_id).is_(None),
        col(Post.state) == PostState.UNKNOWN,
    )
    with here.store.read() as tx:
        return list(tx.exec(query.order_by(col(Post.id))))


def _look_once(hands: Hands, incident_id: str, post_id: str) -> None:
    with hands.office.store.write("begin-outside-look") as tx:
        _hold_still(tx, incident_id)
        post = tx.get_one(Post, post_id)
        word = _word(tx, post)
        if post.state != PostState.UNKNOWN or word is None:
            return
        begun = word.looked_at is not None
        may_look = not begun and not _may_have_looked(tx, word) and not _is_let_go(tx, post)
        if may_look:
            word.looked_at = tx.now()
            tx.add(word)
            _say(tx, post, "looked-once")
        base_url = _address(post, tx.exec(select(Account)).all())
    seen = Presence.UNKNOWN
    if may_look:
        faults.point("outside-look:before-call")
        seen = seen_from_outside(post.platform, post.handle, post.remote_id, base_url, alone=True)
        faults.point("outside-look:after-call")
    with hands.office.store.write("conclude-outside-look") as tx:
        _hold_still(tx, incident_id)
        fresh, standing = tx.get_one(Post, post_id), tx.get_one(Decision, word.id)
        if fresh.state == PostState.UNKNOWN and standing.withdrawn_at is None:
            _conclude(tx, hands.office, fresh, standing, seen)


def _hold_still(tx: Transaction, incident_id: str) -> None:
    """Until the end of this transaction nobody decides on the incident."""
    tx.get_one(Incident, incident_id, with_for_update={"key_share": True})


def _word(tx: Transaction, post: Post) -> Decision | None:
    """The word that it is gone, where it still stands."""
    words = select(Decision).where(
        col(Decision.incident_id) == post.incident_id,
        col(Decision.type) == DecisionType.ATTEST,
        col(Decision.target) == post.id,
        col(Decision.choice) == Choice.GONE,
        col(Decision.withdrawn_at).is_(None),
    )
    return tx.exec(words.order_by(col(Decision.generation).desc())).first()


def _may_have_looked(tx: Transaction, word: Decision) -> bool:
    """Whether the database went back since the word was given: then we may have looked already."""
    since = select(Reconciliation.id).where(col(Reconciliation.since) >= word.decided_at)
    return tx.exec(since).first() is not None


def _is_let_go(tx: Transaction, post: Post) -> bool:
    """A closed incident looks at nobody's account, nor one in which looking was skipped."""
    skipped = select(Decision.id).where(
        col(Decision.incident_id) == post.incident_id,
        col(Decision.type) == DecisionType.SKIP,
        col(Decision.target) == Step.VERIFY.value,
    )
    closed = tx.get_one(Incident, post.incident_id).closed_at is not None
    return closed or tx.exec(skipped).first() is not None


def _address(post: Post, accounts: Iterable[Account]) -> str | None:
    """The server that the link names, where it is one that we know; else the platform's own."""
    for account in accounts:
        base = (account.base_url or "").rstrip("/")
        same = base and account.registered and account.platform == post.platform
        if same and post.url.startswith(base + "/"):
            return base
    return None


def _conclude(tx: Transaction, here: Office, post: Post, word: Decision, seen: Presence) -> None:
    if seen == Presence.PRESENT:
        _still_there(tx, here, post, word)
        return
    if seen == Presence.GONE:
        post.state, post.seen_gone_by, post.verified_at = PostState.GONE, [PUBLIC], tx.now()
        _say(tx, post, "seen-gone", seen_by=[PUBLIC])
    else:
        post.state = PostState.ATTESTED
        _say(tx, post, "word-stands")
    tx.add(post)
    _withdraw_questions(tx, post)


def _still_there(tx: Transaction, here: Office, post: Post, word: Decision) -> None:
    """What can be seen outweighs a word: it is taken back, and whoever gave it hears of that."""
    word.withdrawn_at = tx.now()
    post.state = PostState.BY_HAND
    tx.add(word)
    tx.add(post)
    tx.flush()
    _say(tx, post, "still-present")
    incident = tx.get_one(Incident, post.incident_id)
    if confirmed(tx, post) or word.decided_by == incident.poster_email:
        ask_by_hand(tx, post, Because.STILL_THERE)
    if word.decided_by and word.decided_by != incident.poster_email:
        new = NewNotice(Role.DTU_DUTY, word.decided_by, "still_there", generation=word.generation)
        queue_notice(tx, here, incident, new)


def _withdraw_questions(tx: Transaction, post: Post) -> None:
    asked = select(Decision).where(
        col(Decision.incident_id) == post.incident_id,
        col(Decision.target) == post.id,
        col(Decision.choice).is_(None),
        col(Decision.withdrawn_at).is_(None),
    )
    for question in tx.exec(asked):
        question.withdrawn_at = tx.now()
        tx.add(question)


def _say(tx: Transaction, post: Post, what: str, **facts: object) -> None:
    tx.record(chain_of_incident(post.incident_id), "amends", what, post=post.id, **facts)
