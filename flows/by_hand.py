"""Posts on accounts that are not ours: who is asked about them, and when (design §3.5).

Such an account is never called or watched. The DTU first says that line 50, 54, 92 or 108 is met;
then the poster is asked, and nobody else. What the poster answers is their own to say.
"""

from datetime import timedelta

from sqlmodel import col, select

from flows.asking import WITHIN, ask_by_hand, ask_whether_to_ask
from models.decisions import Decision
from models.incident import Incident, Post
from models.office import Office
from models.store import Transaction
from models.words import Choice, DecisionType, PostState, Step

AT_ONCE = timedelta(minutes=2)
"""How long the DTU has where the matter is of severity 1."""


def ask_about_posts_elsewhere(here: Office, incident: Incident) -> None:
    """Ask the DTU, and once it has confirmed, the poster; each once."""
    waiting = _waiting(here, incident)
    if not waiting:
        return
    with here.store.write("ask-by-hand") as tx:
        fresh = tx.get_one(Incident, incident.id, with_for_update={"key_share": True})
        if fresh.plan is None or fresh.generation != incident.generation or _is_let_go(tx, fresh):
            return
        for post_id in waiting:
            _ask(tx, fresh, tx.get_one(Post, post_id))


def _waiting(here: Office, incident: Incident) -> list[str]:
    query = select(Post.id).where(
        col(Post.incident_id) == incident.id,
        col(Post.account_id).is_(None),
        col(Post.state) == PostState.BY_HAND,
    )
    with here.store.read() as tx:
        return list(tx.exec(query.order_by(col(Post.id))))


def _is_let_go(tx: Transaction, incident: Incident) -> bool:
    skipped = select(Decision.id).where(
        col(Decision.incident_id) == incident.id,
        col(Decision.type) == DecisionType.SKIP,
        col(Decision.target) == Step.DELETE.value,
    )
    return tx.exec(skipped).first() is not None


def _ask(tx: Transaction, incident: Incident, post: Post) -> None:
    if post.state != PostState.BY_HAND:
        return
    if confirmed(tx, post):
        ask_by_hand(tx, post)
    else:
        ask_whether_to_ask(tx, post, AT_ONCE if incident.severity == 1 else WITHIN)


def confirmed(tx: Transaction, post: Post) -> bool:
    """Whether the DTU has said which line of the policy the post breaks."""
    yes = select(Decision.id).where(
        col(Decision.incident_id) == post.incident_id,
        col(Decision.type) == DecisionType.CONFIRM,
        col(Decision.target) == post.id,
        col(Decision.choice) == Choice.YES,
        col(Decision.withdrawn_at).is_(None),
    )
    return tx.exec(yes).first() is not None
