"""Deliveries: what became of a notice that a carrier took, where it says (GOV.UK Notify does).

What never got there is put before a person, who tells them another way, and whoever stands in for
them hears at once. Only reading: a look that fails is made again, and changes nothing.
"""

from datetime import datetime, timedelta

from sqlmodel import col, select, update

from flows.asking import ask_to_settle
from flows.hands import Hands, hands_here
from integrations.errors import OutsideError
from integrations.notices.deliveries import TellsDelivery
from models.audit import chain_of_incident
from models.effects import Effect
from models.escalation import Escalation
from models.incident import Incident
from models.notices import Notice
from models.office import Office
from models.store import Transaction
from models.words import UNDELIVERED, Delivery, EffectKind, Medium, NoticeState

FIRST_LOOK = timedelta(seconds=20)
MOST_APART = timedelta(hours=1)
LOOKED_FOR = timedelta(hours=73)
"""A carrier of texts tries for 72 hours; then it says how that ended."""

OPEN = (NoticeState.SENT, NoticeState.ACKNOWLEDGED)


def first_look(here: Office, notice: Notice, now: datetime) -> datetime | None:
    """When the carrier is first asked; None where it does not say, or the notice is sealed: what
    is sealed is followed by nobody."""
    notify = here.settings.notify
    if notify is None or notice.sealed or notice.by == Medium.CHAT:
        return None
    told = notify.text_template if notice.by == Medium.TEXT else notify.mail_template
    return now + FIRST_LOOK if told else None


def next_look(sent_at: datetime, now: datetime) -> datetime | None:
    """When it is asked next (pure): as long again as it has taken, within an hour; None once the
    carrier has given it up too."""
    age = now - sent_at
    if age > LOOKED_FOR:
        return None
    return now + min(max(age, FIRST_LOOK), MOST_APART)


def look_at_deliveries(here: Office, incident: Incident) -> None:
    """Ask of each notice whose time has come, and write down what is said."""
    hands = hands_here()
    if hands is None:
        return
    for notice in _due(here, incident):
        said = _ask(hands, notice)
        with here.store.write("note-delivery") as tx:
            _note(tx, notice.id, said)


def _due(here: Office, incident: Incident) -> list[Notice]:
    with here.store.read() as tx:
        query = select(Notice).where(
            col(Notice.incident_id) == incident.id, col(Notice.look_at) <= tx.now()
        )
        return list(tx.exec(query.order_by(col(Notice.id))))


def _ask(hands: Hands, notice: Notice) -> Delivery | None:
    """What the carrier says; None where it cannot be asked now."""
    carrier = hands.texts if notice.by == Medium.TEXT else hands.carrier
    if not isinstance(carrier, TellsDelivery):
        return None
    try:
        return carrier.delivery_of(notice.message_id)
    except OutsideError:
        return None


def _note(tx: Transaction, notice_id: str, said: Delivery | None) -> None:
    row = tx.get_one(Notice, notice_id, with_for_update={"key_share": True}, populate_existing=True)
    if row.look_at is None or row.look_at > tx.now():
        return  # another runner has asked meanwhile
    row.look_at = None
    if said in (None, Delivery.UNDER_WAY):
        row.look_at = next_look(row.sent_at or row.queued_at, tx.now())
    if said is not None and said != row.delivery:
        row.delivery = said
        if said != Delivery.UNDER_WAY:
            _tell(tx, row, said)
    tx.add(row)


def _tell(tx: Transaction, row: Notice, said: Delivery) -> None:
    """The record has it; what never got there becomes a person's task, unless it was answered."""
    facts = {"notice": row.id, "role": row.to_role.value, "delivery": said.value}
    chain = chain_of_incident(row.incident_id)
    if said not in UNDELIVERED:
        tx.record(chain, "amends", "notice-delivered", **facts)
        return
    tx.record(chain, "amends", "notice-undelivered", **facts)
    if row.state != NoticeState.SENT:
        return
    row.state = NoticeState.FAILED
    tx.exec(update(Notice).where(col(Notice.carried_by) == row.id).values(state=NoticeState.FAILED))
    if effect := _effect_of(tx, row):
        ask_to_settle(tx, effect, row.id)
    _escalate_now(tx, row)


def _effect_of(tx: Transaction, row: Notice) -> Effect | None:
    same = select(Effect).where(col(Effect.target) == row.id, col(Effect.kind) == EffectKind.NOTICE)
    return tx.exec(same.order_by(col(Effect.generation).desc())).first()


def _escalate_now(tx: Transaction, row: Notice) -> None:
    """Whoever stands in for them hears with the next look at the incident, which is now."""
    tx.exec(
        update(Escalation)
        .where(col(Escalation.incident_id) == row.incident_id)
        .where(col(Escalation.ended_at).is_(None), col(Escalation.next_at).is_not(None))
        .values(next_at=tx.now())
    )
