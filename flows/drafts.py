"""The report that somebody is writing in a browser: kept sealed beside their session."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlmodel import col, select, update

from models.office import Office
from models.sealed import place
from models.sign_in import WebSession
from models.store import Transaction
from policy.retention import Record, kept_for

Draft = Mapping[str, Sequence[str]]
"""What was entered, by the name of the field."""


def _kept() -> timedelta:
    """How long a draft waits for its writer to sign in again."""
    return kept_for(Record.DRAFT)


def keep_draft(office: Office, session_id: str, draft: Draft | None) -> None:
    """Keep it as it now is; None forgets it. Whoever signed out meanwhile keeps nothing."""
    sealed = None if draft is None else _seal(office, session_id, json.dumps(draft))
    with office.store.write("keep-draft") as tx:
        mine = update(WebSession).where(
            col(WebSession.id) == session_id, col(WebSession.revoked_at).is_(None)
        )
        tx.exec(mine.values(draft_sealed=sealed))


def draft_of(office: Office, session: WebSession) -> dict[str, list[str]]:
    """What the session has; nothing where nothing was entered."""
    if session.draft_sealed is None:
        return {}
    opened = office.content.open_text(session.draft_sealed, _place(session.id))
    return {name: list(values) for name, values in json.loads(opened).items()}


def carry_over(office: Office, tx: Transaction, new: WebSession) -> None:
    """Take the draft of the person's last session into this one, and out of all others: a session
    ends after an hour, and what was typed is not to be lost with it."""
    mine = col(WebSession.person_id) == new.person_id
    last = tx.exec(
        select(WebSession)
        .where(mine, col(WebSession.draft_sealed).is_not(None))
        .where(col(WebSession.seen_at) > tx.now() - _kept())
        .order_by(col(WebSession.seen_at).desc())
    ).first()
    if last is not None and last.draft_sealed is not None:
        opened = office.content.open_text(last.draft_sealed, _place(last.id))
        new.draft_sealed = _seal(office, new.id, opened)
    tx.exec(update(WebSession).where(mine).values(draft_sealed=None))


def forget_old_drafts(office: Office) -> None:
    """What nobody came back for in time is kept no longer."""
    with office.store.read() as tx:
        old = (
            col(WebSession.draft_sealed).is_not(None),
            col(WebSession.seen_at) < tx.now() - _kept(),
        )
        if tx.exec(select(WebSession.id).where(*old)).first() is None:
            return
    with office.store.write("forget-old-drafts") as tx:
        tx.exec(update(WebSession).where(*old).values(draft_sealed=None))


def _seal(office: Office, session_id: str, text: str) -> bytes:
    return office.content.close(text, _place(session_id))


def _place(session_id: str) -> str:
    return place("web_session", session_id, "draft")
