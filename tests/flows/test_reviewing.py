"""A case from referral to appeal, by different people; what each reads, and what leaves."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from case_story import AMY, DAN, IVY, Story, begin, employ
from paper import ADA, ANA, BO, DEE, EVERYBODY, HAL, IDA, PAT, ROY, SAM, Paper, open_paper
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlmodel import update

from flows.cases import case, cases
from flows.intake import ReportRequest, accept
from flows.refusals import (
    BadRequestError,
    NotAllowedError,
    NotFoundError,
    NotNowError,
    Refusal,
)
from flows.reviewing.moving import Asked
from flows.timeline import timeline
from flows.view import view, viewer
from models.incident import Incident
from models.reconciliation import Reconciliation, WentBack
from models.review import (
    AppealOutcome,
    CaseMove,
    CaseOutcome,
    CaseState,
    Condition,
    Hand,
    PaperKind,
    Part,
)
from models.words import Employer, Kind, PosterKnown

M = CaseMove


@pytest.fixture
def story(paper: Paper) -> Story:
    """A case that HR considers."""
    return begin(paper)


@pytest.fixture(params=["sqlite", "postgresql"])
def on_both(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Story]:
    """The same on both databases."""
    url = request.getfixturevalue("new_database")(request.param)
    opened = open_paper(tmp_path, url)
    yield begin(opened)
    opened.close()


def test_a_case_goes_from_referral_to_appeal_by_different_people(on_both: Story) -> None:
    story = on_both
    story.until(CaseState.CLOSED)
    seen = story.read(IDA)
    assert seen.state is CaseState.CLOSED
    assert {one.person for one in seen.hands} == {IDA, IVY, DAN, AMY}
    mine = story.read(ANA)
    assert mine.outcome is CaseOutcome.FIRST_WARNING
    assert mine.appeal_outcome is AppealOutcome.LESSENED
    assert {paper.kind for paper in mine.papers} >= {
        PaperKind.ALLEGATION, PaperKind.INVITATION, PaperKind.OUTCOME, PaperKind.APPEAL_OUTCOME,
    }  # fmt: skip


def test_the_person_is_told_in_writing_with_the_evidence(story: Story) -> None:
    story.until(CaseState.ASSIGNED)
    with pytest.raises(NotNowError, match="evidence"):
        story.move(IVY, Asked(M.TELL))
    with pytest.raises(NotFoundError):
        story.read(ANA)
    story.until(CaseState.TOLD)
    mine = story.read(ANA)
    told = next(paper for paper in mine.papers if paper.kind is PaperKind.ALLEGATION)
    for said in ("canary-rule", "canary-evidence", "companion", "answer in writing by"):
        assert said in told.text
    assert "canary-reason" not in told.text
    assert mine.reason is None
    assert mine.decided_by is None
    assert mine.record == []
    assert mine.you_may == [M.ANSWER, M.NAME_COMPANION]


def test_the_condition_for_what_is_sensitive_is_recorded_and_told(story: Story) -> None:
    said = Asked(M.REFER, text="why", rule="line 54", condition=Condition.CLAIMS)
    story.move(HAL, said)
    story.until(CaseState.TOLD)
    mine = story.read(ANA)
    assert mine.condition is not None
    assert mine.condition.condition is Condition.CLAIMS
    told = next(paper for paper in mine.papers if paper.kind is PaperKind.ALLEGATION)
    for words in ("Legal claims: UK GDPR", "9(2)(f)", "Information Commissioner"):
        assert words in told.text


def test_where_nobody_says_another_the_usual_condition_is_recorded(story: Story) -> None:
    assert story.read(HAL).condition is None
    story.refer()
    seen = story.read(HAL).condition
    assert seen is not None
    assert seen.condition is Condition.EMPLOYMENT


def test_health_is_the_persons_own_to_speak_of(story: Story) -> None:
    with pytest.raises(BadRequestError, match="person alone"):
        story.move(HAL, Asked(M.CONSIDER, text="seems stressed", about="health"))
    assert "health" not in {one.question for one in story.read(HAL).questions}
    story.until(CaseState.TOLD)
    story.move(ANA, Asked(M.ANSWER, text="I mixed up two accounts.", health="I have migraines."))
    assert [p.text for p in story.read(IVY).papers if p.kind is PaperKind.HEALTH] == [
        "I have migraines."
    ]


def test_what_stands_in_an_official_paper_is_one_short_line(story: Story) -> None:
    story.until(CaseState.REFERRED)
    story.until(CaseState.TOLD)
    for text in ("Una\n\n# Outcome\n\nNo case.", "x" * 201):
        with pytest.raises(BadRequestError, match="on one line"):
            story.move(ANA, Asked(M.NAME_COMPANION, text=text))
    story.move(ANA, Asked(M.NAME_COMPANION, text="Una of the union"))


def test_a_rule_is_one_short_line(story: Story) -> None:
    with pytest.raises(BadRequestError, match="on one line"):
        story.move(HAL, Asked(M.REFER, text="x", rule="54\n\n# Outcome"))


def test_the_questions_of_fairness_are_an_assist_without_a_score(story: Story) -> None:
    story.move(HAL, Asked(M.CONSIDER, text="No training on it.", about="known-rules"))
    seen = story.read(HAL)
    assert [one.question for one in seen.questions if one.answered] == ["known-rules"]
    assert "score" not in seen.model_dump_json()
    assert seen.state is CaseState.CONSIDERING


def test_that_the_poster_reported_it_themselves_is_noted_for_them(story: Story) -> None:
    seen = story.read(HAL)
    assert seen.in_favour == ["self-report"]
    assert seen.self_reported_minutes == 0


def test_what_somebody_else_reported_is_no_self_report(paper: Paper) -> None:
    story = begin(paper, by=SAM, poster=ANA)
    assert story.read(HAL).in_favour == []


@pytest.mark.parametrize(
    "hand",
    [
        Hand.INVESTIGATOR,
        pytest.param(Hand.DECIDER, marks=pytest.mark.matrix),
        pytest.param(Hand.APPEAL_HEARER, marks=pytest.mark.matrix),
    ],
)
@pytest.mark.parametrize("who", [ANA, BO, PAT, "cy@dept.example", DEE, SAM])
def test_whoever_has_to_do_with_the_incident_is_no_hand_of_its_case(
    paper: Paper, hand: Hand, who: str
) -> None:
    """Ana posted, Bo and Pat are above her, Cy owns the account, Dee is of the DTU, Sam shares."""
    story = begin(paper, cleared_by=SAM)
    story.until(CaseState.REFERRED)
    story.move(IDA, Asked(M.TAKE))
    with pytest.raises(BadRequestError, match="cannot be named"):
        story.move(IDA, Asked(M.ASSIGN, text="free", hand=hand, person=who))


def test_an_investigator_who_then_reports_it_reads_nothing_any_more(story: Story) -> None:
    story.until(CaseState.TOLD)
    assert story.read(IVY)
    again = ReportRequest(post_urls=(story.link,), kinds=(Kind.PARTIAL,))
    accept(story.paper.office, story.paper.person(IVY), again)
    with pytest.raises(NotFoundError):
        story.read(IVY)
    with pytest.raises(NotFoundError):
        story.move(IVY, Asked(M.GO_ON))
    story.move(IDA, Asked(M.ASSIGN, text="Ivy reported it", hand=Hand.INVESTIGATOR, person=ROY))
    assert Part.INVESTIGATOR in story.read(ROY).you


def test_one_person_has_one_part(story: Story) -> None:
    story.until(CaseState.ASSIGNED)
    for hand, person in ((Hand.DECIDER, IVY), (Hand.DECIDER, HAL), (Hand.APPEAL_HEARER, DAN)):
        with pytest.raises(BadRequestError, match="cannot be named"):
            story.move(IDA, Asked(M.ASSIGN, text="free", hand=hand, person=person))


def test_who_is_refused_as_a_hand_is_not_told_why_and_the_try_is_recorded(paper: Paper) -> None:
    """Sam reported it, and Roy has nothing to do with it: neither is of HR."""
    story = begin(paper, by=SAM, poster=ANA)
    story.until(CaseState.ASSIGNED)
    said = set()
    for hand, person in ((Hand.COORDINATOR, SAM), (Hand.COORDINATOR, ROY), (Hand.DECIDER, IVY)):
        with pytest.raises(BadRequestError) as refused:
            story.move(IDA, Asked(M.ASSIGN, text="free", hand=hand, person=person))
        said.add(str(refused.value))
    assert len(said) == 1
    assert [one.what for one in story.read(IDA).record].count("case-refused") == 3


def test_of_hr_only_who_works_the_case_reads_its_papers(story: Story) -> None:
    story.until(CaseState.ANSWERED)
    assert [p.kind for p in story.read(HAL).papers] == []
    assert "canary-answer" not in story.read(HAL).model_dump_json()
    assert "canary-answer" in story.read(IDA).model_dump_json()


@pytest.mark.parametrize(
    "state",
    [
        CaseState.TOLD,
        pytest.param(CaseState.CONSIDERING, marks=pytest.mark.matrix),
        pytest.param(CaseState.CLOSED, marks=pytest.mark.matrix),
    ],
)
def test_everybody_else_finds_no_case_at_any_time(story: Story, state: CaseState) -> None:
    story.until(state)
    inside = {HAL, IDA, IVY, DAN, AMY} | ({ANA} if state is not CaseState.CONSIDERING else set())
    for who in set(EVERYBODY) - inside:
        assert cases(story.paper.office, story.paper.person(who)).cases == []
        with pytest.raises(NotFoundError):
            story.read(who)
        for move in CaseMove:
            with pytest.raises(NotFoundError):
                story.move(who, Asked(move, text="x"))


def test_who_works_a_case_finds_it_in_their_list(story: Story) -> None:
    story.until(CaseState.TOLD)
    for who in (IVY, ANA):
        listed = cases(story.paper.office, story.paper.person(who)).cases
        assert [one.reference for one in listed] == [story.reference]


def test_nothing_of_the_whole_case_shows_in_the_incident(story: Story) -> None:
    before = _outside(story)
    story.until(CaseState.CLOSED)
    assert _outside(story) == before


def _outside(story: Story) -> tuple[object, ...]:
    """Everything that anybody reads of the incident, but for the time that passes; its rows; and
    what the engine and the sweeper would do."""
    paper = story.paper
    shown = []
    with paper.office.store.read() as tx:
        for who in (ANA, BO, DEE, SAM, ADA, ROY, PAT):
            try:
                by = viewer(tx, paper.office, paper.person(who), story.reference)
            except Refusal:
                continue
            page = view(by).model_dump(exclude={"clock"})
            shown.append((who, page, timeline(tx, by).model_dump()))
    incident = paper.incident(story.reference)
    seen = paper.seen(story.reference)
    return shown, incident.model_dump(), len(seen.notices), len(seen.effects), len(seen.decisions)


def test_a_stranger_costs_the_same_work_whether_there_is_a_case_or_not(paper: Paper) -> None:
    """A page that is slower to say no would tell."""
    with_case, without = begin(paper), paper.planned(paper.link(9))
    with_case.until(CaseState.TOLD)
    assert _statements(paper, with_case.reference) == _statements(paper, without)


def _statements(paper: Paper, reference: str) -> list[str]:
    said: list[str] = []

    def heard(_c: object, _cur: object, statement: str, *_: object) -> None:
        said.append(statement)

    engine, person = paper.office.store.engine, paper.person(DEE)
    event.listen(engine, "before_cursor_execute", heard)
    try:
        with pytest.raises(NotFoundError):
            case(paper.office, person, reference)
    finally:
        event.remove(engine, "before_cursor_execute", heard)
    return said


def test_the_answer_may_be_late_only_after_its_time(story: Story) -> None:
    story.until(CaseState.TOLD)
    with pytest.raises(NotNowError, match="too early"):
        story.move(IVY, Asked(M.GO_ON))
    story.wait(days=30)
    story.move(IVY, Asked(M.GO_ON))
    assert story.read(IVY).state is CaseState.ANSWERED


def test_nobody_is_punished_without_a_meeting(story: Story) -> None:
    story.until(CaseState.REPORTED)
    with pytest.raises(NotNowError, match="without a meeting"):
        story.move(DAN, Asked(M.DECIDE, text="clear enough", outcome=CaseOutcome.DISMISSAL))
    story.move(DAN, Asked(M.DECIDE, text="a slip", outcome=CaseOutcome.NO_CASE))
    assert story.read(IDA).outcome is CaseOutcome.NO_CASE
    assert story.read(ANA).outcome is None  # until she is told in writing


def test_a_suspension_is_brief_and_looked_at_again(story: Story) -> None:
    story.until(CaseState.ASSIGNED)
    now = story.now()
    with pytest.raises(BadRequestError, match="brief"):
        story.move(IDA, Asked(M.SUSPEND, text="risk", at=now + timedelta(days=90)))
    story.move(IDA, Asked(M.SUSPEND, text="canary-risk", at=now + timedelta(days=4)))
    mine = story.read(ANA)
    assert mine.suspended_until == now + timedelta(days=4)
    assert [paper.kind for paper in mine.papers] == [PaperKind.SUSPENSION]
    story.move(IDA, Asked(M.REVIEW_SUSPENSION, text="no risk any more"))
    assert story.read(ANA).suspended_until is None


@pytest.mark.parametrize(
    "employer",
    [Employer.FCO_SERVICES, Employer.OTHER_DEPARTMENT, Employer.CONTRACTOR, Employer.MINISTER],
)
def test_who_is_employed_elsewhere_is_handed_over_with_a_pack(
    paper: Paper, employer: Employer
) -> None:
    employ(paper, ANA, employer)
    story = begin(paper)
    with pytest.raises(NotNowError, match="another route"):
        story.refer()
    story.refer(M.HAND_OVER)
    seen = story.read(HAL)
    assert seen.state is CaseState.HANDED_OVER
    (pack,) = [paper for paper in seen.papers if paper.kind is PaperKind.PACK]
    assert seen.route_details is not None
    assert seen.route_details.to in pack.text
    assert "they reported it themselves" in pack.text


def test_locally_engaged_staff_have_a_case_under_their_own_law(paper: Paper) -> None:
    employ(paper, ANA, Employer.LOCALLY_ENGAGED)
    story = begin(paper)
    story.until(CaseState.TOLD)
    assert "law of the host country" in story.read(ANA).papers[-1].text


def test_of_who_is_not_of_the_register_there_is_no_case(paper: Paper) -> None:
    story = begin(paper, by=SAM, poster="stranger@elsewhere.example")
    with pytest.raises(NotNowError, match="names nobody of the register"):
        story.refer()
    story.refer(M.DO_NOT_REFER)
    assert story.read(HAL).state is CaseState.NOT_REFERRED


@pytest.fixture
def unknown(paper: Paper) -> Story:
    """A case under way against a person unknown."""
    story = begin(paper, by=SAM, poster="unknown")
    story.until(CaseState.ASSIGNED)
    return story


def found(story: Story, email: str) -> None:
    """It comes out who posted."""
    of = Incident.reference == story.reference
    named = {"poster_known": PosterKnown.NAMED, "poster_email": email}
    with story.paper.office.store.write("found") as tx:
        tx.exec(update(Incident).where(of).values(**named))


def test_a_person_unknown_is_referred_and_told_once_it_is_known_who(unknown: Story) -> None:
    """The table says of such a post: consider, person unknown (lines 54, 56)."""
    unknown.move(IVY, Asked(M.ADD_EVIDENCE, text="the log-ins of that hour"))
    for who, move in ((IVY, M.TELL), (IDA, M.SUSPEND)):
        with pytest.raises(NotNowError, match="names nobody of the register"):
            unknown.move(who, Asked(move, text="risk", at=unknown.now() + timedelta(days=2)))
    found(unknown, ANA)
    with pytest.raises(NotFoundError):
        unknown.read(ANA)
    unknown.move(IVY, Asked(M.TELL))
    assert unknown.read(ANA).you == [Part.SUBJECT]
    with pytest.raises(NotNowError):
        unknown.move(IDA, Asked(M.CLOSE))
    unknown.until(CaseState.CLOSED)


def test_a_case_ends_where_nobody_is_found_and_only_there(unknown: Story) -> None:
    assert M.CLOSE in unknown.read(IDA).you_may
    found(unknown, ANA)
    assert M.CLOSE not in unknown.read(IDA).you_may
    with pytest.raises(NotNowError):
        unknown.move(IDA, Asked(M.CLOSE))
    found(unknown, "stranger@elsewhere.example")
    unknown.move(IDA, Asked(M.CLOSE))
    assert unknown.read(HAL).state is CaseState.CLOSED


def test_who_turns_out_to_be_employed_elsewhere_is_handed_over_then(unknown: Story) -> None:
    employ(unknown.paper, ANA, Employer.FCO_SERVICES)
    assert M.HAND_OVER not in unknown.read(HAL).you_may
    found(unknown, ANA)
    unknown.move(IVY, Asked(M.ADD_EVIDENCE, text="the log-ins of that hour"))
    with pytest.raises(NotNowError, match="another route"):
        unknown.move(IVY, Asked(M.TELL))
    unknown.refer(M.HAND_OVER)
    assert unknown.read(HAL).state is CaseState.HANDED_OVER


def test_an_investigator_who_turns_out_to_have_posted_it_is_shut_out(unknown: Story) -> None:
    assert unknown.read(IVY)
    found(unknown, IVY)
    with pytest.raises(NotFoundError):
        unknown.read(IVY)
    unknown.move(IDA, Asked(M.ASSIGN, text="free", hand=Hand.INVESTIGATOR, person=ROY))
    assert Part.INVESTIGATOR in unknown.read(ROY).you


def test_of_two_who_take_a_case_at_once_one_has_it(on_both: Story) -> None:
    story = on_both
    story.until(CaseState.REFERRED)
    together = threading.Barrier(2)

    def take(who: str) -> Exception | None:
        together.wait(timeout=20)
        try:
            story.move(who, Asked(M.TAKE))
        except (Refusal, OperationalError) as error:
            return error
        return None

    with ThreadPoolExecutor(2) as pool:
        ended = list(pool.map(take, (HAL, IDA)))
    holding = [one for one in story.read(HAL).hands if one.until is None]
    assert len(holding) == 1
    assert ended.count(None) == len(story.read(HAL).hands)


def test_a_case_that_somebody_keeps_is_theirs_to_hand_on(story: Story) -> None:
    """Or whoever of HR is curious would take it, and read."""
    story.until(CaseState.ANSWERED)
    with pytest.raises(NotNowError, match="hand it on"):
        story.move(HAL, Asked(M.TAKE))
    with pytest.raises(BadRequestError, match="cannot be named"):
        story.move(IDA, Asked(M.ASSIGN, text="away", hand=Hand.COORDINATOR, person=ROY))
    story.move(IDA, Asked(M.ASSIGN, text="away", hand=Hand.COORDINATOR, person=HAL))
    assert "canary-answer" in story.read(HAL).model_dump_json()
    assert "canary-answer" not in story.read(IDA).model_dump_json()


def test_whoever_of_hr_is_left_takes_a_case_whose_keeper_may_not_go_on(story: Story) -> None:
    story.until(CaseState.TOLD)
    again = ReportRequest(post_urls=(story.link,), kinds=(Kind.PARTIAL,))
    accept(story.paper.office, story.paper.person(IDA), again)
    story.move(HAL, Asked(M.TAKE))
    assert Part.COORDINATOR in story.read(HAL).you


def test_the_glass_is_broken_by_two_and_hr_hears_at_once(story: Story) -> None:
    story.until(CaseState.ANSWERED)
    story.appoint("lex@dept.example", "legal")
    story.appoint("lou@dept.example", "dpo")
    lex, lou = "lex@dept.example", "lou@dept.example"
    sent = story.letters("hr@dept.example")
    for who, other in ((lex, None), (lex, lex), (SAM, lex), (ADA, lex)):
        story.glass(who, other)
        with pytest.raises(NotFoundError):
            story.read(lex)
    story.glass(lou, lex)
    assert "canary-answer" in story.read(lex).model_dump_json()
    assert story.letters("hr@dept.example") == sent + 2
    with pytest.raises(NotAllowedError):
        story.move(lex, Asked(M.DECIDE, text="x", outcome=CaseOutcome.NO_CASE))
    with pytest.raises(NotFoundError):
        story.read(lou)
    story.wait(hours=2)
    with pytest.raises(NotFoundError):
        story.read(lex)


LEX, LOU = "lex@dept.example", "lou@dept.example"


def _broken(story: Story) -> None:
    """Lex reads, and Lou agreed."""
    story.until(CaseState.ANSWERED)
    story.appoint(LEX, "legal")
    story.appoint(LOU, "dpo")
    story.glass(LEX, None)
    story.glass(LOU, LEX)


def test_hr_sees_in_its_list_that_a_case_is_read_in_an_emergency(story: Story) -> None:
    _broken(story)
    (line,) = cases(story.paper.office, story.paper.person(HAL)).cases
    assert line.glass_until is not None
    assert story.read(IDA).glass_until == line.glass_until
    assert story.read(ANA).glass_until is None
    story.wait(hours=2)
    assert story.read(HAL).glass_until is None


def test_hr_ends_a_reading_in_an_emergency_and_what_was_only_asked(story: Story) -> None:
    _broken(story)
    story.glass(LOU, None)
    assert M.END_GLASS in story.read(HAL).you_may
    story.move(HAL, Asked(M.END_GLASS))
    with pytest.raises(NotFoundError):
        story.read(LEX)
    story.glass(LEX, LOU)
    with pytest.raises(NotFoundError):
        story.read(LOU)
    assert story.read(HAL).glass_until is None
    with pytest.raises(NotNowError):
        story.move(HAL, Asked(M.END_GLASS))


@pytest.mark.parametrize("who", [LEX, LOU])
def test_who_had_to_do_with_a_broken_glass_does_not_judge(story: Story, who: str) -> None:
    _broken(story)
    for hand in (Hand.DECIDER, Hand.APPEAL_HEARER):
        with pytest.raises(BadRequestError, match="cannot be named"):
            story.move(IDA, Asked(M.ASSIGN, text="free", hand=hand, person=who))


def test_the_glass_is_whole_while_hr_could_not_hear_of_it(story: Story) -> None:
    story.appoint(LEX, "legal")
    now = story.now()
    with story.paper.office.store.write("reconcile") as tx:
        tx.add(Reconciliation(because=next(iter(WentBack)), since=now, known_until=now))
    for reference in (story.reference, "AM-XXXXX"):
        story.reference = reference
        with pytest.raises(NotNowError, match="HR would not hear"):
            story.glass(LEX, None)


def test_to_break_the_glass_tells_nothing(paper: Paper) -> None:
    """The same answer whether there is a case or not, or even an incident."""
    story = begin(paper)
    for reference in (story.reference, paper.planned(paper.link(9)), "AM-XXXXX"):
        story.reference = reference
        assert story.glass(ROY, None) is None
