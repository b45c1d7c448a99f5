"""The nightly purge: what has had its time is erased, unless something holds it, and the record
says so.

An incident ends for everybody at the same moment, whether there is a case or not: what is shown
goes first, and the bytes then, or once no case rests on them any more. Each thing goes in a
transaction of its own that looks again at what holds it; a purge that is killed is begun anew.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from sqlalchemy import Delete
from sqlmodel import col, delete, exists, func, select, update

from flows.due import UNDER_WAY
from flows.kept_files import destroy_file, named_elsewhere
from flows.naming import ENGINE
from flows.reviewing.cabinet import find
from flows.withheld import is_withheld
from models.audit import chain_of_incident
from models.beats import Beat
from models.decisions import Decision
from models.effects import Attempt, Effect
from models.escalation import Escalation
from models.incident import Capture, IdempotencyKey, Incident, Post, Report
from models.information_requests import InformationRequest, must_be_kept
from models.legal_holds import LegalHold, hold_now
from models.looks import Look
from models.notices import Acknowledgement, Notice
from models.office import Office
from models.reconciliation import Reading, is_reconciling
from models.referral import Referral
from models.sealed import place
from models.sign_in import SignIn, WebSession
from models.statements import Clearance, Statement, Wording
from models.store import Transaction
from models.words import EffectKind, EffectState, PosterKnown
from policy.retention import Record, kept_for, last_night

PURGE = "retention"
"""The name under which the last purge is written down, and of the chain that tells of them."""


def purge_round(office: Office) -> None:
    """Purge if a night has begun since the last time. Nothing while a restore is open."""
    with office.store.read() as tx:
        last = tx.get(Beat, PURGE)
        night = last_night(tx.now(), office.settings.organisation.timezone)
        if is_reconciling(tx) or (last is not None and last.at >= night):
            return
    if not purge(office):
        return  # somebody reads what was there before; in the next round it is begun anew
    with office.store.write("purged") as tx:
        tx.merge(Beat(name=PURGE, role=PURGE, at=tx.now()))


def purge(office: Office) -> bool:
    """Erase all that has had its time; returns whether nothing of it is left in the database's own
    journal. Raises OSError where a file cannot be removed."""
    _forget_ways_in(office)
    for erase, due in STEPS:
        for incident_id in _ids(office, due):
            erase(office, incident_id)
    return office.store.wipe()


def _ids(office: Office, due: Callable[[Transaction], Iterable[str]]) -> list[str]:
    with office.store.read() as tx:
        return list(dict.fromkeys(due(tx)))


def _over(tx: Transaction, record: Record) -> datetime:
    """What ended before this has had its time."""
    return tx.now() - kept_for(record)


def is_held(tx: Transaction, incident: Incident) -> bool:
    """Whether something forbids to erase any of it, had it its time or not."""
    answered_since = _over(tx, Record.INFORMATION_REQUEST)
    led_to = select(Incident.id).where(
        col(Incident.came_of) == incident.reference, col(Incident.erased_at).is_(None)
    )
    return (
        incident.closed_at is None
        or hold_now(tx, incident.id) is not None
        or must_be_kept(tx, incident.id, answered_since)
        or _is_under_way(tx, incident.id)
        or tx.exec(led_to).first() is not None
    )


def _is_under_way(tx: Transaction, incident_id: str) -> bool:
    going = col(Effect.state).in_((*UNDER_WAY, EffectState.UNKNOWN))
    live = select(Effect.id).where(col(Effect.incident_id) == incident_id, going)
    return tx.exec(live).first() is not None


def _rests_a_case_on(tx: Transaction, office: Office, incident_id: str) -> bool:
    """Whether somebody may still have to read it there; nothing outside shows this."""
    if not office.case_keys.are_there:
        return False
    row = find(tx, office, incident_id)
    return row is not None and row.key_wrapped is not None


# --- messages -----------------------------------------------------------------------------------


def _old_messages(tx: Transaction) -> Iterable[str]:
    over = _over(tx, Record.MESSAGE)
    return tx.exec(
        select(Notice.incident_id)
        .join(Incident, col(Incident.id) == col(Notice.incident_id))
        .where(col(Incident.closed_at) <= over, col(Notice.queued_at) <= over)
        .where(col(Notice.message_id) != "", col(Incident.erased_at).is_(None))
    )


def _forget_messages(office: Office, incident_id: str) -> None:
    """The texts, and the marks by which carriers know them. To whom and when stays."""
    with office.store.write("forget-messages") as tx:
        incident = _locked(tx, incident_id)
        if is_held(tx, incident):
            return
        mine = (col(Effect.incident_id) == incident_id, col(Effect.kind) == EffectKind.NOTICE)
        for effect in tx.exec(select(Effect).where(*mine)):
            effect.payload_sealed = office.content.close(b"", place("effect", effect.id, "payload"))
            effect.remote_id = None
            tx.add(effect)
        notices = update(Notice).where(col(Notice.incident_id) == incident_id)
        tx.exec(notices.values(message_id="", link_digest=None, look_at=None))
        tx.record(chain_of_incident(incident_id), ENGINE, "messages-erased")


# --- evidence -----------------------------------------------------------------------------------


def _old_evidence(tx: Transaction) -> Iterable[str]:
    rows = tx.exec(
        select(Incident)
        .join(Post, col(Post.incident_id) == col(Incident.id))
        .join(Capture, col(Capture.post_id) == col(Post.id))
        .where(col(Capture.erased_at).is_(None), col(Incident.closed_at).is_not(None))
    )
    return [one.id for one in rows if _has_had_its_time(tx, one)]


def _has_had_its_time(tx: Transaction, incident: Incident) -> bool:
    record = Record.EVIDENCE_WITHHELD if is_withheld(incident) else Record.EVIDENCE
    return incident.closed_at is not None and incident.closed_at <= _over(tx, record)


def _end_evidence(office: Office, incident_id: str) -> None:
    """From now on nobody is shown it, and no archive has it."""
    with office.store.write("end-evidence") as tx:
        incident = _locked(tx, incident_id)
        if is_held(tx, incident) or not _has_had_its_time(tx, incident):
            return
        now = tx.now()
        for capture in _captures(tx, incident_id):
            capture.erased_at, capture.outdated_at = now, capture.outdated_at or now
            tx.add(capture)
        tx.record(chain_of_incident(incident_id), ENGINE, "evidence-erased")


def _ended_evidence(tx: Transaction) -> Iterable[str]:
    return tx.exec(
        select(Post.incident_id)
        .join(Capture, col(Capture.post_id) == col(Post.id))
        .where(col(Capture.erased_at).is_not(None))
    )


def _remove_evidence(office: Office, incident_id: str) -> None:
    """The files first, then the rows that name them: whoever is killed between the two finds the
    rows again."""
    with office.store.write("remove-evidence") as tx:
        if _rests_a_case_on(tx, office, incident_id):
            return
        for capture in (one for one in _captures(tx, incident_id) if one.erased_at is not None):
            mine = [name for name in capture.files if not named_elsewhere(tx, name, capture.id)]
            left = [name for name in mine if not destroy_file(office, name)]
            if not left:  # what somebody is about to keep for another mistake goes another night
                tx.delete(capture)
                tx.flush()


def _captures(tx: Transaction, incident_id: str) -> list[Capture]:
    posts = select(Post.id).where(col(Post.incident_id) == incident_id)
    return list(tx.exec(select(Capture).where(col(Capture.post_id).in_(posts))))


# --- the incident -------------------------------------------------------------------------------


def _old_incidents(tx: Transaction) -> Iterable[str]:
    over = _over(tx, Record.INCIDENT)
    return tx.exec(
        select(Incident.id).where(
            col(Incident.closed_at) <= over, col(Incident.erased_at).is_(None)
        )
    )


def _end_incident(office: Office, incident_id: str) -> None:
    """From now on there is none, for anybody; its record stays."""
    with office.store.write("end-incident") as tx:
        incident = _locked(tx, incident_id)
        if is_held(tx, incident) or any(
            one.erased_at is None for one in _captures(tx, incident_id)
        ):
            return
        incident.erased_at, incident.wake_at = tx.now(), None
        tx.add(incident)
        tx.record(chain_of_incident(incident_id), ENGINE, "erased")


def _ended_incidents(tx: Transaction) -> Iterable[str]:
    there = exists().where(col(Post.incident_id) == col(Incident.id))
    return tx.exec(select(Incident.id).where(col(Incident.erased_at).is_not(None), there))


def _remove_incident(office: Office, incident_id: str) -> None:
    """Every row of it goes. What is left says that there was an incident, of which kind and when;
    that somebody asked for information, and that it was held; and the record."""
    with office.store.write("remove-incident") as tx:
        incident = _locked(tx, incident_id)
        if _rests_a_case_on(tx, office, incident_id) or _captures(tx, incident_id):
            return
        _remove_rows(tx, incident_id)
        incident.facts_sealed = incident.facts_by = incident.cleared_by = None
        incident.poster_email, incident.poster_known = None, PosterKnown.UNKNOWN
        incident.never_clear, incident.plan = [], None
        tx.add(incident)


def _remove_rows(tx: Transaction, incident_id: str) -> None:
    for statement in _rows_below(incident_id):
        tx.exec(statement)
    asked, held = col(InformationRequest.incident_id), col(LegalHold.incident_id)
    tx.exec(update(InformationRequest).where(asked == incident_id).values(text_sealed=None))
    tx.exec(update(LegalHold).where(held == incident_id).values(reason_sealed=None))


def _rows_below(incident_id: str) -> Iterator[Delete]:
    """Those that others name come last."""
    statements = select(Statement.id).where(col(Statement.incident_id) == incident_id)
    effects = select(Effect.id).where(col(Effect.incident_id) == incident_id)
    notices = select(Notice.id).where(col(Notice.incident_id) == incident_id)
    yield delete(Clearance).where(col(Clearance.statement_id).in_(statements))
    yield delete(Wording).where(col(Wording.statement_id).in_(statements))
    yield delete(Reading).where(col(Reading.subject).in_(statements))
    yield delete(Reading).where(col(Reading.subject).in_(effects))
    yield delete(Attempt).where(col(Attempt.effect_id).in_(effects))
    yield delete(Acknowledgement).where(col(Acknowledgement.notice_id).in_(notices))
    yield delete(Escalation).where(col(Escalation.incident_id) == incident_id)
    yield delete(Notice).where(col(Notice.incident_id) == incident_id)
    yield delete(Effect).where(col(Effect.incident_id) == incident_id)
    yield delete(Look).where(col(Look.incident_id) == incident_id)
    yield delete(Statement).where(col(Statement.incident_id) == incident_id)
    yield delete(Decision).where(col(Decision.incident_id) == incident_id)
    yield delete(Report).where(col(Report.incident_id) == incident_id)
    yield delete(IdempotencyKey).where(col(IdempotencyKey.incident_id) == incident_id)
    yield delete(Referral).where(col(Referral.incident_id) == incident_id)
    yield delete(Post).where(col(Post.incident_id) == incident_id)


def _locked(tx: Transaction, incident_id: str) -> Incident:
    """Whoever would hold it waits until this is committed."""
    return tx.get_one(Incident, incident_id, with_for_update=True)


# --- ways in ------------------------------------------------------------------------------------


def _forget_ways_in(office: Office) -> None:
    """Sessions, links and keys that have long stopped working, whoseever they were."""
    with office.store.write("forget-ways-in") as tx:
        ended = func.coalesce(WebSession.revoked_at, WebSession.expires_at)
        gone = {
            Record.SESSION: tx.changed(
                delete(WebSession).where(ended <= _over(tx, Record.SESSION))
            ),
            Record.SIGN_IN_LINK: tx.changed(
                delete(SignIn).where(col(SignIn.expires_at) <= _over(tx, Record.SIGN_IN_LINK))
            ),
            Record.REPEAT_KEY: tx.changed(
                delete(IdempotencyKey).where(
                    col(IdempotencyKey.made_at) <= _over(tx, Record.REPEAT_KEY)
                )
            ),
        }
        if any(gone.values()):
            tx.record(PURGE, ENGINE, "purged", **{str(one): many for one, many in gone.items()})


STEPS = (
    (_forget_messages, _old_messages),
    (_end_evidence, _old_evidence),
    (_remove_evidence, _ended_evidence),
    (_end_incident, _old_incidents),
    (_remove_incident, _ended_incidents),
)
