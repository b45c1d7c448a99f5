"""Who public words are for: whoever could see the mistake that they put right."""

from sqlmodel import col, select

from models.incident import Capture, Post
from models.store import Transaction
from models.words import Audience

HIDDEN = frozenset({Audience.FOLLOWERS, Audience.NAMED})
"""Of posts for these a stranger is told that there are none."""


def audience_of(tx: Transaction, incident_id: str, account_id: str) -> Audience:
    """The widest audience of the incident's posts on this account, by every copy that was kept,
    those of earlier versions among them."""
    kept = (
        select(Capture.audience)
        .join(Post, col(Post.id) == col(Capture.post_id))
        .where(col(Post.incident_id) == incident_id, col(Post.account_id) == account_id)
    )
    found = set(tx.exec(kept))
    return next((one for one in Audience if one in found), Audience.PUBLIC)
