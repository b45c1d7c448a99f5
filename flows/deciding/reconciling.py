"""Reconcile mode before a person: what is not settled, what was read back, and the lift."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlmodel import col, or_, select, update

from flows.held_back import NOT_FINAL, is_unread, readings_of, wake_open_incidents
from flows.refusals import BadRequestError, NotAllowedError, NotNowError
from models.effects import Effect
from models.incident import Incident
from models.notices import Notice
from models.office import Office
from models.people import Account, Person
from models.reconciliation import (
    Found,
    Reading,
    Reconciliation,
    chain_of_reconciliation,
    reconciliation_now,
)
from models.retries import PUT_OFF
from models.statements import Statement
from models.store import Transaction
from models.words import EffectKind, EffectState
from policy.access import may_lift, may_see_what_is_open

NOT_YOURS = "Reconcile mode is lifted by the Digital Transformation Unit or an administrator."
NOT_ON = "Reconcile mode is not on: there is nothing to lift."
SAY_WHY = "Enter a reason: who lifts reconcile mode says why it is safe to."
UNREAD = (
    "{count} of the effects have not been read back yet. Wait until they have; or look yourself, "
    "and lift it with those unread too."
)


class ThenWhat(StrEnum):
    """What becomes of something once reconcile mode is lifted."""

    DELETED = "deleted"
    PUBLISHED = "published"
    SENT = "sent"
    SENT_PERHAPS_AGAIN = "sent-perhaps-again"
    LOOKED_FOR_FIRST = "looked-for-first"
    NOT_SENT_AGAIN = "not-sent-again"
    A_PERSONS = "a-persons"
    STILL_READ = "still-read"


@dataclass(frozen=True)
class Open:
    """One thing that is not settled. ``where`` is an account, or the role that a notice is for.

    ``found`` is empty while it has not been read back; ``url`` is where it was found.
    """

    incident: str
    kind: EffectKind
    target: str
    where: str
    state: str
    planned_at: datetime
    found: Found | None
    url: str | None
    then: ThenWhat
    unread: bool


@dataclass(frozen=True)
class Seen:
    """Reconcile mode as one person sees it: the one that is open, else the last. ``effects`` is
    None, and who lifted it is not told, where they may not read that."""

    row: Reconciliation | None
    effects: tuple[Open, ...] | None
    not_final: int
    unread: int
    you_may_lift: bool
    you_may_read: bool


def reconciliation_seen(office: Office, person: Person) -> Seen:
    """Whether anything is sent, and what waits. Nothing of a referral is among it."""
    with office.store.read() as tx:
        here = reconciliation_now(tx)
        if here is None:
            return Seen(_last(tx), (), 0, 0, False, may_see_what_is_open(person))
        found = what_is_open(tx, here)
    return Seen(
        here,
        tuple(found) if may_see_what_is_open(person) else None,
        len(found),
        sum(one.unread for one in found),
        may_lift(person),
        may_see_what_is_open(person),
    )


def _last(tx: Transaction) -> Reconciliation | None:
    newest = select(Reconciliation).order_by(col(Reconciliation.since).desc()).limit(1)
    return tx.exec(newest).first()


def what_is_open(tx: Transaction, here: Reconciliation) -> list[Open]:
    """Every effect that is not final, in the order of planning; then words that may be up."""
    readings = readings_of(tx, here)
    effects = tx.exec(
        select(Effect, Incident.reference)
        .join(Incident, col(Incident.id) == col(Effect.incident_id))
        .where(col(Effect.state).in_(NOT_FINAL), col(Effect.sealed).is_(False))
        .order_by(col(Effect.id))
    ).all()
    statements = tx.exec(
        select(Statement, Incident.reference)
        .join(Incident, col(Incident.id) == col(Statement.incident_id))
        .where(col(Statement.id).in_(list(readings)))
        .order_by(col(Statement.id))
    ).all()
    names = _names(tx, [one for one, _ in effects], [one for one, _ in statements])
    return [
        *(_of_effect(e, reference, readings.get(e.id), here, names) for e, reference in effects),
        *(
            _of_statement(one, reference, readings[one.id], names)
            for one, reference in statements
            if readings[one.id].found in (Found.THERE, Found.SEVERAL)
        ),
    ]


def _names(
    tx: Transaction, effects: list[Effect], statements: list[Statement]
) -> dict[str | None, str]:
    """How accounts and the readers of notices are named, by account and by notice."""
    accounts = {one.account_id for one in effects} | {one.account_id for one in statements}
    rows = tx.exec(select(Account).where(col(Account.id).in_(accounts - {None})))
    notices = tx.exec(select(Notice).where(col(Notice.id).in_([e.target for e in effects])))
    names: dict[str | None, str] = {one.id: f"{one.platform}/{one.handle}" for one in rows}
    return names | {one.id: one.to_role.value for one in notices}


def _of_effect(
    effect: Effect,
    reference: str,
    reading: Reading | None,
    here: Reconciliation,
    names: dict[str | None, str],
) -> Open:
    unread = is_unread(effect, reading, here)
    return Open(
        incident=reference,
        kind=effect.kind,
        target=effect.target,
        where=names.get(effect.account_id) or names.get(effect.target, ""),
        state=effect.state.value,
        planned_at=effect.planned_at,
        found=reading.found if reading else None,
        url=reading.url if reading else None,
        then=then_what(effect, reading, here),
        unread=unread,
    )


def then_what(effect: Effect, reading: Reading | None, here: Reconciliation) -> ThenWhat:
    """What becomes of it at the lift (pure)."""
    if effect.state == EffectState.NEEDS_HUMAN:
        return ThenWhat.A_PERSONS
    if effect.state in (EffectState.INFLIGHT, EffectState.UNKNOWN):
        return ThenWhat.STILL_READ
    if effect.kind == EffectKind.DELETE:
        return ThenWhat.DELETED
    if effect.kind == EffectKind.NOTICE:
        again = effect.planned_at <= here.since and (
            reading is None or reading.found == Found.NEVER_READABLE
        )
        return ThenWhat.SENT_PERHAPS_AGAIN if again else ThenWhat.SENT
    read = reading is not None and reading.found == Found.ABSENT
    return ThenWhat.PUBLISHED if read else ThenWhat.LOOKED_FOR_FIRST


def _of_statement(
    statement: Statement, reference: str, reading: Reading, names: dict[str | None, str]
) -> Open:
    """Words that the backup has as not published, and that are up."""
    there = reading.found == Found.THERE
    return Open(
        incident=reference,
        kind=EffectKind.PUBLISH,
        target=statement.id,
        where=names.get(statement.account_id, ""),
        state=statement.state.value,
        planned_at=statement.drafted_at,
        found=reading.found,
        url=reading.url,
        then=ThenWhat.NOT_SENT_AGAIN if there else ThenWhat.A_PERSONS,
        unread=False,
    )


def lift(office: Office, person: Person, *, reason: str, unread_too: bool = False) -> None:
    """Let things be sent again. Who did it, when and why is recorded.

    Raises NotAllowedError, BadRequestError, and NotNowError while it is not on or while something
    has not been read back, unless ``unread_too``.
    """
    if not may_lift(person):
        raise NotAllowedError(NOT_YOURS)
    if not reason.strip():
        raise BadRequestError(SAY_WHY)
    with office.store.write("lift-reconciliation") as tx:
        here = tx.exec(
            select(Reconciliation).where(col(Reconciliation.open).is_(True)).with_for_update()
        ).first()
        if here is None:
            raise NotNowError(NOT_ON)
        unread = _unread(tx, here)
        if unread and not unread_too:
            raise NotNowError(UNREAD.format(count=unread))
        now = tx.now()
        here.open, here.unread = False, unread
        here.lifted_at, here.lifted_by, here.reason = now, person.email, reason.strip()
        tx.add(here)
        _let_go_at_once(tx)
        wake_open_incidents(tx, now)
        tx.record(
            chain_of_reconciliation(here.id), person.email, "reconciliation-lifted", unread=unread
        )


def _let_go_at_once(tx: Transaction) -> None:
    """What only reconcile mode held; what a platform or a person had put off stays put off."""
    tx.exec(
        update(Effect)
        .where(col(Effect.state) == EffectState.AUTHORISED)
        .where(or_(col(Effect.code).is_(None), col(Effect.code) != PUT_OFF))
        .values(due_at=None)
    )


def _unread(tx: Transaction, here: Reconciliation) -> int:
    readings = readings_of(tx, here)
    rows = tx.exec(select(Effect).where(col(Effect.state).in_(NOT_FINAL)))
    return sum(is_unread(effect, readings.get(effect.id), here) for effect in rows)
