"""In which language words go out, and what stands in for one that nobody can speak in time."""

import json
from collections.abc import Iterator
from datetime import datetime

from models.audit import chain_of_incident
from models.incident import Post
from models.office import Office
from models.people import Account
from models.sealed import place
from models.snapshot import Snapshot
from models.statements import Statement
from models.store import Transaction
from models.words import StatementKind, StatementState
from policy.plan import Plan
from templates.catalogues import spoken_in
from templates.locales import ENGLISH, locale_of, named, primary
from templates.reviews import NotAgreed, why_not_agreed

LONGEST_TAG = 12


def language_of(here: Office, seen: Snapshot, account: Account) -> str:
    """The language of the account's post: as it was captured, as the report says, else the first
    that the account speaks."""
    captured = (one for post in _posts_on(seen, account) for one in _captured(here, seen, post))
    believed = next((tag for tag, sure in captured if sure or _is_likely(account, tag)), None)
    return (believed or _told(seen, account))[:LONGEST_TAG]


def stands_in_for(language: str) -> str:
    """The language that English words stand in for, where no catalogue speaks it; else empty."""
    return language if spoken_in(language) is None else ""


def kind_of_stand_in(plan: Plan) -> StatementKind:
    """Another kind than the words due, which may follow on the same account."""
    due = plan.statement == StatementKind.REMOVAL_NOTE
    return StatementKind.NOTE if due else StatementKind.REMOVAL_NOTE


def overdue_abroad(seen: Snapshot, now: datetime) -> list[Statement]:
    """Words in another language that are not cleared when words are due, one an account, where no
    English note stands there yet."""
    there = {one.account_id for one in _current(seen) if one.in_place_of}
    late = {
        one.account_id: one
        for one in reversed(_current(seen))
        if one.account_id not in there and _is_overdue_abroad(seen, one, now)
    }
    return list(late.values())


def _is_overdue_abroad(seen: Snapshot, one: Statement, now: datetime) -> bool:
    wording = seen.wordings.get(one.wording_id or "")
    if wording is None or one.state != StatementState.WAITING or one.edits or one.restores:
        return False
    late = one.words_due_at is not None and one.words_due_at <= now
    return late and primary(wording.language) != ENGLISH


def note_language(tx: Transaction, statement: Statement, language: str) -> NotAgreed | None:
    """Say on the timeline what is to be said of the words' language. Returns why nobody has
    agreed to its words beforehand, where nobody has."""
    chain = chain_of_incident(statement.incident_id)
    if statement.in_place_of:
        tx.record(
            chain,
            "amends",
            "words-in-english",
            statement=statement.id,
            language=statement.in_place_of,
            spoken=named(statement.in_place_of),
        )
    why = why_not_agreed(language, tx.now().date())
    if why is not None:
        tx.record(
            chain,
            "amends",
            "words-not-agreed",
            statement=statement.id,
            language=language,
            spoken=named(language),
            not_agreed=why.value,
        )
    return why


def _current(seen: Snapshot) -> list[Statement]:
    return [one for one in seen.statements if one.generation == seen.incident.generation]


def _posts_on(seen: Snapshot, account: Account) -> list[Post]:
    return [post for post in seen.posts if post.account_id == account.id]


def _captured(here: Office, seen: Snapshot, post: Post) -> Iterator[tuple[str, bool]]:
    """What was captured of its language, and whether somebody has said so: X guesses."""
    kept = kept_of(here, seen, post)
    tag = kept.get("language")
    if isinstance(tag, str) and locale_of(tag) is not None:
        yield tag, not kept.get("language_guessed")


def kept_of(here: Office, seen: Snapshot, post: Post) -> dict[str, object]:
    """What was captured of a post; nothing where there is no capture."""
    kept = seen.captures.get(post.id)
    if kept is None:
        return {}
    sealed_at = place("capture", kept.id, "manifest")
    opened: dict[str, object] = json.loads(here.content.open_text(kept.manifest_sealed, sealed_at))
    return opened


def _is_likely(account: Account, tag: str) -> bool:
    """Whether a machine's guess at a short text may be believed: of the account's languages, or of
    one that we speak. A wrong one would put an English note where an apology is due."""
    return spoken_in(tag) is not None or primary(tag) in {primary(one) for one in account.languages}


def _told(seen: Snapshot, account: Account) -> str:
    """The report's language. Where it gives none it has that of the first post's account, and
    each other account has its own."""
    ours = (seen.accounts.get(post.account_id or "") for post in seen.posts)
    assumed = next((one.languages[0] for one in ours if one and one.languages), ENGLISH)
    said = seen.incident.language
    return account.languages[0] if said == assumed and account.languages else said
