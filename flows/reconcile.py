"""Reconcile mode: what the database does not show as settled is looked for before anything leaves.

The database is older than the world: what it has as waiting may have been done since.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial

from sqlmodel import col, select

from flows.acts.base import Finding, Receipt
from flows.acts.publish_words import CLOCK_SKEW
from flows.acts.registry import act_for
from flows.audience import audience_of
from flows.hands import Hands
from flows.held_back import NOT_FINAL, RESTORED, is_unread, readings_of
from flows.ledger import CLAIMABLE, Claim, hold_still, record_move
from flows.reading_back import SETTLE_TIME, ask_settlement, look
from flows.side_by_side import side_by_side
from integrations.errors import OutsideError
from integrations.platforms.base import Words
from models.effects import Effect
from models.moves import move
from models.office import Office
from models.people import Account
from models.reconciliation import Found, Reading, Reconciliation, reconciliation_now
from models.sealed import place
from models.statements import Statement, Wording
from models.store import Transaction
from models.words import EffectKind, EffectState, Outcome, StatementState

AGAIN = timedelta(seconds=15)
"""How long after a look that told nothing the next one comes."""

UNPUBLISHED = (
    StatementState.DRAFTED,
    StatementState.WAITING,
    StatementState.CLEARED,
    StatementState.NEEDS_HUMAN,
)


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
        audience = audience_of(tx, statement)
    text = hands.office.content.open_text(wording.text_sealed, place("wording", wording.id, "text"))
    key = f"read-back:{statement.id}"
    words = Words(text, key, statement.drafted_at, wording.language, audience)
    since = max(here.known_until, statement.drafted_at) - CLOCK_SKEW
    try:
        found = hands.platform(account).find_published(words, since, any_key=True)
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
