"""The cabinet of cases: finds one, opens it for whoever may read it, and puts it back changed.

To everybody else there is no case: the same error, after the same work, as where there is none.
"""

import base64
import hashlib
import json
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlmodel import col, select, update

from flows.refusals import AlreadyDecidedError, NotFoundError
from flows.register import read_register
from models.audit import Entry, chain_of_case
from models.case_keys import DestroyedError, NoMasterError, guard_of
from models.case_rows import DOOR, ROUND, SealedCase, knock
from models.incident import Incident
from models.office import Office
from models.people import Person
from models.referral import Referral
from models.review import Case, CaseState, Part
from models.sealed import Seal, SealBrokenError, place
from models.snapshot import NoSuchIncidentError, Snapshot, incident_by, snapshot
from models.store import Transaction
from models.words import PosterKnown, ReferralState, Role
from policy.conflicts import may_work_case
from policy.people import Register
from policy.review import may_read, parts_in
from policy.review_times import next_look, with_deadline

log = logging.getLogger("amends.cases")

NO_CASE = "There is no such case. Check the reference and try again."
OLDER = "this is not the newest state of the case"
QUICKER = "Somebody was quicker, and the case has changed. Read it again."
SEALED = "sealed"
CASE = TypeAdapter(Case)

BREAKERS = frozenset({Role.LEGAL, Role.DPO, Role.AUDITOR})
"""Who may break the glass, two of them together."""


class NotRecordedError(Exception):
    """The look could not be written down, so nothing was given."""


@dataclass(frozen=True)
class Opened:
    """One case, open before one person."""

    row: SealedCase
    case: Case
    seal: Seal
    person: Person
    parts: frozenset[Part]
    seen: Snapshot
    register: Register
    now: datetime


def opened(
    tx: Transaction, office: Office, person: Person, reference: str, *, outside: bool = False
) -> Opened:
    """The case, for those who may read it now. Raises NotFoundError for everybody else.

    ``outside`` lets in those who may break the glass besides, before they have.
    """
    try:
        incident = incident_by(tx, reference, erased_too=True)
    except NoSuchIncidentError:
        raise NotFoundError(NO_CASE) from None
    seen, register = snapshot(tx, incident), read_register(tx, office.settings)
    referral = referral_of(tx, incident.id)
    row = find(tx, office, incident.id)
    try:
        case = read_case(office, row) if row else None
    except DestroyedError:
        raise NotFoundError(NO_CASE) from None
    except (NoMasterError, SealBrokenError):
        if person.has_role(Role.HR) and may_work_case(person, seen, register):
            raise  # HR knows that there is a case; to everybody else this would tell it
        raise NotFoundError(NO_CASE) from None
    if referral is None:
        raise NotFoundError(NO_CASE)
    case = _first(office, seen, register, referral) if case is None else case
    case = _as_it_is_known(case, seen, register)
    now = tx.now()
    parts = parts_of(person, case, seen, register, now)
    if not (may_read(parts) or (outside and Part.OUTSIDE in parts)):
        raise NotFoundError(NO_CASE)
    if row is not None:
        try:
            require_newest(tx, row, office.case_keys.seal_of(row))
        except SealBrokenError:
            if may_read(parts):
                raise
            raise NotFoundError(NO_CASE) from None  # the glass is answered alike for any reference
    row = row or _lay_in(tx, office, case, referral, next_look(case, register.office))
    return Opened(row, case, office.case_keys.seal_of(row), person, parts, seen, register, now)


def parts_of(
    person: Person, case: Case, seen: Snapshot, register: Register, now: datetime
) -> frozenset[Part]:
    """The parts of this person, by the register and the incident as they are now."""
    return parts_in(
        case,
        person.email,
        is_hr=person.has_role(Role.HR),
        is_free=may_work_case(person, seen, register),
        may_break_glass=not BREAKERS.isdisjoint(map(Role, person.roles)),
        now=now,
    )


def referral_of(tx: Transaction, incident_id: str) -> Referral | None:
    """What the engine wrote when there was something to consider."""
    return tx.exec(select(Referral).where(col(Referral.incident_id) == incident_id)).first()


def find(tx: Transaction, office: Office, incident_id: str) -> SealedCase | None:
    """The row of this incident's case, and its door open to the rest of the transaction."""
    mark = office.case_keys.mark(incident_id)
    knock(tx, DOOR, office.case_keys.door(mark))
    return tx.exec(select(SealedCase).where(col(SealedCase.mark) == mark)).first()


def every_case(tx: Transaction, office: Office) -> Iterator[tuple[SealedCase, Case]]:
    """Every case that can be read. What cannot be opened now holds up none of the others."""
    knock(tx, ROUND, office.case_keys.round())
    rows = select(SealedCase).where(col(SealedCase.key_wrapped).is_not(None))
    for row in tx.exec(rows.order_by(col(SealedCase.id))).all():
        try:
            yield row, read_case(office, row)
        except (NoMasterError, SealBrokenError) as error:
            log.error("a case cannot be opened: %s. Run: amends doctor", type(error).__name__)


def lay_in_old(tx: Transaction, office: Office) -> None:
    """Put every referral that an older version decided into a case of its own."""
    register = read_register(tx, office.settings)
    decided = select(Referral).where(col(Referral.decided_at).is_not(None))
    for referral in tx.exec(decided).all():
        if find(tx, office, referral.incident_id) is None:
            seen = snapshot(tx, tx.get_one(Incident, referral.incident_id))
            case = _first(office, seen, register, referral)
            _lay_in(tx, office, case, referral, next_look(case, register.office))


def put_back(
    tx: Transaction, row: SealedCase, seal: Seal, case: Case, *, look_at: datetime | None
) -> None:
    """Store the case as it is now, and when the engine has to look at it next. A note must follow
    in the same transaction: it is what says that this state is the newest.

    Raises AlreadyDecidedError where somebody changed it since it was read."""
    changed = tx.changed(
        update(SealedCase)
        .where(col(SealedCase.id) == row.id, col(SealedCase.version) == row.version)
        .values(
            content_sealed=_closed(seal, row.id, row.version + 1, case),
            version=row.version + 1,
            due_at=look_at,
        )
    )
    if not changed:
        raise AlreadyDecidedError(QUICKER)


def note(tx: Transaction, row: SealedCase, seal: Seal, by: str, what: str, **facts: object) -> None:
    """One entry of the case's own record, sealed: who holds the database learns that there is an
    entry, and who checks the chain needs no key. In the open it says which state of the case is
    the newest, by its version and digest: an older one that is put back is found."""
    said = json.dumps({"by": by, "what": what, "facts": facts})
    closed = base64.b64encode(seal.close(said, _entry_place(row.id))).decode()
    state = select(SealedCase.version, SealedCase.content_sealed)
    version, content = tx.exec(state.where(col(SealedCase.id) == row.id)).one()
    held = {"entry": closed, "version": version, "content": _digest(content)}
    tx.record(chain_of_case(row.id), SEALED, "sealed", **held)


def require_newest(tx: Transaction, row: SealedCase, seal: Seal) -> None:
    """The state that was read from the row must be the newest of which the record tells: an older
    one has a lower version, and another of the same version another digest.

    Raises SealBrokenError, and AlreadyDecidedError where somebody changed it since it was read. Of
    a case that was not looked at since states have versions, the record tells nothing."""
    told = _newest_told(tx, row)
    read = row.version
    tx.refresh(row)  # after the record: a change between the two is newer, never older
    if told is not None and not _is_newest(row, seal, *told):
        raise SealBrokenError(OLDER)
    if row.version != read:
        raise AlreadyDecidedError(QUICKER)


def _newest_told(tx: Transaction, row: SealedCase) -> tuple[int, str] | None:
    """The version and digest of the newest state that the case's record tells of."""
    facts: Any = col(Entry.facts)  # the operators of JSON have no types
    version, content = facts["version"].as_integer(), facts["content"].as_string()
    mine = (col(Entry.chain) == chain_of_case(row.id), col(Entry.what) == "sealed")
    told = tx.execute(
        select(version, content)
        .where(*mine, version.is_not(None))
        .order_by(version.desc(), col(Entry.seq).desc())
        .limit(1)
    ).first()
    return (int(told[0]), str(told[1])) if told else None


def _is_newest(row: SealedCase, seal: Seal, version: int, digest: str) -> bool:
    content = row.content_sealed or b""
    if row.version != version:
        return row.version > version and _opens(seal, content, content_place(row.id, row.version))
    return _digest(content) == digest


def _opens(seal: Seal, content: bytes, where: str) -> bool:
    try:
        seal.open(content, where)
    except SealBrokenError:
        return False
    return True


@dataclass(frozen=True)
class CaseNote:
    """One entry of a case's record, opened."""

    at: datetime
    by: str
    what: str
    facts: dict[str, object]


def notes(tx: Transaction, row: SealedCase, seal: Seal) -> list[CaseNote]:
    """The record of the case, the oldest first."""
    mine = select(Entry).where(col(Entry.chain) == chain_of_case(row.id)).order_by(col(Entry.seq))
    return [_opened_entry(row, seal, entry) for entry in tx.exec(mine)]


def _opened_entry(row: SealedCase, seal: Seal, entry: Entry) -> CaseNote:
    closed = base64.b64decode(str(entry.facts["entry"]))
    said = json.loads(seal.open_text(closed, _entry_place(row.id)))
    return CaseNote(entry.at, said["by"], said["what"], said["facts"])


def _lay_in(
    tx: Transaction, office: Office, case: Case, referral: Referral, look_at: datetime | None
) -> SealedCase:
    """A row for a case that has none yet; its id and time tell nothing of the incident."""
    keys = office.case_keys
    mark = keys.mark(case.incident_id)
    row = SealedCase(
        id=os.urandom(16).hex(),
        mark=mark,
        door=guard_of(keys.door(mark)),
        round=guard_of(keys.round()),
        master="",
        version=1,
    )
    seal = keys.give_key(row)
    row.content_sealed = _closed(seal, row.id, row.version, case)
    row.due_at = look_at
    if not tx.insert_once(row):
        raise AlreadyDecidedError(QUICKER)
    _forget(tx, referral)
    return row


def _forget(tx: Transaction, referral: Referral) -> None:
    """What an older version kept in the open is in the case now."""
    if referral.decided_at is not None:
        tx.exec(
            update(Referral)
            .where(col(Referral.id) == referral.id)
            .values(
                state=ReferralState.CONSIDERING,
                rule_sealed=None,
                reason_sealed=None,
                decided_by=None,
                decided_at=None,
                route=None,
            )
        )


def _first(office: Office, seen: Snapshot, register: Register, referral: Referral) -> Case:
    """The case as it begins, or as an older version left it."""
    case = Case(
        incident_id=seen.incident.id,
        reference=seen.incident.reference,
        considered_at=referral.considered_at,
        since=referral.considered_at,
    )
    if referral.decided_at is not None:
        case = replace(
            case,
            state=CaseState(referral.state.value),
            since=referral.decided_at,
            rule=_of_old(office, referral, "rule", referral.rule_sealed),
            reason=_of_old(office, referral, "reason", referral.reason_sealed),
            referred_by=referral.decided_by,
            referred_at=referral.decided_at,
        )
        case = _as_known(case, seen, register)
    return with_deadline(case, register.office)


def _of_old(office: Office, referral: Referral, field: str, sealed: bytes | None) -> str | None:
    if sealed is None:
        return None
    return office.cases.open_text(sealed, place("referral", referral.id, field))


def _as_it_is_known(case: Case, seen: Snapshot, register: Register) -> Case:
    """While it is considered, whose it is and what speaks for them is what the incident says; and
    as long as nobody knows whose it is, since a person unknown may be referred (line 54)."""
    considered = case.state is CaseState.CONSIDERING
    still_unknown = case.subject is None and not case.is_over
    return _as_known(case, seen, register) if considered or still_unknown else case


def _as_known(case: Case, seen: Snapshot, register: Register) -> Case:
    incident = seen.incident
    known = incident.poster_known is not PosterKnown.UNKNOWN
    poster = register.person(incident.poster_email) if known else None
    minutes = _own_report(seen, poster)
    return replace(
        case,
        subject=poster.email if poster else None,
        route=poster.employer if poster else None,
        noted=("self-report",) if minutes is not None else (),
        self_reported_minutes=minutes,
    )


def _own_report(seen: Snapshot, poster: Person | None) -> int | None:
    """Minutes from the post, or from the first report where its time is not known, to their own
    report. None where they did not report it."""
    own = [one.made_at for one in seen.reports if poster and one.reporter_id == poster.id]
    if not own:
        return None
    posted = [post.posted_at for post in seen.posts if post.posted_at]
    since = min(posted, default=seen.incident.opened_at)
    return max(int((min(own) - since).total_seconds() // 60), 0)


def read_case(office: Office, row: SealedCase) -> Case:
    """The case in this row. Raises DestroyedError, NoMasterError and SealBrokenError."""
    seal, sealed = office.case_keys.seal_of(row), row.content_sealed or b""
    try:
        held = seal.open(sealed, content_place(row.id, row.version))
    except SealBrokenError:
        held = seal.open(sealed, place("sealed_case", row.id, "content"))  # before versions counted
    return CASE.validate_json(held)


def _closed(seal: Seal, row_id: str, version: int, case: Case) -> bytes:
    return seal.close(CASE.dump_json(case), content_place(row_id, version))


def content_place(row_id: str, version: int) -> str:
    """Where this state of a case belongs: it does not open as another one."""
    return place("sealed_case", row_id, f"content/{version}")


def _digest(content: bytes | None) -> str:
    return hashlib.sha256(content or b"").hexdigest()


def _entry_place(row_id: str) -> str:
    return place("sealed_case", row_id, "entry")
