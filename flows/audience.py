"""Who public words are for: whoever could see the mistake that they put right."""

from sqlmodel import col, select

from models.incident import Capture, Post
from models.statements import Statement
from models.store import Transaction
from models.words import Audience

HIDDEN = frozenset({Audience.FOLLOWERS, Audience.NAMED})
"""Of posts for these a stranger is told that there are none."""


def audience_of(tx: Transaction, statement: Statement) -> Audience:
    """For whom these words are published.

    The widest audience of the incident's posts on the account that they are said for, by every
    copy that was kept, those of earlier versions among them. A post that is put back is for those
    who could see that one, whoever could see others.
    """
    kept = (
        select(Capture.audience)
        .join(Post, col(Post.id) == col(Capture.post_id))
        .where(col(Post.incident_id) == statement.incident_id)
    )
    if statement.restores:
        kept = kept.where(col(Post.id) == statement.restores, col(Capture.outdated_at).is_(None))
    else:
        said_for = statement.speaks_for or statement.account_id
        kept = kept.where(col(Post.account_id) == said_for)
    found = set(tx.exec(kept))
    return next((one for one in Audience if one in found), Audience.PUBLIC)
