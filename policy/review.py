"""A case as a machine: who may do what with it, when, and what it is afterwards; all of it pure.

Investigator, decider and appeal hearer are different people, and nobody whom the incident keeps
out is one of them: that is looked at when somebody is named, and again whenever they read or act.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from models.review import (
    AppealOutcome,
    Case,
    CaseMove,
    CaseOutcome,
    CaseState,
    Condition,
    Glass,
    Hand,
    Holding,
    Paper,
    PaperKind,
    Part,
)
from models.words import Employer
from policy.routes import Way, route_of

S, M, P = CaseState, CaseMove, Part

LONGEST_LINE = 200
"""Characters of a rule, and of a companion's name."""

GLASS_LASTS = timedelta(hours=1)
"""How long whoever broke the glass may read."""


class NotDone(StrEnum):
    """Why a move cannot be made."""

    NOT_NOW = "not-now"
    NOT_YOURS = "not-yours"
    WRONG_ROUTE = "wrong-route"
    NO_SUBJECT = "no-subject"
    CONFLICTED = "conflicted"
    SAME_PERSON = "same-person"
    NOT_STAFF = "not-staff"
    NO_EVIDENCE = "no-evidence"
    TOO_EARLY = "too-early"
    NEEDS_MEETING = "needs-meeting"
    KEPT = "kept"
    NOT_HR = "not-hr"
    NEEDS_TEXT = "needs-text"
    NEEDS_CHOICE = "needs-choice"
    NOT_ONE_LINE = "not-one-line"
    TOO_LONG = "too-long"


class NotDoneError(Exception):
    """The move was not made. ``why`` is the code."""

    def __init__(self, why: NotDone) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True)
class Request:
    """What somebody wants to do. ``free`` says that nothing in the incident keeps ``person`` out,
    and ``staff`` that the register knows them; ``unknown`` that nobody knows who posted. All are
    read when the request is made."""

    move: CaseMove
    by: str
    now: datetime
    text: str = ""
    rule: str = ""
    about: str = ""
    health: str = ""
    person: str | None = None
    free: bool = True
    staff: bool = True
    hr: bool = False
    vacant: bool = True
    unknown: bool = False
    hand: Hand | None = None
    outcome: CaseOutcome | None = None
    appeal_outcome: AppealOutcome | None = None
    at: datetime | None = None
    longest: datetime | None = None
    condition: Condition | None = None


@dataclass(frozen=True)
class _Rule:
    """From which states a move may be made, by whom, and where it leads (None: nowhere)."""

    states: frozenset[CaseState]
    by: frozenset[Part]
    to: CaseState | None = None


def _rule(states: Iterable[CaseState], by: Iterable[Part], to: CaseState | None = None) -> _Rule:
    return _Rule(frozenset(states), frozenset(by), to)


UNDER_WAY = tuple(
    state for state in S if state not in (S.CONSIDERING, S.NOT_REFERRED, S.HANDED_OVER, S.CLOSED)
)
UNTOLD = (S.REFERRED, S.ASSIGNED)
"""States of a case under way of which nobody has been told: it may be that nobody knows whom."""

BEFORE_DECISION = (S.REFERRED, S.ASSIGNED, S.TOLD, S.ANSWERED, S.REPORTED, S.CALLED, S.MET)

RULES: dict[CaseMove, _Rule] = {
    M.CONSIDER: _rule({S.CONSIDERING}, {P.HR}),
    M.REFER: _rule({S.CONSIDERING}, {P.HR}, S.REFERRED),
    M.DO_NOT_REFER: _rule({S.CONSIDERING}, {P.HR}, S.NOT_REFERRED),
    M.HAND_OVER: _rule({S.CONSIDERING, *UNTOLD}, {P.HR}, S.HANDED_OVER),
    M.TAKE: _rule(UNDER_WAY, {P.HR}),
    M.ASSIGN: _rule(UNDER_WAY, {P.COORDINATOR}),
    M.ADD_EVIDENCE: _rule({S.ASSIGNED}, {P.INVESTIGATOR}),
    M.TELL: _rule({S.ASSIGNED}, {P.COORDINATOR, P.INVESTIGATOR}, S.TOLD),
    M.ANSWER: _rule({S.TOLD}, {P.SUBJECT}, S.ANSWERED),
    M.GO_ON: _rule({S.TOLD}, {P.COORDINATOR, P.INVESTIGATOR}, S.ANSWERED),
    M.NAME_COMPANION: _rule(
        {S.TOLD, S.ANSWERED, S.REPORTED, S.CALLED, S.OUTCOME_TOLD, S.APPEALED}, {P.SUBJECT}
    ),
    M.REPORT: _rule({S.ANSWERED}, {P.INVESTIGATOR}, S.REPORTED),
    M.CALL: _rule({S.REPORTED, S.CALLED}, {P.DECIDER}, S.CALLED),
    M.MEET: _rule({S.CALLED}, {P.DECIDER}, S.MET),
    M.DECIDE: _rule({S.REPORTED, S.MET}, {P.DECIDER}, S.DECIDED),
    M.TELL_OUTCOME: _rule({S.DECIDED}, {P.COORDINATOR, P.DECIDER}, S.OUTCOME_TOLD),
    M.APPEAL: _rule({S.OUTCOME_TOLD}, {P.SUBJECT}, S.APPEALED),
    M.HEAR: _rule({S.APPEALED}, {P.APPEAL_HEARER}, S.HEARD),
    M.CLOSE: _rule({*UNTOLD, S.OUTCOME_TOLD, S.HEARD}, {P.COORDINATOR}, S.CLOSED),
    M.SUSPEND: _rule(BEFORE_DECISION, {P.COORDINATOR}),
    M.REVIEW_SUSPENSION: _rule(UNDER_WAY, {P.COORDINATOR}),
    M.KEEP: _rule(tuple(S), {P.HR, P.COORDINATOR}),
    M.RELEASE: _rule(tuple(S), {P.HR, P.COORDINATOR}),
    M.ASK_GLASS: _rule(tuple(S), {P.OUTSIDE}),
    M.AGREE_GLASS: _rule(tuple(S), {P.OUTSIDE}),
    M.END_GLASS: _rule(tuple(S), {P.HR, P.COORDINATOR}),
}
"""The whole machine: what is not here cannot be done."""

MAY_BE_NAMED: dict[Hand, tuple[CaseState, ...]] = {
    Hand.COORDINATOR: UNDER_WAY,  # handed on; where nobody keeps it, whoever of HR takes it
    Hand.INVESTIGATOR: (S.REFERRED, S.ASSIGNED, S.TOLD, S.ANSWERED),
    Hand.DECIDER: BEFORE_DECISION,
    Hand.APPEAL_HEARER: UNDER_WAY[:-1],
}
"""Until when somebody may be named for a hand, or another person in their place."""

TEXTLESS = frozenset({M.TAKE, M.TELL, M.TELL_OUTCOME, M.CLOSE, M.GO_ON, M.AGREE_GLASS, M.END_GLASS})
"""Moves for which nobody has to write anything."""


def parts_in(
    case: Case, email: str, *, is_hr: bool, is_free: bool, may_break_glass: bool, now: datetime
) -> frozenset[Part]:
    """Every part that this person has in the case now: relation, assignment and no conflict.

    The subject has one part, and has it only once they were told; whoever is kept out has none,
    whatever they were named for before.
    """
    if email == case.subject:
        return frozenset({P.SUBJECT} if case.told_at or case.suspended_at else ())
    if not is_free:
        return frozenset()
    found = {Part(one.hand.value) for one in case.holdings if _holds(one, email)}
    found |= {P.HR} if is_hr else set()
    found |= {P.GLASS} if any(_is_broken(one, email, now) for one in case.glass) else set()
    found |= {P.OUTSIDE} if may_break_glass and not found else set()
    return frozenset(found)


def may_read(parts: Collection[Part]) -> bool:
    """Whether somebody with these parts may know that there is a case."""
    return bool(set(parts) - {P.OUTSIDE})


def reads_papers(parts: Collection[Part]) -> bool:
    """Whether they read what is in it: those who work it, and nobody else of HR."""
    return bool(set(parts) - {P.OUTSIDE, P.HR, P.SUBJECT})


def moves_of(case: Case, parts: Collection[Part]) -> tuple[CaseMove, ...]:
    """What they may try now."""
    return tuple(
        move for move, rule in RULES.items() if _fits(case, move) and not rule.by.isdisjoint(parts)
    )


def _fits(case: Case, move: CaseMove) -> bool:
    """Whether the case stands so. It ends before anybody was told where nobody is found whose post
    it was, or where whoever is found is employed elsewhere (lines 54, 126)."""
    if case.state not in RULES[move].states:
        return False
    if move is M.END_GLASS:
        return bool(case.glass)
    if case.state in UNTOLD and move is M.CLOSE:
        return case.subject is None
    if case.state in UNTOLD and move is M.HAND_OVER:
        return _goes(case.route, Way.HAND_OVER)
    return True


def take(case: Case, request: Request, parts: Collection[Part]) -> Case:
    """The case after this move. Raises NotDoneError."""
    rule = RULES[request.move]
    if rule.by.isdisjoint(parts):
        raise NotDoneError(NotDone.NOT_YOURS)
    if not _fits(case, request.move):
        raise NotDoneError(NotDone.NOT_NOW)
    if request.move not in TEXTLESS and not request.text.strip():
        raise NotDoneError(NotDone.NEEDS_TEXT)
    taken = TAKEN.get(request.move, _with_nothing_more)(case, request)
    if rule.to is None or rule.to is taken.state:
        return taken
    return replace(taken, state=rule.to, since=request.now)


def _with_nothing_more(case: Case, request: Request) -> Case:
    return case


def _noted(kind: PaperKind) -> Callable[[Case, Request], Case]:
    """What is written becomes a paper of the case."""

    def note(case: Case, request: Request) -> Case:
        return _with_paper(case, request, kind, request.text)

    return note


def _with_paper(case: Case, request: Request, kind: PaperKind, text: str) -> Case:
    paper = Paper(kind, request.by, request.now, text, request.about)
    return replace(case, papers=(*case.papers, paper))


def _refer(case: Case, request: Request) -> Case:
    if not request.rule.strip():
        raise NotDoneError(NotDone.NEEDS_CHOICE)
    _require_one_line(request.rule)
    if request.move is M.REFER and not (request.unknown and case.subject is None):
        _require_subject_here(case)
    if request.move is M.HAND_OVER:
        _require_route(case.route, Way.HAND_OVER)
    if case.state in UNTOLD:  # who referred a person unknown stays who referred
        return replace(case, reason=request.text)
    return replace(
        case,
        rule=request.rule,
        reason=request.text,
        referred_by=request.by,
        referred_at=request.now,
        condition=request.condition,
    )


def _require_route(route: Employer | None, way: Way) -> None:
    if not _goes(route, way):
        raise NotDoneError(NotDone.WRONG_ROUTE)


def _goes(route: Employer | None, way: Way) -> bool:
    return route is not None and route_of(route).way is way


def _require_subject_here(case: Case) -> None:
    """A person who is known, and whose case is the department's own."""
    _require_subject(case)
    _require_route(case.route, Way.CASE)


def _require_one_line(text: str) -> None:
    """What stands in the department's own sentences, unquoted, may not look like more of them."""
    if len(text) > LONGEST_LINE or len(text.strip().splitlines()) > 1:
        raise NotDoneError(NotDone.NOT_ONE_LINE)


def _require_subject(case: Case) -> None:
    if case.subject is None:
        raise NotDoneError(NotDone.NO_SUBJECT)


def _take_over(case: Case, request: Request) -> Case:
    """A case that somebody keeps is theirs to hand on: HR does not read it by taking it away."""
    if not request.vacant:
        raise NotDoneError(NotDone.KEPT)
    return _name(case, Hand.COORDINATOR, request.by, request.now)


def _assign(case: Case, request: Request) -> Case:
    if request.hand is None or request.person is None:
        raise NotDoneError(NotDone.NEEDS_CHOICE)
    if case.state not in MAY_BE_NAMED[request.hand]:
        raise NotDoneError(NotDone.NOT_NOW)
    if not request.staff:
        raise NotDoneError(NotDone.NOT_STAFF)
    if request.hand is Hand.COORDINATOR and not request.hr:
        raise NotDoneError(NotDone.NOT_HR)
    judges = request.hand in (Hand.DECIDER, Hand.APPEAL_HEARER)
    if judges and request.person in {case.referred_by, *_of_glass(case)}:
        raise NotDoneError(NotDone.SAME_PERSON)
    named = _name(case, request.hand, request.person, request.now)
    if not request.free or request.person == case.subject:  # last: it is what the incident says
        raise NotDoneError(NotDone.CONFLICTED)
    if request.hand is Hand.INVESTIGATOR and case.state is S.REFERRED:
        return replace(named, state=S.ASSIGNED, since=request.now)
    return named


def _of_glass(case: Case) -> set[str | None]:
    """Who asked to read it in an emergency, and who agreed: they have made up their minds."""
    return {who for one in case.glass for who in (one.asked_by, one.agreed_by)}


def _name(case: Case, hand: Hand, person: str, now: datetime) -> Case:
    """Nobody is ever two hands of one case, not even one after the other."""
    if any(one.person == person and one.hand is not hand for one in case.holdings):
        raise NotDoneError(NotDone.SAME_PERSON)
    if case.holder(hand) == person:
        raise NotDoneError(NotDone.NOT_NOW)
    before = tuple(
        replace(one, ended_at=now) if one.hand is hand and one.ended_at is None else one
        for one in case.holdings
    )
    return replace(case, holdings=(*before, Holding(hand, person, now)))


def _tell(case: Case, request: Request) -> Case:
    _require_subject_here(case)
    if not case.papers_of(PaperKind.EVIDENCE):
        raise NotDoneError(NotDone.NO_EVIDENCE)
    return replace(case, told_at=request.now)


def _answer(case: Case, request: Request) -> Case:
    answered = _with_paper(case, request, PaperKind.ANSWER, request.text)
    if request.health.strip():
        return _with_paper(answered, request, PaperKind.HEALTH, request.health)
    return answered


def _go_on(case: Case, request: Request) -> Case:
    if case.due_at is None or request.now < case.due_at:
        raise NotDoneError(NotDone.TOO_EARLY)
    return case


def _name_companion(case: Case, request: Request) -> Case:
    _require_one_line(request.text)
    return replace(case, companion=request.text)


def _call(case: Case, request: Request) -> Case:
    if request.at is None:
        raise NotDoneError(NotDone.NEEDS_CHOICE)
    if request.at <= request.now + timedelta(days=2):
        raise NotDoneError(NotDone.TOO_EARLY)
    return replace(case, meeting_at=request.at)


def _meet(case: Case, request: Request) -> Case:
    if case.meeting_at is None or request.now < case.meeting_at:
        raise NotDoneError(NotDone.TOO_EARLY)
    return _with_paper(case, request, PaperKind.MEETING_NOTE, request.text)


def _decide(case: Case, request: Request) -> Case:
    if request.outcome is None:
        raise NotDoneError(NotDone.NEEDS_CHOICE)
    if case.state is not S.MET and request.outcome is not CaseOutcome.NO_CASE:
        raise NotDoneError(NotDone.NEEDS_MEETING)
    decided = _with_paper(case, request, PaperKind.FINDING, request.text)
    return replace(decided, outcome=request.outcome)


def _hear(case: Case, request: Request) -> Case:
    if request.appeal_outcome is None:
        raise NotDoneError(NotDone.NEEDS_CHOICE)
    return replace(case, appeal_outcome=request.appeal_outcome)


def _close(case: Case, request: Request) -> Case:
    if case.state is S.OUTCOME_TOLD and (case.due_at is None or request.now < case.due_at):
        raise NotDoneError(NotDone.TOO_EARLY)
    return replace(case, suspended_until=None)


def _suspend(case: Case, request: Request) -> Case:
    _require_subject_here(case)
    if case.suspended_until is not None:
        raise NotDoneError(NotDone.NOT_NOW)
    return replace(_until(case, request), suspended_at=request.now, suspension_reminded=0)


def _review_suspension(case: Case, request: Request) -> Case:
    """Lifted where no new end is given; else it lasts until that one."""
    if case.suspended_until is None:
        raise NotDoneError(NotDone.NOT_NOW)
    if request.at is None:
        return replace(case, suspended_until=None)
    return replace(_until(case, request), suspended_at=request.now, suspension_reminded=0)


def _until(case: Case, request: Request) -> Case:
    if request.at is None:
        raise NotDoneError(NotDone.NEEDS_CHOICE)
    if request.at <= request.now:
        raise NotDoneError(NotDone.TOO_EARLY)
    if request.longest is None or request.at > request.longest:
        raise NotDoneError(NotDone.TOO_LONG)
    return replace(case, suspended_until=request.at)


def _keep(case: Case, request: Request) -> Case:
    return replace(case, kept_because=request.text)


def _release(case: Case, request: Request) -> Case:
    if case.kept_because is None:
        raise NotDoneError(NotDone.NOT_NOW)
    return replace(case, kept_because=None, released_at=request.now)


def _ask_glass(case: Case, request: Request) -> Case:
    return replace(case, glass=(*case.glass, Glass(request.by, request.text, request.now)))


def _agree_glass(case: Case, request: Request) -> Case:
    """Another person than the one who asked; what was asked longer ago is past."""
    waiting = [one for one in case.glass if one.agreed_by is None and one.until is None]
    fresh = [one for one in waiting if request.now - one.asked_at <= GLASS_LASTS]
    asked = next((one for one in fresh if one.asked_by == request.person), None)
    if asked is None:
        raise NotDoneError(NotDone.NOT_NOW)
    if asked.asked_by == request.by:
        raise NotDoneError(NotDone.SAME_PERSON)
    broken = replace(asked, agreed_by=request.by, until=request.now + GLASS_LASTS)
    return replace(case, glass=tuple(broken if one is asked else one for one in case.glass))


def _end_glass(case: Case, request: Request) -> Case:
    """Whoever reads reads no more, and what was asked cannot be agreed to."""
    ended = tuple(
        replace(one, until=request.now) if one.until is None or one.until > request.now else one
        for one in case.glass
    )
    if ended == case.glass:
        raise NotDoneError(NotDone.NOT_NOW)
    return replace(case, glass=ended)


def glass_until(case: Case, now: datetime) -> datetime | None:
    """Until when somebody reads who broke the glass; None while nobody does."""
    open_ = [one.until for one in case.glass if one.agreed_by and one.until and one.until > now]
    return max(open_, default=None)


TAKEN: dict[CaseMove, Callable[[Case, Request], Case]] = {
    M.CONSIDER: _noted(PaperKind.FAIRNESS),
    M.REFER: _refer,
    M.DO_NOT_REFER: _refer,
    M.HAND_OVER: _refer,
    M.TAKE: _take_over,
    M.ASSIGN: _assign,
    M.ADD_EVIDENCE: _noted(PaperKind.EVIDENCE),
    M.TELL: _tell,
    M.ANSWER: _answer,
    M.GO_ON: _go_on,
    M.NAME_COMPANION: _name_companion,
    M.REPORT: _noted(PaperKind.REPORT),
    M.CALL: _call,
    M.MEET: _meet,
    M.DECIDE: _decide,
    M.APPEAL: _noted(PaperKind.APPEAL),
    M.HEAR: _hear,
    M.CLOSE: _close,
    M.SUSPEND: _suspend,
    M.REVIEW_SUSPENSION: _review_suspension,
    M.KEEP: _keep,
    M.RELEASE: _release,
    M.ASK_GLASS: _ask_glass,
    M.AGREE_GLASS: _agree_glass,
    M.END_GLASS: _end_glass,
}


def _holds(one: Holding, email: str) -> bool:
    return one.person == email and one.ended_at is None


def _is_broken(one: Glass, email: str, now: datetime) -> bool:
    agreed = one.asked_by == email and one.agreed_by is not None
    return agreed and one.until is not None and now < one.until
