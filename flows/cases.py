"""Cases, for HR and nobody else: every look at one is recorded (design §8, lines 54-56)."""

import json
from datetime import datetime

from pydantic import BaseModel
from sqlmodel import col, select

from flows.deciding.referring import case_of
from flows.register import read_register
from flows.shapes import FactsShape
from models.audit import Entry, chain_of_case
from models.incident import Incident
from models.office import Office
from models.people import Person
from models.referral import Referral
from models.sealed import place
from models.snapshot import snapshot
from models.words import Employer, Kind, PostState, ReferralState, Role
from policy.conflicts import may_see_case
from templates.sentences import sentence

PAGE = 50


class CaseLine(BaseModel):
    """A case as a line of a list."""

    reference: str
    state: ReferralState
    route: Employer | None
    considered_at: datetime
    decided_at: datetime | None


class CasePage(BaseModel):
    """A page of cases, the newest first. ``next`` is the ``before`` of the page after it."""

    cases: list[CaseLine]
    next: str | None


class CasePost(BaseModel):
    """One post that the case is about."""

    url: str
    platform: str
    account: str | None
    state: PostState


class CaseEntry(BaseModel):
    """One entry of the case's own record."""

    at: datetime
    actor: str
    what: str
    sentence: str


class CaseShape(CaseLine):
    """A case whole. ``rule`` and ``reason`` are those of the decision."""

    kinds: list[Kind]
    severity: int
    poster: str | None
    posts: list[CasePost]
    facts: FactsShape | None
    rule: str | None
    reason: str | None
    decided_by: str | None
    record: list[CaseEntry]


def cases(office: Office, person: Person, before: str | None = None) -> CasePage:
    """A page of the cases that this person may see; empty for everybody but HR."""
    with office.store.read() as tx:
        query = select(Referral).order_by(col(Referral.id).desc()).limit(PAGE + 1)
        if before is not None:
            query = query.where(col(Referral.id) < before)
        rows = tx.exec(query).all() if person.has_role(Role.HR) else []
        register = read_register(tx, office.settings)
        lines = []
        for referral in rows[:PAGE]:
            incident = tx.get_one(Incident, referral.incident_id)
            if may_see_case(person, snapshot(tx, incident), register):
                lines.append(_line(referral, incident))
    return CasePage(cases=lines, next=rows[PAGE - 1].id if len(rows) > PAGE else None)


def case(office: Office, person: Person, reference: str) -> CaseShape:
    """The case, and a record that this person looked. Raises NotFoundError."""
    with office.store.write("read-case") as tx:
        referral, incident = case_of(tx, office, person, reference)
        tx.record(chain_of_case(referral.id), person.email, "case-read")
        seen = snapshot(tx, incident)
        entries = tx.exec(
            select(Entry)
            .where(col(Entry.chain) == chain_of_case(referral.id))
            .order_by(col(Entry.seq))
        ).all()
    line = _line(referral, incident)
    return CaseShape(
        **line.model_dump(),
        kinds=[Kind(kind) for kind in incident.kinds],
        severity=incident.severity,
        poster=incident.poster_email,
        posts=[
            CasePost(url=p.url, platform=p.platform, account=p.handle, state=p.state)
            for p in seen.posts
        ],
        facts=_facts(office, incident),
        rule=_opened(office, referral, "rule", referral.rule_sealed),
        reason=_opened(office, referral, "reason", referral.reason_sealed),
        decided_by=referral.decided_by,
        record=[
            CaseEntry(at=e.at, actor=e.actor, what=e.what, sentence=sentence(e.what, e.facts))
            for e in entries
        ],
    )


def _line(referral: Referral, incident: Incident) -> CaseLine:
    return CaseLine(
        reference=incident.reference,
        state=referral.state,
        route=referral.route,
        considered_at=referral.considered_at,
        decided_at=referral.decided_at,
    )


def _opened(office: Office, referral: Referral, field: str, sealed: bytes | None) -> str | None:
    if sealed is None:
        return None
    return office.cases.open_text(sealed, place("referral", referral.id, field))


def _facts(office: Office, incident: Incident) -> FactsShape | None:
    if incident.facts_sealed is None:
        return None
    sealed_at = place("incident", incident.id, "facts")
    told = json.loads(office.content.open_text(incident.facts_sealed, sealed_at))
    return FactsShape(
        wrong=told.get("wrong"), right=told.get("right"), source_url=told.get("source_url")
    )
