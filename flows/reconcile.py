"""Reconcile mode: what the database does not show as settled is looked for before anything leaves.

The database is older than the world: what it has as waiting may have been done since.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial

from sqlmodel import col, delete, or_, select, update

from flows.acts.base import Finding, Receipt
from flows.acts.publish_words import CLOCK_SKEW
from flows.acts.registry import act_for
from flows.audience import audience_of
from flows.hands import Hands
from flows.ledger import CLAIMABLE, Claim, hold_still, record_move
from flows.reading_back import SETTLE_TIME, ask_settlement, look
from flows.side_by_side import side_by_side
from integrations.errors import OutsideError
from integrations.platforms.base import Words
from models.audit import chain_of_incident
from models.beats import Beat
from models.effects import Effect
from models.incident import Incident, Post
from models.moves import move
from models.office import Office
from models.people import Account
from models.reconciliation import (
    Found,
    Reading,
    Reconciliation,
    WentBack,
    chain_of_reconciliation,
    reconciliation_now,
)
from models.sealed import place
from models.statements import Statement, Wording
from models.store import Transaction
from models.words import EffectKind, EffectState, Outcome, PostState, StatementState

AGAIN = timedelta(seconds=15)
"""How long after a look that told nothing the next one comes."""

SEEN_BEFORE = (PostState.DELETING, PostState.UNKNOWN, PostState.GONE)
"""Posts that are looked at once more: what was seen of them is as old as the backup."""

UNPUBLISHED = (
    StatementState.DRAFTED,
    StatementState.WAITING,
    StatementState.CLEARED,
    StatementState.NEEDS_HUMAN,
)

RESTORED = "restored"
"""What the record says of why it is not known whether something was done."""


def begin(tx: Transaction, because: WentBack, known_until: datetime, archive: str = "") -> str:
    """Send nothing from now on. Returns the id of the reconciliation, which may have been open
    in what was restored: then what that one did not know is not known still."""
    now = max(tx.now(), known_until)
    row = reconciliation_now(tx) or Reconciliation(
        because=because, since=now, known_until=known_until
    )
    row.because, row.since, row.archive = because, now, archive
    row.known_until = min(row.known_until, known_until)
    tx.add(row)
    tx.flush()
    tx.exec(delete(Reading).where(col(Reading.reconciliation_id) == row.id))
    tx.exec(delete(Beat))
    _let_go(tx)
    _look_again(tx, now)
    tx.record(
        chain_of_reconciliation(row.id),
        "amends",
        "reconciling",
        because=because.value,
        known_until=row.known_until.isoformat(),
    )
    _tell_the_record(tx, row)
    return row.id


def _let_go(tx: Transaction) -> None:
    """Nobody who held anything then holds it now; an outcome still to come is written no more."""
    tx.exec(update(Incident).values(lease_owner=None, lease_until=None, fence=Incident.fence + 1))
    tx.exec(
        update(Effect)
        .where(col(Effect.state).in_([EffectState.INFLIGHT, EffectState.UNKNOWN]))
        .values(lease_owner=None, lease_until=None, due_at=None, fence=Effect.fence + 1)
    )


def _look_again(tx: Transaction, now: datetime) -> None:
    open_ = select(Incident.id).where(col(Incident.closed_at).is_(None))
    tx.exec(
        update(Post)
        .where(col(Post.incident_id).in_(open_), col(Post.account_id).is_not(None))
        .where(col(Post.state).in_(SEEN_BEFORE))
        .values(look_at=now)
    )
    wake_open_incidents(tx, now)


def wake_open_incidents(tx: Transaction, now: datetime) -> None:
    """Have the procedure run for all that is not closed, and for what has yet to leave."""
    unsettled = select(Effect.incident_id).where(col(Effect.state).in_(NOT_FINAL))
    tx.exec(
        update(Incident)
        .where(or_(col(Incident.closed_at).is_(None), col(Incident.id).in_(unsettled)))
        .values(wake_at=now)
    )


def _tell_the_record(tx: Transaction, row: Reconciliation) -> None:
    """Each open incident says it: what happened to it after the backup is not told here."""
    for incident_id in tx.exec(select(Incident.id).where(col(Incident.closed_at).is_(None))).all():
        tx.record(
            chain_of_incident(incident_id),
            "amends",
            RESTORED,
            known_until=row.known_until.isoformat(),
        )


NOT_FINAL = (
    EffectState.PLANNED,
    EffectState.AUTHORISED,
    EffectState.RETRY,
    EffectState.INFLIGHT,
    EffectState.UNKNOWN,
    EffectState.NEEDS_HUMAN,
)


def is_unread(effect: Effect, reading: Reading | None, here: Reconciliation) -> bool:
    """Whether it is not yet known what became of it (pure). What was planned since the restore was
    not done before it: its like may have been, which is looked for when it is sent."""
    if effect.planned_at > here.since:
        return False
    if effect.state in (EffectState.INFLIGHT, EffectState.UNKNOWN):
        return True
    waits = effect.state in (EffectState.PLANNED, *CLAIMABLE)
    return waits and (reading is None or reading.found == Found.UNREADABLE)


def readings_of(tx: Transaction, here: Reconciliation) -> dict[str, Reading]:
    """What was read back so far, by effect and by statement."""
    rows = tx.exec(select(Reading).where(col(Reading.reconciliation_id) == here.id))
    return {row.subject: row for row in rows}


def read_what_is_open(hands: Hands) -> None:
    """Look once for everything that may have been done since, where the installation reconciles.

    What is in flight or unknown is recovery's, here as always. Nothing is sent.
    """
    with hands.office.store.read() as tx:
        here = reconciliation_now(tx)
        if here is None:
            return
        now, readings = tx.now(), readings_of(tx, here)
        waiting = select(Effect).where(col(Effect.state).in_(CLAIMABLE))
        effects = [
            effect
            for effect in tx.exec(waiting)
            if is_unread(effect, readings.get(effect.id), here)
            and _is_due(readings.get(effect.id), now)
        ]
        statements = [
            one for one in _unpublished(tx, here) if _is_due(readings.get(one.id), now, once=True)
        ]
    accounts = {one.account_id for one in effects} | {one.account_id for one in statements}
    side_by_side(
        [
            partial(
                _read_account,
                hands,
                here,
                [one for one in effects if one.account_id == account],
                [one for one in statements if one.account_id == account],
            )
            for account in accounts
        ]
    )


def _is_due(reading: Reading | None, now: datetime, *, once: bool = False) -> bool:
    if reading is None:
        return True
    return (not once or reading.found == Found.UNREADABLE) and reading.looked_at + AGAIN <= now


def _unpublished(tx: Transaction, here: Reconciliation) -> list[Statement]:
    """Statements whose words may be up already, though nothing was on its way in the backup."""
    on_its_way = select(Effect.target).where(
        col(Effect.kind) == EffectKind.PUBLISH, col(Effect.state).in_(NOT_FINAL)
    )
    rows = tx.exec(
        select(Statement)
        .where(col(Statement.state).in_(UNPUBLISHED), col(Statement.wording_id).is_not(None))
        .where(col(Statement.drafted_at) <= here.since, col(Statement.id).not_in(on_its_way))
    )
    return list(rows)


def _read_account(
    hands: Hands, here: Reconciliation, effects: Iterable[Effect], statements: Iterable[Statement]
) -> None:
    """One account at a time; once it cannot be read, the rest of it waits for the next round."""
    for effect in effects:
        finding, receipt = _look_for(hands, effect)
        _note_effect(hands, here, effect, finding, receipt)
        if finding == Finding.UNREADABLE:
            return
    for statement in statements:
        finding, receipt = _look_for_words(hands, here, statement)
        with hands.office.store.write("note-words-read") as tx:
            _write_reading(tx, here, statement.id, finding, receipt)
        if finding == Finding.UNREADABLE:
            return


def _look_for(hands: Hands, effect: Effect) -> tuple[Finding, Receipt]:
    payload = hands.office.content.open(
        effect.payload_sealed, place("effect", effect.id, "payload")
    )
    with hands.office.store.read() as tx:
        account = tx.get(Account, effect.account_id) if effect.account_id else None
    return look(hands, act_for(effect.kind), Claim(effect, effect.fence, payload, account))


def _look_for_words(
    hands: Hands, here: Reconciliation, statement: Statement
) -> tuple[Finding, Receipt]:
    """Whether words that nobody had cleared, or nobody had sent, are up all the same."""
    with hands.office.store.read() as tx:
        account = tx.get_one(Account, statement.account_id)
        wording = tx.get_one(Wording, statement.wording_id)
        audience = audience_of(tx, statement.incident_id, account.id)
    text = hands.office.content.open_text(wording.text_sealed, place("wording", wording.id, "text"))
    key = f"read-back:{statement.id}"
    words = Words(text, key, statement.drafted_at, wording.language, audience)
    since = max(here.known_until, statement.drafted_at) - CLOCK_SKEW
    try:
        found = hands.platform(account).find_published(words, since)
    except OutsideError:
        return Finding.UNREADABLE, Receipt()
    if len(found) > 1:
        return Finding.SEVERAL, Receipt()
    if not found:
        return Finding.ABSENT, Receipt()
    return Finding.THERE, Receipt(found[0].remote_id, found[0].url)


def _note_effect(
    hands: Hands, here: Reconciliation, read: Effect, finding: Finding, receipt: Receipt
) -> None:
    """Write down what was seen. What was done is settled; what several times, is a person's; what
    was not, waits for the lift as it is."""
    with hands.office.store.write("note-reading") as tx:
        effect = tx.get_one(Effect, read.id)
        hold_still(tx, effect)
        if effect.state != read.state or effect.fence != read.fence:
            return
        late = effect.kind == EffectKind.PUBLISH and tx.now() - here.since < SETTLE_TIME
        if finding == Finding.ABSENT and late:
            return  # what was sent just before the restore may be shown late
        _write_reading(tx, here, effect.id, finding, receipt)
        if finding == Finding.THERE:
            _settle(tx, hands.office, effect, EffectState.CONFIRMED, receipt)
        elif finding == Finding.SEVERAL:
            _settle(tx, hands.office, effect, EffectState.NEEDS_HUMAN, receipt)


def _settle(
    tx: Transaction, here: Office, effect: Effect, to: EffectState, receipt: Receipt
) -> None:
    effect.state = move(effect.state, EffectState.UNKNOWN)
    effect.code, effect.fence = RESTORED, effect.fence + 1
    record_move(tx, effect, "unknown", code=RESTORED)
    effect.state, effect.due_at = move(effect.state, to), None
    tx.add(effect)
    finding = Finding.THERE if to == EffectState.CONFIRMED else Finding.SEVERAL
    if to == EffectState.CONFIRMED:
        effect.remote_id, effect.url, effect.settled_at = receipt.remote_id, receipt.url, tx.now()
        act_for(effect.kind).after(tx, here, effect, Outcome.DONE)
    else:
        act_for(effect.kind).needs_human(tx, effect)
        ask_settlement(tx, effect)
    record_move(tx, effect, "settled", finding=finding.value, state=to.value)


def _write_reading(
    tx: Transaction, here: Reconciliation, subject: str, finding: Finding, receipt: Receipt
) -> None:
    found = Found(finding.value)
    same = (col(Reading.reconciliation_id) == here.id, col(Reading.subject) == subject)
    known = tx.exec(select(Reading).where(*same)).first()
    row = known or Reading(
        reconciliation_id=here.id, subject=subject, found=found, looks=0, looked_at=tx.now()
    )
    row.found, row.url = found, receipt.url
    row.looks, row.looked_at = row.looks + 1, tx.now()
    tx.add(row)
