"""A case and its people as one machine: every move that the code allows, against its promises."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from exhaustive import Move

from models.review import (
    AppealOutcome,
    Case,
    CaseMove,
    CaseOutcome,
    CaseState,
    Hand,
    PaperKind,
    Part,
)
from models.words import Employer
from policy import review
from policy.review import NotDone, NotDoneError, Request

EARLY = datetime(2026, 6, 1, 9, tzinfo=UTC)
MEETING = EARLY + timedelta(days=5)
DUE = EARLY + timedelta(days=10)
LATE = EARLY + timedelta(days=20)

SUB, HAL, IDA, IVY, DAN, PAT, LEX, LOU, TIM, ZOE = (
    "sub", "hal", "ida", "ivy", "dan", "pat", "lex", "lou", "tim", "zoe"
)  # fmt: skip
EVERYBODY = (SUB, HAL, IDA, IVY, DAN, PAT, LEX, LOU, TIM, ZOE)
HR = frozenset({HAL, IDA})
BREAKERS = frozenset({LEX, LOU})
MANY = {
    Hand.INVESTIGATOR: (IVY, DAN),
    Hand.DECIDER: (DAN, TIM),
    Hand.APPEAL_HEARER: (PAT, HAL),
}
"""Few enough to search them all; some for more than one hand, and for each hand one who is free."""

FEW = {Hand.INVESTIGATOR: (IVY,), Hand.DECIDER: (DAN,), Hand.APPEAL_HEARER: (PAT,)}
SPARE = {Hand.INVESTIGATOR: (IVY, TIM), Hand.DECIDER: (DAN, ZOE), Hand.APPEAL_HEARER: (PAT,)}
"""With one more, for when one of them turns out to have to do with the incident."""

ASIDE = frozenset(
    {
        CaseMove.CONSIDER, CaseMove.NAME_COMPANION, CaseMove.SUSPEND, CaseMove.REVIEW_SUSPENSION,
        CaseMove.ASK_GLASS, CaseMove.AGREE_GLASS, CaseMove.END_GLASS, CaseMove.KEEP,
        CaseMove.RELEASE,
    }
)  # fmt: skip
"""Moves that lead to no other state: searched with few people, since they multiply the worlds."""

HERE = frozenset({CaseMove.TELL, CaseMove.SUSPEND})
"""What the department does to its own people alone."""

SUBJECTS = frozenset({CaseMove.ANSWER, CaseMove.NAME_COMPANION, CaseMove.APPEAL})


@dataclass(frozen=True)
class World:
    """A case, whether its deadlines have passed, and who was found to have to do with it."""

    case: Case
    late: bool = False
    kept_out: str | None = None

    @property
    def now(self) -> datetime:
        return LATE if self.late else EARLY

    def parts(self, who: str) -> frozenset[Part]:
        """As the code works them out."""
        return review.parts_in(
            self.case,
            who,
            is_hr=who in HR,
            is_free=who not in (self.kept_out, SUB),
            may_break_glass=who in BREAKERS,
            now=self.now,
        )


def start(route: Employer | None = Employer.FCO, subject: str | None = SUB) -> World:
    """A case that is considered."""
    return World(Case("incident", "AM-1", EARLY, EARLY, subject=subject, route=route))


class ReviewMachine:
    """All moves of everybody in a world. ``refused`` collects every reason that was met."""

    def __init__(
        self,
        *,
        people: dict[Hand, tuple[str, ...]],
        aside: frozenset[CaseMove] = frozenset(),
        conflicts: bool = False,
    ) -> None:
        self.people, self.conflicts = people, conflicts
        self.moves = [move for move in CaseMove if move not in ASIDE or move in aside]
        self.seen = 0
        self.refused: set[NotDone] = set()
        self.made: set[CaseMove] = set()

    def __call__(self, world: World) -> Iterator[Move[World]]:
        """All that may happen next. In some worlds everybody tries everything; in the others what
        the case itself says is theirs, which is quicker."""
        self.seen += 1
        whole = self.seen % 40 == 1
        wrong = self._who_reads(world)
        if wrong:
            yield Move("somebody reads", world, wrong)
        if not world.late:
            yield Move("time passes", replace(world, late=True))
        elif not world.case.is_over:
            # A new deadline begins with each state: time starts over.
            yield Move("time starts over", replace(world, late=False))
        if world.case.subject is None and not world.case.is_over:
            for route in (Employer.FCO, Employer.FCO_SERVICES):
                known = replace(world.case, subject=SUB, route=route)
                yield Move("it is known who posted", replace(world, case=known))
        if self.conflicts and world.kept_out is None:
            for who in (IVY, DAN, HAL):
                yield Move(f"{who} has to do with it", replace(world, kept_out=who))
        for who in EVERYBODY:
            parts = world.parts(who)
            mine = self.moves if whole else review.moves_of(world.case, parts)
            for move in mine:
                if move in self.moves:
                    yield from self._moves(world, who, parts, move)

    def _moves(
        self, world: World, who: str, parts: frozenset[Part], move: CaseMove
    ) -> Iterator[Move[World]]:
        for request in self._requests(world, who, move):
            try:
                taken = review.take(world.case, request, parts)
            except NotDoneError as error:
                self.refused.add(error.why)
                continue
            self.made.add(move)
            after = replace(world, case=_plain(taken))
            said = f"{who} {move} {request.hand or ''} {request.person or ''}".strip()
            yield Move(said, after, self._wrong(world, after, request))

    def _requests(self, world: World, who: str, move: CaseMove) -> Iterator[Request]:
        case, plain = world.case, Request(move, who, world.now, text="words", rule="54")
        match move:
            case CaseMove.CONSIDER if case.papers_of(PaperKind.FAIRNESS):
                return
            case CaseMove.NAME_COMPANION if case.companion:
                return
            case CaseMove.REFER:
                yield replace(plain, unknown=case.subject is None)
            case CaseMove.ADD_EVIDENCE:
                if not case.papers_of(PaperKind.EVIDENCE):
                    yield plain
            case CaseMove.TAKE:
                vacant = case.holder(Hand.COORDINATOR) in (None, world.kept_out)
                yield replace(plain, vacant=vacant)
            case CaseMove.ASSIGN:
                yield from self._assignments(world, plain)
            case CaseMove.CALL:
                yield replace(plain, at=LATE + timedelta(days=5) if world.late else MEETING)
            case CaseMove.DECIDE:
                for outcome in (CaseOutcome.NO_CASE, CaseOutcome.DISMISSAL):
                    yield replace(plain, outcome=outcome)
            case CaseMove.HEAR:
                yield replace(plain, appeal_outcome=AppealOutcome.UPHELD)
            case CaseMove.SUSPEND:
                if case.suspended_at is None:
                    yield replace(plain, at=DUE, longest=DUE)
                    yield replace(plain, at=LATE, longest=DUE)
            case CaseMove.REVIEW_SUSPENSION:
                yield plain
            case CaseMove.ASK_GLASS:
                if not case.glass:
                    yield plain
            case CaseMove.AGREE_GLASS:
                for other in BREAKERS:
                    yield replace(plain, person=other)
            case _:
                yield plain

    def _assignments(self, world: World, plain: Request) -> Iterator[Request]:
        for hand, people in self.people.items():
            if world.case.holder(hand) not in (None, world.kept_out):
                continue
            for person in (*people, SUB):
                free = person not in (world.kept_out, SUB)
                yield replace(plain, hand=hand, person=person, free=free, hr=person in HR)

    def _wrong(self, before: World, after: World, request: Request) -> str:
        """The promises, in the search's own words."""
        case, who = after.case, request.by
        if who == before.kept_out:
            return "somebody who has to do with the incident acted"
        if (who == SUB) != (request.move in SUBJECTS):
            return "the person and the others do what is not theirs"
        if who in BREAKERS and request.move not in (CaseMove.ASK_GLASS, CaseMove.AGREE_GLASS):
            return "whoever broke the glass acted"
        served = {(one.hand, one.person) for one in case.holdings}
        if len({person for _, person in served}) < len(served):
            return "one person had two hands of the case"
        if SUB in {person for _, person in served}:
            return "the person works their own case"
        keeper = before.case.holder(Hand.COORDINATOR)
        if request.move is CaseMove.TAKE and keeper not in (None, before.kept_out):
            return "a case was taken away from who keeps it"
        judges = {person for hand, person in served if hand in (Hand.DECIDER, Hand.APPEAL_HEARER)}
        if case.referred_by in judges:
            return "whoever referred judges"
        return self._unfair(case, request)

    def _unfair(self, case: Case, request: Request) -> str:
        kinds = {paper.kind for paper in case.papers}
        if request.move is CaseMove.DECIDE:
            if case.told_at is None or PaperKind.EVIDENCE not in kinds:
                return "decided about somebody who was not told"
            if request.outcome is not CaseOutcome.NO_CASE and PaperKind.MEETING_NOTE not in kinds:
                return "punished without a meeting"
        if request.move is CaseMove.HEAR and request.by == case.holder(Hand.DECIDER):
            return "the decider heard the appeal"
        if request.move is CaseMove.AGREE_GLASS and any(
            one.agreed_by == one.asked_by for one in case.glass
        ):
            return "one person broke the glass alone"
        if case.state is CaseState.REFERRED and not case.rule:
            return "referred without a rule"
        if (case.told_at or case.suspended_at) and case.subject is None:
            return "told or suspended nobody"
        ends = case.state in (CaseState.HANDED_OVER, CaseState.CLOSED)
        if case.told_at and ends and case.outcome is None:
            return "ended without an outcome for who was told"
        if request.move in HERE and case.route is not Employer.FCO:
            return "a case here of who is employed elsewhere"
        return ""

    def _who_reads(self, world: World) -> str:
        held = {one.person for one in world.case.holdings if one.ended_at is None}
        broken = {one.asked_by for one in world.case.glass if one.agreed_by}
        for who in EVERYBODY:
            reads = review.may_read(world.parts(who))
            told = world.case.told_at or world.case.suspended_at
            may = who in held | HR | broken or (who == SUB and told)
            if reads and (not may or who == world.kept_out):
                return f"{who} reads the case"
            if review.reads_papers(world.parts(who)) and who not in held | broken:
                return f"{who} reads the papers"
        return ""


def _plain(case: Case) -> Case:
    """The case with its deadline as the flow sets it; when things were written makes no worlds."""
    return replace(
        case,
        due_at=DUE,
        since=EARLY,
        told_at=case.told_at and EARLY,
        referred_at=case.referred_at and EARLY,
        suspended_at=case.suspended_at and EARLY,
        released_at=case.released_at and EARLY,
        papers=tuple(replace(paper, at=EARLY, by="") for paper in case.papers),
        holdings=tuple(
            replace(one, since=EARLY, ended_at=one.ended_at and EARLY) for one in case.holdings
        ),
    )


def is_end(world: World) -> bool:
    """Nothing is due any more."""
    return world.case.is_over
