"""What one person may see of an incident, by their relation to it (design §8, §9).

Never the text of a post (but for what the putting right of a typo changes in it, to those who may
read the facts), and nothing of a referral.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from flows.differing import difference
from flows.failed_captures import why_not_captured
from flows.inspecting import NOTHING_FOUND, ClaimFound, Inspection, inspect_words
from flows.naming import shown_as
from flows.own_words import led_to
from flows.reactive_line import line_if_asked
from flows.refusals import NO_INCIDENT, NotFoundError
from flows.register import read_register
from flows.shapes import (
    AnswerShape,
    AttemptShape,
    ChangeShape,
    ClaimShape,
    ClockShape,
    DecisionShape,
    FactsShape,
    FindingShape,
    IncidentShape,
    InformationRequestShape,
    LookShape,
    NoticeShape,
    PlanShape,
    PostShape,
    ReportShape,
    RetryShape,
    RingShape,
    SettlementShape,
    StatementShape,
    StepShape,
    TaintCheckShape,
    WaitShape,
    WordsOnShape,
)
from flows.to_answer import answers
from flows.withheld import against, gaps, is_withheld
from models.decisions import Decision
from models.effects import Attempt
from models.holding_lines import is_ahead, replaced_by
from models.incident import Post, Report
from models.information_requests import InformationRequest, requests_of
from models.looks import Look
from models.notices import Notice
from models.office import Office
from models.parity import WordsOn, words_on_each
from models.people import Person
from models.retries import Retry, retries
from models.sealed import place
from models.settlement import Settlement, SettleOf, settlements
from models.snapshot import NoSuchIncidentError, Snapshot, incident_by, snapshot
from models.standing import DECISION_WAITS, Standing, Waiting, standing
from models.statements import Statement, Wording
from models.store import Transaction
from models.words import (
    EDIT_BY_HAND,
    LOOK_AT_WORDS,
    PUBLISH_BY_HAND,
    WAIT_LABELS,
    Choice,
    Circumstance,
    DecisionType,
    Kind,
    NoticeState,
    PostState,
    Role,
    StatementState,
    Wait,
)
from policy.access import LEFT_US, Act, Relation, may, relations
from policy.clearing import cleared_until, given, groups_for, may_run_out, wording_of
from policy.clocks import answer_due_at, breach_due_at, investigation_since
from policy.correcting import Change
from policy.looking import Found, finding_row, sentence_of
from policy.outside import outside_of
from policy.people import Register
from policy.stored import plan_of
from templates.labels import label
from templates.language_notes import in_place_of, not_agreed
from templates.reasons import reason
from templates.retries import MAIL, retry_sentence
from templates.reviews import why_not_agreed
from templates.settling import answer_sentence, attempt_sentence, look_sentence

NAMED_TO = frozenset({Relation.DTU, Relation.POSTER, Relation.LINE_MANAGER, Relation.AUDITOR})
"""Who may read who posted."""


UNSAID = frozenset({StatementState.WAITING, StatementState.CLEARED, StatementState.NEEDS_HUMAN})
"""Words that are still looked at: they are not out."""


@dataclass(frozen=True)
class Viewer:
    """One person looking at one incident at one moment."""

    office: Office
    person: Person
    seen: Snapshot
    register: Register
    relations: frozenset[Relation]
    now: datetime
    uncaptured: Mapping[str, str] = field(default_factory=dict)
    """Post → why its last capture failed."""
    unsettled: tuple[Settlement, ...] = ()
    """What waits for a person to say what is true."""
    led_to: tuple[str, ...] = ()
    """The incidents in which this one's public words are reported."""
    requests: tuple[InformationRequest, ...] = ()
    """Who has asked for what we hold of it."""
    if_asked: str | None = None
    """What is answered, only if asked."""

    def may(self, act: Act) -> bool:
        """Whether this person may do it."""
        return may(act, self.relations)

    def name(self, email: str) -> str:
        """How another is named to this person."""
        return shown_as(
            email,
            to=self.person,
            seen=self.seen,
            register=self.register,
            relations=self.relations,
        )

    @property
    def hears_only_that_security_leads(self) -> bool:
        """The line manager of a classified mistake: the reference, and nothing of its matter."""
        plan = plan_of(self.seen.incident)
        return (
            plan is not None
            and plan.manager_hears_only_that_security_leads
            and self.relations == {Relation.LINE_MANAGER}
        )


def viewer(tx: Transaction, office: Office, person: Person, reference: str) -> Viewer:
    """This person before this incident. Raises NotFoundError: hidden looks like absent."""
    try:
        seen = snapshot(tx, incident_by(tx, reference))
    except NoSuchIncidentError:
        raise NotFoundError(NO_INCIDENT) from None
    register, now = read_register(tx, office.settings), tx.now()
    related = relations(person, seen, register, now)
    if not may(Act.SEE, related):
        raise NotFoundError(NO_INCIDENT)
    why, unsettled = why_not_captured(tx, seen), settlements(tx, seen)
    linked = tuple(led_to(tx, reference))
    asked = requests_of(tx, seen.incident.id)
    line = line_if_asked(tx, office, seen) if may(Act.SEE_LINE, related) else None
    return Viewer(office, person, seen, register, related, now, why, unsettled, linked, asked, line)


def view(by: Viewer) -> IncidentShape:
    """The incident as this person may see it."""
    stands, incident = standing(by.seen), by.seen.incident
    whole = not by.hears_only_that_security_leads
    return IncidentShape(
        reference=incident.reference,
        state=stands.state,
        waiting_for=stands.waiting_for,
        waiting_for_label=WAIT_LABELS[stands.waiting_for] if stands.waiting_for else None,
        severity=incident.severity,
        kinds=[Kind(kind) for kind in incident.kinds] if whole else [],
        circumstances=[Circumstance(one) for one in incident.circumstances] if whole else [],
        language=incident.language,
        poster_known=incident.poster_known,
        poster=incident.poster_email if by.relations & NAMED_TO else None,
        opened_at=incident.opened_at,
        closed_at=incident.closed_at,
        you=sorted(by.relations),
        came_of=incident.came_of if whole else None,
        led_to=list(by.led_to) if whole else [],
        breach_due_at=breach_due_at(plan_of(incident), incident.opened_at) if whole else None,
        information_requests=[_request(by, one) for one in by.requests] if whole else [],
        if_asked=by.if_asked if whole else None,
        investigation_since=investigation_since(by.seen) if whole else None,
        outside=list(outside_of({Kind(kind) for kind in incident.kinds})) if whole else [],
        posts=[_post(by, post) for post in by.seen.posts] if whole else [],
        statements=[_statement(by, one) for one in by.seen.statements] if whole else [],
        words_on=[_words_on(by, one) for one in words_on_each(by.seen)] if whole else [],
        notices=[_notice(by, one) for one in by.seen.notices if whole or _is_yours(by, one)],
        clock=_clock(by),
        waits=list(_waits(by, stands)) if whole else [],
        retries=[_retry(by, one) for one in _retries(by)] if whole else [],
        settlements=[_settlement(by, one) for one in by.unsettled] if whole else [],
        steps=_steps(stands) if whole else [],
        plan=_plan(by) if whole else None,
        facts=_facts(by) if whole else None,
        reports=[_report(by, report) for report in by.seen.reports] if whole else [],
        decisions=list(_decisions(by)) if whole else [],
    )


def _request(by: Viewer, one: InformationRequest) -> InformationRequestShape:
    text = None
    if Relation.DTU in by.relations and one.text_sealed:
        sealed_at = place("information_request", one.id, "text")
        text = by.office.content.open_text(one.text_sealed, sealed_at)
    return InformationRequestShape(
        id=one.id,
        received_on=one.received,
        due_on=one.due,
        due_at=answer_due_at(one.due),
        noted_by=by.name(one.noted_by),
        noted_at=one.noted_at,
        answered_by=by.name(one.answered_by) if one.answered_by else None,
        answered_at=one.answered_at,
        text=text,
    )


def _post(by: Viewer, post: Post) -> PostShape:
    return PostShape(
        id=post.id,
        url=post.url,
        platform=post.platform,
        account=post.handle,
        ours=post.account_id is not None,
        state=post.state,
        seen_gone_by=post.seen_gone_by,
        attested_by=_attested_by(by, post),
        captured=post.id in by.seen.captures,
        reported_at=post.reported_at,
        deleted_at=post.deleted_at,
        verified_at=post.verified_at,
    )


def _attested_by(by: Viewer, post: Post) -> str | None:
    """On whose word it counts as gone, where nobody saw it."""
    if post.state != PostState.ATTESTED:
        return None
    said = [d for d in by.seen.decisions if d.target == post.id and d.withdrawn_at is None]
    gone = [d for d in said if d.choice in (Choice.GONE, Choice.NOT_THERE) and d.decided_by]
    last = max(gone, key=lambda one: one.decided_at or one.asked_at, default=None)
    return by.name(last.decided_by) if last and last.decided_by else None


def _statement(by: Viewer, statement: Statement) -> StatementShape:
    wording = wording_of(by.seen, statement)
    account = by.seen.accounts[statement.account_id]
    said = given(by.seen, statement)
    inspection = _inspected(by, statement)
    emails = {one.id: one.email for one in by.register.people}
    return StatementShape(
        id=statement.id,
        digest=wording.digest if wording else None,
        kind=statement.kind,
        state=statement.state,
        edits=statement.edits or None,
        restores=statement.restores or None,
        speaks_for=_speaks_for(by, statement),
        text=_words(by, wording),
        language=wording.language if wording else None,
        in_place_of=statement.in_place_of or None,
        language_note=_language_note(by, statement),
        platform=account.platform,
        account=account.handle,
        url=statement.url,
        author=by.name(wording.author) if wording and wording.author else None,
        cleared_by=[by.name(emails[one.person_id]) for one in said if one.approved],
        cleared_until=cleared_until(by.seen, statement)
        if may_run_out(by.seen, statement)
        else None,
        refused_by=[by.name(emails[one.person_id]) for one in said if not one.approved],
        words_due_at=statement.words_due_at,
        expires_at=statement.expires_at,
        replaced_by=_replaced_by(by, statement),
        published_at=statement.published_at,
        published_by_hand_by=by.name(statement.published_by) if statement.published_by else None,
        attested_by=by.name(statement.attested_by) if statement.attested_by else None,
        length=statement.length,
        longest=statement.longest,
        you_may_clear=may_clear_now(by, statement),
        taint_check=_taint_check(by),
        claims=[_claim(one) for one in inspection.claims],
        findings=[_finding(one) for one in inspection.found],
        difference=[ChangeShape(how=one.how, text=one.text) for one in _difference(by, statement)],
    )


def _language_note(by: Viewer, statement: Statement) -> str | None:
    """What a reader must know of the language of the words."""
    if statement.in_place_of:
        return in_place_of(statement.in_place_of)
    wording = wording_of(by.seen, statement)
    if statement.state != StatementState.WAITING or wording is None or wording.template is None:
        return None
    why = why_not_agreed(wording.language, by.now.date())
    return not_agreed(wording.language, why) if why else None


def _replaced_by(by: Viewer, statement: Statement) -> str | None:
    after = replaced_by(by.seen, statement) if is_ahead(statement) else None
    return after.id if after else None


def _difference(by: Viewer, statement: Statement) -> tuple[Change, ...]:
    """What the words put right, for those who may read the facts."""
    if not by.may(Act.SEE_FACTS):
        return ()
    return difference(by.office, by.seen, statement)


def _inspected(by: Viewer, statement: Statement) -> Inspection:
    """What is found in words that are not out yet."""
    wording = wording_of(by.seen, statement)
    if wording is None or statement.state not in UNSAID:
        return NOTHING_FOUND
    return inspect_words(by.office, by.seen, statement, wording, by.register)


def _claim(one: ClaimFound) -> ClaimShape:
    return ClaimShape(
        claim=one.claim,
        says=one.says,
        how=one.how,
        sentences=[sentence.number for sentence in one.where],
        why_not=one.why_not,
        asked=one.asked,
    )


def _taint_check(by: Viewer) -> TaintCheckShape | None:
    """What a clearer must know of the check that the words have passed, and of its limits."""
    if not is_withheld(by.seen.incident):
        return None
    held, missing = against(by.seen), gaps(by.seen)
    said = [label("held_against", one) for one in held]
    return TaintCheckShape(
        against=list(held),
        gaps=list(missing),
        sentence=" ".join(
            [f"The words were held against: {', '.join(said)}."]
            + [label("gap", one) for one in missing]
        ),
    )


def _speaks_for(by: Viewer, statement: Statement) -> str | None:
    carried = by.seen.accounts.get(statement.speaks_for or "")
    return carried.handle if carried else None


def _words(by: Viewer, wording: Wording | None) -> str | None:
    if wording is None:
        return None
    sealed_at = place("wording", wording.id, "text")
    return by.office.content.open_text(wording.text_sealed, sealed_at)


def may_clear_now(by: Viewer, statement: Statement) -> bool:
    """Whether these words wait for this very person's yes or no."""
    if statement.state != StatementState.WAITING:
        return False
    if any(one.person_id == by.person.id for one in given(by.seen, statement)):
        return False
    groups = groups_for(by.seen, statement, by.register, by.now)
    return any(by.person.email == one.email for group in groups for one in group.people)


def _finding(one: Found) -> FindingShape:
    return FindingShape(
        finding=one.finding,
        then=finding_row(one.finding).sort,
        sentence=sentence_of(one),
        start=one.start,
        end=one.end,
        instead=list(one.instead),
    )


def _words_on(by: Viewer, one: WordsOn) -> WordsOnShape:
    account = by.seen.accounts[one.account_id]
    elsewhere = one.statement is not None and one.statement.account_id != one.account_id
    return WordsOnShape(
        platform=account.platform,
        account=account.handle,
        carries=one.carries,
        statement=one.statement.id if one.statement else None,
        said_on=by.seen.accounts[one.statement.account_id].handle
        if one.statement and elsewhere
        else None,
        waived_by=by.name(one.let_go.decided_by) if one.let_go and one.let_go.decided_by else None,
        reason=_text_of(by, one.let_go) if one.let_go else None,
    )


def _ring(by: Viewer, notice: Notice) -> RingShape | None:
    """For the DTU: no carrier makes calls, so a person does."""
    person = by.register.person(notice.to_address)
    if Relation.DTU not in by.relations or person is None:
        return None
    given_up = any(
        one.template == "unanswered" and one.follows == notice.id for one in by.seen.notices
    )
    failed = notice.state == NoticeState.FAILED
    waits = given_up and notice.id not in by.seen.acknowledgements and _is_chased(by, notice)
    return RingShape(name=person.name, phone=person.phone) if failed or waits else None


def _is_chased(by: Viewer, notice: Notice) -> bool:
    """Whether nobody has answered for it yet."""
    return any(one.notice_id == notice.id and one.ended_at is None for one in by.seen.escalations)


def _notice(by: Viewer, notice: Notice) -> NoticeShape:
    acknowledged = by.seen.acknowledgements.get(notice.id)
    return NoticeShape(
        id=notice.id,
        to_role=notice.to_role,
        by=notice.by,
        state=notice.state,
        delivery=notice.delivery,
        ring=_ring(by, notice),
        sent_at=notice.sent_at,
        acknowledged_at=acknowledged.given_at if acknowledged else None,
        yours=_is_yours(by, notice),
    )


def _is_yours(by: Viewer, notice: Notice) -> bool:
    shared = notice.to_role == Role.DTU and Relation.DTU in by.relations
    return notice.state in LEFT_US and (notice.to_address == by.person.email or shared)


def _clock(by: Viewer) -> ClockShape:
    incident = by.seen.incident
    deleted = [p for p in by.seen.posts if p.state != PostState.KEPT]
    spoken = [
        s
        for s in by.seen.statements
        if s.state != StatementState.WITHDRAWN and not s.restores and not is_ahead(s)
    ]
    return ClockShape(
        seconds_since_report=_seconds(incident.opened_at, incident.closed_at or by.now) or 0.0,
        seconds_to_delete=_last(
            incident.opened_at,
            [(p.deleted_at or p.verified_at) if p.verified_at else None for p in deleted],
        ),
        seconds_to_words=_last(incident.opened_at, [s.published_at for s in spoken]),
    )


def _last(since: datetime, times: list[datetime | None]) -> float | None:
    """Seconds to the last of them; None while one is missing, or where there are none."""
    reached = [one for one in times if one is not None]
    return _seconds(since, max(reached)) if reached and len(reached) == len(times) else None


def _seconds(since: datetime, until: datetime) -> float:
    return round(max((until - since).total_seconds(), 0.0), 3)


def _waits(by: Viewer, stands: Standing) -> Iterator[WaitShape]:
    for waiting in stands.waits:
        question = _question(by, waiting)
        yield WaitShape(
            waiting_for=waiting.wait,
            label=_label(by, waiting, question),
            target=waiting.target,
            decision=question.type if question else None,
            asked_of=list(waiting.asked_of),
            since=waiting.since,
            due_at=waiting.due_at,
            because=question.because if question else None,
            because_label=_because(question),
            you_may_answer=_may_answer(by, waiting, question),
        )


def _label(by: Viewer, waiting: Waiting, question: Decision | None) -> str:
    by_hand = question is not None and question.type == DecisionType.SETTLE
    words = next((one for one in by.seen.statements if one.id == waiting.target), None)
    if by_hand and words is not None:
        return EDIT_BY_HAND if words.edits else PUBLISH_BY_HAND
    if words is not None and question is not None and question.type == DecisionType.CONFIRM:
        return LOOK_AT_WORDS
    return WAIT_LABELS[waiting.wait]


def _because(question: Decision | None) -> str | None:
    return label("because", question.because) if question and question.because else None


def _retries(by: Viewer) -> tuple[Retry, ...]:
    return retries(by.seen, by.uncaptured, by.now)


def _retry(by: Viewer, one: Retry) -> RetryShape:
    account = one.account
    held_by = by.name(account.held_by) if account and account.held_by else ""
    return RetryShape(
        what=one.of,
        target=one.target,
        platform=account.platform if account else None,
        account=account.handle if account else None,
        to_role=one.to_role,
        state=one.state,
        code=reason(one.code).retry,
        sentence=retry_sentence(one, by.now, held_by=held_by),
        tries=one.tries,
        next_at=one.next_at,
    )


def _settlement(by: Viewer, one: Settlement) -> SettlementShape:
    account = by.seen.accounts.get(_account_of(one) or "")
    other = account.platform if account else MAIL
    question = one.question
    return SettlementShape(
        of=one.of,
        target=question.target,
        platform=account.platform if account else None,
        account=account.handle if account else None,
        to_role=one.notice.to_role if one.notice else None,
        text=_words(by, one.wording),
        url=one.post.url if one.post else None,
        asked_at=question.asked_at,
        due_at=question.due_at,
        because_label=_because(question),
        attempts=[_attempt(attempt, other) for attempt in one.attempts],
        looks=[_look(one.of, look, other) for look in one.looks],
        answers=[
            AnswerShape(
                choice=choice,
                needs_link=choice == Choice.THERE and one.of == SettleOf.BY_HAND,
                sentence=answer_sentence(one.of, choice),
            )
            for choice in (Choice.THERE, Choice.NOT_THERE)
        ],
        you_may_answer=answers(by, question),
    )


def _account_of(one: Settlement) -> str | None:
    about = one.statement or one.post
    return about.account_id if about else None


def _attempt(attempt: Attempt, other: str) -> AttemptShape:
    ended = attempt.ended_at is not None
    return AttemptShape(
        at=attempt.started_at,
        ended_at=attempt.ended_at,
        outcome=attempt.outcome,
        sentence=attempt_sentence(
            attempt.outcome, ended=ended, code=attempt.code or "", other=other
        ),
    )


def _look(of: SettleOf, look: Look, other: str) -> LookShape:
    return LookShape(
        first_at=look.first_at,
        last_at=look.last_at,
        times=look.times,
        saw=look.saw,
        sentence=look_sentence(of, look, other),
    )


def _question(by: Viewer, waiting: Waiting) -> Decision | None:
    return next(
        (
            question
            for question in by.seen.open_decisions()
            if DECISION_WAITS.get(question.type) == waiting.wait
            and question.target == waiting.target
        ),
        None,
    )


def _may_answer(by: Viewer, waiting: Waiting, question: Decision | None) -> bool:
    if waiting.wait == Wait.CLEARANCE:
        return any(s.id == waiting.target and may_clear_now(by, s) for s in by.seen.statements)
    if question is None:
        return waiting.wait == Wait.CLOSING and by.may(Act.CLOSE)
    return answers(by, question)


def _steps(stands: Standing) -> list[StepShape]:
    return [
        StepShape(
            step=one.step, state=one.state, waiting_for=one.waits[0].wait if one.waits else None
        )
        for one in stands.steps
    ]


def _plan(by: Viewer) -> PlanShape | None:
    plan = plan_of(by.seen.incident)
    if plan is None:
        return None
    return PlanShape(
        severity=plan.severity,
        delete=plan.delete,
        correct_first=plan.correct_first,
        secure_first=plan.secure_first,
        statement=plan.statement,
        correction=plan.correction,
        clearance=plan.clearance.mode,
        words_due_minutes=plan.words_due,
        tier=plan.tier,
        sources=list(plan.sources),
        table_digest=plan.table_digest,
    )


def _facts(by: Viewer) -> FactsShape | None:
    incident = by.seen.incident
    if incident.facts_sealed is None or not by.may(Act.SEE_FACTS):
        return None
    sealed_at = place("incident", incident.id, "facts")
    told = json.loads(by.office.content.open_text(incident.facts_sealed, sealed_at))
    return FactsShape(
        wrong=told.get("wrong"), right=told.get("right"), source_url=told.get("source_url")
    )


def _report(by: Viewer, report: Report) -> ReportShape:
    emails = {one.id: one.email for one in by.register.people}
    to_dtu = by.may(Act.SEE_REPORTERS)
    note = None
    if to_dtu and report.note_sealed:
        note = by.office.content.open_text(report.note_sealed, place("report", report.id, "note"))
    return ReportShape(
        reported_at=report.made_at,
        times=report.times,
        reporter=emails.get(report.reporter_id) if to_dtu else None,
        note=note,
    )


def _decisions(by: Viewer) -> Iterator[DecisionShape]:
    for one in by.seen.decisions:
        if one.choice is None or one.decided_by is None or one.decided_at is None:
            continue
        yield DecisionShape(
            type=one.type,
            target=one.target,
            choice=one.choice,
            by=by.name(one.decided_by),
            at=one.decided_at,
            text=_text_of(by, one),
            line=one.line,
            withdrawn_at=one.withdrawn_at,
        )


def _text_of(by: Viewer, one: Decision) -> str | None:
    """What the person wrote, for those who may read it."""
    readable = Relation.DTU in by.relations or one.type == DecisionType.ADVISE
    if not readable or not one.text_sealed:
        return None
    return by.office.content.open_text(one.text_sealed, place("decision", one.id, "text"))
