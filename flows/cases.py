"""Cases, for those who work them and for whoever each is about: a look is recorded, then given.

What is read is written down first, in the case's own record: where that cannot be written, nothing
is given (design §8, lines 54-56).
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from pydantic import BaseModel
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from flows.refusals import NotFoundError
from flows.reviewing.cabinet import (
    NO_CASE,
    CaseNote,
    NotRecordedError,
    Opened,
    every_case,
    note,
    notes,
    opened,
)
from flows.shapes import FactsShape
from models.incident import Incident
from models.office import Office
from models.people import Person
from models.referral import Referral
from models.review import (
    SUBJECTS_PAPERS,
    AppealOutcome,
    Case,
    CaseMove,
    CaseOutcome,
    CaseState,
    Condition,
    Hand,
    Paper,
    PaperKind,
    Part,
)
from models.sealed import place
from models.store import Transaction
from models.words import Employer, Kind, PostState, Role
from policy.conditions import condition_row
from policy.fairness import asked_of_referrer
from policy.retention import destroy_at
from policy.review import glass_until, moves_of, reads_papers
from policy.routes import route_of
from templates.sentences import sentence

PAGE = 50


class CaseLine(BaseModel):
    """A case as a line of a list. ``due_at`` is when what ``state`` waits for is due, and
    ``glass_until`` tells HR until when somebody reads it in an emergency."""

    reference: str
    state: CaseState
    route: Employer | None
    considered_at: datetime
    decided_at: datetime | None
    due_at: datetime | None = None
    glass_until: datetime | None = None


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


class CasePaper(BaseModel):
    """One paper or note. ``about`` is the question that a note on fairness answers."""

    kind: PaperKind
    by: str
    at: datetime
    about: str
    text: str


class CaseHand(BaseModel):
    """Who works the case, and as what."""

    hand: Hand
    person: str
    since: datetime
    until: datetime | None


class CaseQuestion(BaseModel):
    """A question of fairness, to think about before anybody is referred. There is no score."""

    question: str
    ask: str
    why: str
    answered: bool


class CaseRoute(BaseModel):
    """Which way it goes, by who employs the person."""

    label: str
    way: str
    law: str
    to: str
    note: str


class CaseCondition(BaseModel):
    """Which law allows what is sensitive in the case to be used, as it was recorded."""

    condition: Condition
    label: str
    law: str


class CaseShape(CaseLine):
    """A case, as far as this person reads it. ``rule`` and ``reason`` are the referral's, decided
    by ``decided_by``; ``destroyed_at`` is when nobody can read it any more, unless it is kept
    because of something."""

    kinds: list[Kind]
    severity: int
    poster: str | None
    posts: list[CasePost]
    facts: FactsShape | None
    rule: str | None
    reason: str | None
    condition: CaseCondition | None = None
    decided_by: str | None
    record: list[CaseEntry]
    you: list[Part] = []
    you_may: list[CaseMove] = []
    in_favour: list[str] = []
    self_reported_minutes: int | None = None
    route_details: CaseRoute | None = None
    questions: list[CaseQuestion] = []
    hands: list[CaseHand] = []
    papers: list[CasePaper] = []
    companion: str | None = None
    told_at: datetime | None = None
    meeting_at: datetime | None = None
    outcome: CaseOutcome | None = None
    appeal_outcome: AppealOutcome | None = None
    suspended_until: datetime | None = None
    kept_because: str | None = None
    destroyed_at: datetime | None = None


def cases(office: Office, person: Person, before: str | None = None) -> CasePage:
    """A page of the cases that this person may read, each look at one recorded.

    Raises NotRecordedError."""
    try:
        with office.store.write("list-cases") as tx:
            page = _listed(tx, office, person, before)
    except DBAPIError:
        raise NotRecordedError from None
    return page


def case(office: Office, person: Person, reference: str) -> CaseShape:
    """The case, once it is recorded that this person looked.

    Raises NotFoundError to everybody outside the case, and NotRecordedError."""
    try:
        with office.store.write("read-case") as tx:
            here = opened(tx, office, person, reference)
            note(tx, here.row, here.seal, person.email, "case-read")
            record = notes(tx, here.row, here.seal) if _reads_record(here) else []
    except DBAPIError:
        raise NotRecordedError from None
    return _shape(office, here, record)


def case_as_told(office: Office, person: Person, reference: str, subject: str) -> CaseShape:
    """The case as the person reads it whom it is about, for whoever keeps it for HR to give it to
    them; recorded first. Raises NotRecordedError, and NotFoundError where it is not theirs, or they
    were told nothing yet."""
    try:
        with office.store.write("read-case") as tx:
            here = opened(tx, office, person, reference)
            if (
                here.case.subject != subject
                or here.case.told_at is None
                or Part.COORDINATOR not in here.parts
            ):
                raise NotFoundError(NO_CASE)
            note(tx, here.row, here.seal, person.email, "case-given")
    except DBAPIError:
        raise NotRecordedError from None
    as_theirs = replace(here, parts=frozenset({Part.SUBJECT}))
    return _shape(office, as_theirs, []).model_copy(update={"you": [], "you_may": []})


def _listed(tx: Transaction, office: Office, person: Person, before: str | None) -> CasePage:
    is_hr = person.has_role(Role.HR)
    concerned = () if is_hr else tuple(_concern(tx, office, person))
    query = (
        select(Referral.id, Incident.reference, Incident.id)
        .join(Incident, col(Incident.id) == col(Referral.incident_id))
        .order_by(col(Referral.id).desc())
        .limit(PAGE + 1)
    )
    if before is not None:
        query = query.where(col(Referral.id) < before)
    if not is_hr:
        query = query.where(col(Incident.id).in_(concerned))
    rows = tx.exec(query).all()
    lines = []
    for _, reference, _ in rows[:PAGE]:
        try:
            here = opened(tx, office, person, reference)
        except NotFoundError:
            continue
        note(tx, here.row, here.seal, person.email, "case-listed")
        lines.append(_line(here))
    return CasePage(cases=lines, next=rows[PAGE - 1][0] if len(rows) > PAGE else None)


def _concern(tx: Transaction, office: Office, person: Person) -> Iterator[str]:
    """The incidents whose cases name this person. Whether they may read them is asked of each."""
    for _, one in every_case(tx, office):
        named = {holding.person for holding in one.holdings} | {
            glass.asked_by for glass in one.glass
        }
        if person.email == one.subject or person.email in named:
            yield one.incident_id


def _line(here: Opened) -> CaseLine:
    shown = _referral_shown(here)
    return CaseLine(
        reference=here.case.reference,
        state=here.case.state,
        route=here.case.route,
        considered_at=here.case.considered_at,
        decided_at=here.case.referred_at if shown else None,
        due_at=here.case.due_at,
        glass_until=glass_until(here.case, here.now) if _hears_of_glass(here) else None,
    )


def _shape(office: Office, here: Opened, record: list[CaseNote]) -> CaseShape:
    one, incident = here.case, here.seen.incident
    referral = _referral_shown(here)
    whole = reads_papers(here.parts)
    subject = Part.SUBJECT in here.parts
    return CaseShape(
        **_line(here).model_dump(),
        kinds=[Kind(kind) for kind in incident.kinds],
        severity=incident.severity,
        poster=one.subject,
        posts=[
            CasePost(url=p.url, platform=p.platform, account=p.handle, state=p.state)
            for p in here.seen.posts
        ],
        facts=None if subject else _facts(office, incident),
        rule=one.rule,
        reason=one.reason if referral else None,
        condition=_condition(one),
        decided_by=one.referred_by if referral else None,
        record=[
            CaseEntry(at=e.at, actor=e.by, what=e.what, sentence=sentence(e.what, e.facts))
            for e in record
        ],
        you=sorted(here.parts),
        you_may=list(moves_of(one, here.parts)),
        in_favour=list(one.noted),
        self_reported_minutes=one.self_reported_minutes,
        route_details=_route(one) if referral else None,
        questions=list(_questions(one)) if _considers(here) else [],
        hands=[
            CaseHand(hand=h.hand, person=h.person, since=h.since, until=h.ended_at)
            for h in one.holdings
        ],
        papers=[_paper(paper) for paper in _papers(here)],
        companion=one.companion if whole or subject else None,
        told_at=one.told_at,
        meeting_at=one.meeting_at,
        outcome=one.outcome if whole or _outcome_told(one, subject=subject) else None,
        appeal_outcome=one.appeal_outcome if whole or subject else None,
        suspended_until=one.suspended_until if whole or subject else None,
        kept_because=None if subject else one.kept_because,
        destroyed_at=destroy_at(one),
    )


def _hears_of_glass(here: Opened) -> bool:
    return bool({Part.HR, Part.COORDINATOR} & here.parts)


def _reads_record(here: Opened) -> bool:
    """The record names who looked: those who work the case read it, and of HR whoever considers."""
    return reads_papers(here.parts) or Part.HR in here.parts


def _referral_shown(here: Opened) -> bool:
    """Who referred, and why, is HR's and the hands'; the person is told in writing."""
    return Part.SUBJECT not in here.parts


def _considers(here: Opened) -> bool:
    return Part.HR in here.parts and here.case.state is CaseState.CONSIDERING


def _outcome_told(one: Case, *, subject: bool) -> bool:
    told = one.state in (
        CaseState.OUTCOME_TOLD,
        CaseState.APPEALED,
        CaseState.HEARD,
        CaseState.CLOSED,
    )
    return subject and told


def _papers(here: Opened) -> Iterator[Paper]:
    """What this person reads: the hands all of it; HR what was noted while it was considered, and
    the pack; the person what is theirs, once they were told."""
    for paper in here.case.papers:
        if reads_papers(here.parts):
            yield paper
        elif Part.SUBJECT in here.parts:
            told = here.case.told_at or paper.kind is PaperKind.SUSPENSION
            if paper.kind in SUBJECTS_PAPERS and told:
                yield paper
        elif paper.kind in (PaperKind.FAIRNESS, PaperKind.PACK):
            yield paper


def _paper(paper: Paper) -> CasePaper:
    return CasePaper(kind=paper.kind, by=paper.by, at=paper.at, about=paper.about, text=paper.text)


def _questions(one: Case) -> Iterator[CaseQuestion]:
    answered = {paper.about for paper in one.papers_of(PaperKind.FAIRNESS)}
    for row in asked_of_referrer():
        yield CaseQuestion(
            question=row.question, ask=row.ask, why=row.why, answered=row.question in answered
        )


def _condition(one: Case) -> CaseCondition | None:
    if one.condition is None:
        return None
    row = condition_row(one.condition)
    return CaseCondition(condition=row.condition, label=row.label, law=row.law)


def _route(one: Case) -> CaseRoute | None:
    if one.route is None:
        return None
    route = route_of(one.route)
    return CaseRoute(label=route.label, way=route.way, law=route.law, to=route.to, note=route.note)


def _facts(office: Office, incident: Incident) -> FactsShape | None:
    if incident.facts_sealed is None:
        return None
    sealed_at = place("incident", incident.id, "facts")
    told = json.loads(office.content.open_text(incident.facts_sealed, sealed_at))
    return FactsShape(
        wrong=told.get("wrong"), right=told.get("right"), source_url=told.get("source_url")
    )
