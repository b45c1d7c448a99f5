"""The timeline of one incident, in sentences, as one person may read it."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice

from sqlmodel import col, select

from flows.naming import ENGINE
from flows.own_words import WORDS_REPORTED
from flows.repeats import REPEATED
from flows.shapes import EntryShape, TimelinePage
from flows.standing_now import STANDS
from flows.view import Viewer
from models.audit import Entry, chain_of_incident
from models.people import Account
from models.snapshot import Snapshot
from models.store import Transaction
from models.words import Medium, Role
from templates.labels import label
from templates.moments import clock
from templates.reasons import because
from templates.sentences import sentence

LONGEST_PAGE = 200


def timeline(tx: Transaction, by: Viewer, after: int = 0, limit: int = 100) -> TimelinePage:
    """The entries after the one with this id, the oldest first."""
    entries = list(entries_after(tx, by, after, min(limit, LONGEST_PAGE) + 1))
    shown = entries[: min(limit, LONGEST_PAGE)]
    return TimelinePage(entries=shown, next=shown[-1].id if len(entries) > len(shown) else None)


def entries_after(tx: Transaction, by: Viewer, after: int, limit: int) -> Iterator[EntryShape]:
    """The same as shapes, one by one; ``limit`` counts what is shown."""
    if by.hears_only_that_security_leads:
        return
    shown = (row for row in _rows(tx, by, after) if is_for_people(row))
    for row in islice(shown, limit):
        assert row.id is not None, "it was read from the database"
        yield _entry(by, row, row.id)


def _entry(by: Viewer, row: Entry, id_: int) -> EntryShape:
    account = _account(by.seen, row)
    return EntryShape(
        id=id_,
        at=row.at,
        actor=ENGINE if row.what == WORDS_REPORTED else by.name(row.actor),
        what=row.what,
        platform=account.platform if account else None,
        account=account.handle if account else None,
        sentence=sentence_of(by.seen, row),
        facts=dict(row.facts),
    )


def sentence_of(seen: Snapshot, row: Entry) -> str:
    """The entry in words; it names accounts of ours and roles, never a person."""
    account = _account(seen, row)
    said = sentence(row.what, row.facts | _in_words(seen, row, target_of(seen, row), account))
    return _of_several(account, said) if len(seen.accounts) > 1 else said


def sentence_without_account(row: Entry) -> str:
    """The entry in words that name no account."""
    kept = {name: fact for name, fact in row.facts.items() if name != "account"}
    return sentence(row.what, kept)


def _account(seen: Snapshot, row: Entry) -> Account | None:
    of_target = _account_id(seen, target_of(seen, row))
    return seen.accounts.get(of_target or str(row.facts.get("account")))


def _of_several(account: Account | None, said: str) -> str:
    """Where an incident concerns several accounts, each sentence about one says which."""
    if account is None or f"@{account.handle}" in said:
        return said
    return label("of-several", f"{label('platform', account.platform)} @{account.handle}") + said


def target_of(seen: Snapshot, row: Entry) -> str:
    """The id of what the entry is about; nobody's where it is about the incident."""
    effect = next((one for one in seen.effects if one.id == row.facts.get("effect")), None)
    named = (row.facts.get(name) for name in ("post", "statement", "notice", "target"))
    return str(effect.target if effect else next((one for one in named if one), None))


def _rows(tx: Transaction, by: Viewer, after: int) -> Iterator[Entry]:
    """Every entry after this one, read a page at a time."""
    while page := _page(tx, by, after):
        yield from page
        after = page[-1].id or after


def _page(tx: Transaction, by: Viewer, after: int) -> Sequence[Entry]:
    return tx.exec(
        select(Entry)
        .where(col(Entry.chain) == chain_of_incident(by.seen.incident.id), col(Entry.id) > after)
        .order_by(col(Entry.id))
        .limit(LONGEST_PAGE)
    ).all()


def is_for_people(row: Entry) -> bool:
    """Nothing of HR's, no try that says nothing new, and no sum of what was told already."""
    of_hr = row.facts.get("role") == Role.HR.value
    return not of_hr and not row.facts.get(REPEATED) and row.what != STANDS


def _in_words(
    seen: Snapshot, row: Entry, target: str, account: Account | None
) -> dict[str, object]:
    """What the entry's ids and codes stand for, where a sentence may say it."""
    facts = row.facts
    role = next((one.to_role for one in seen.notices if one.id == target), None)
    words: dict[str, object] = {"role": role} if role else {}
    if role and _is_text(seen, target):
        words["texted"] = label("role", role)
    if account is not None:
        words |= {"account": f"@{account.handle}", "platform": account.platform}
    if again := facts.get("again_at"):
        words["again_at"] = clock(datetime.fromisoformat(again), row.at)
    if pasted := facts.get("pasted_at"):
        words["pasted_at"] = clock(datetime.fromisoformat(pasted), row.at)
    if until := facts.get("known_until"):
        words["known_until"] = f"{datetime.fromisoformat(until):%-d %B %Y, %H:%M} UTC"
    if code := facts.get("code"):
        words["because"] = because(
            code, _other(account, notice=role is not None, texted="texted" in words)
        )
    return words


def _is_text(seen: Snapshot, target: str) -> bool:
    return any(one.id == target and one.by == Medium.TEXT for one in seen.notices)


def _account_id(seen: Snapshot, target: str) -> str | None:
    of_posts = {post.id: post.account_id for post in seen.posts}
    of_statements = {statement.id: statement.account_id for statement in seen.statements}
    return (of_posts | of_statements).get(target)


def _other(account: Account | None, *, notice: bool, texted: bool) -> dict[str, str]:
    """The other side, as a reason names it."""
    if notice:
        return {"other": label("platform", "text" if texted else "mail")}
    if account is None:
        return {}
    return {"other": label("platform", account.platform), "account": f"@{account.handle}"}
