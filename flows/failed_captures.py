"""Why no copy of a post could be had yet: the record says it, the post's row only when next."""

from sqlmodel import col, select

from models.audit import Entry, chain_of_incident
from models.retries import CAPTURE_FAILED, waits_for_a_capture
from models.snapshot import Snapshot
from models.store import Transaction


def why_not_captured(tx: Transaction, seen: Snapshot) -> dict[str, str]:
    """Why the capture of each post that waits for one was not had: the raw code of the last try."""
    if not any(waits_for_a_capture(seen, post) for post in seen.posts):
        return {}
    chain = chain_of_incident(seen.incident.id)
    rows = tx.exec(
        select(Entry)
        .where(col(Entry.chain) == chain, col(Entry.what) == CAPTURE_FAILED)
        .order_by(col(Entry.seq))
    )
    tried = {str(row.facts.get("post")): str(row.facts.get("code", "")) for row in rows}
    accounts = {post.id: post.account_id for post in seen.posts}
    of_account = {accounts.get(post_id): code for post_id, code in tried.items()}
    # Those that wait with another post of their account were not tried themselves.
    waiting = (post for post in seen.posts if post.id not in tried)
    return tried | {post.id: of_account.get(post.account_id, "") for post in waiting}
