"""Cases: HR's alone, every look recorded, and nothing of them anywhere else."""

import pytest
from paper import ANA, BO, DEE, EVERYBODY, HAL, IDA, PAT, SAM, SUE, Paper
from sqlmodel import col, select, update

from amends.settings import load
from flows.cases import case, cases
from flows.deciding.acknowledging import acknowledge_by_link
from flows.deciding.referring import Verdict, refer
from flows.refusals import AlreadyDecidedError, BadRequestError, NotFoundError
from flows.timeline import timeline
from flows.view import view, viewer
from models.people import Person
from models.referral import Referral
from models.register import sync
from models.review import CaseState
from models.words import Kind, Role


def _case(paper: Paper, **more: str) -> tuple[str, Referral]:
    reference = paper.planned(kinds=(Kind.PARTIAL,), **more)
    return reference, paper.consider(reference)


def _refer(paper: Paper, by: str, reference: str, verdict: Verdict = Verdict.REFER) -> None:
    refer(
        paper.office,
        paper.person(by),
        reference,
        verdict=verdict,
        rule="canary-rule",
        reason="canary-reason",
    )


def test_hr_decides_with_rule_and_reason_sealed(paper: Paper) -> None:
    reference, referral = _case(paper)
    _refer(paper, HAL, reference)
    shown = case(paper.office, paper.person(IDA), reference)
    assert (shown.state, shown.decided_by) == (CaseState.REFERRED, HAL)
    assert (shown.rule, shown.reason) == ("canary-rule", "canary-reason")
    assert paper.said_in_case(referral) == ["case-refer", "case-letter-queued", "case-read"]
    paper.close()
    assert b"canary" not in b"".join(p.read_bytes() for p in paper.home.glob("amends.db*"))


def test_nothing_of_a_decision_shows_in_the_incident(paper: Paper) -> None:
    reference, _ = _case(paper)
    said, decisions = paper.said(reference), paper.seen(reference).decisions
    _refer(paper, HAL, reference)
    assert paper.said(reference) == said
    assert paper.seen(reference).decisions == decisions
    with paper.office.store.read() as tx:
        by = viewer(tx, paper.office, paper.person(DEE), reference)
        everything = view(by).model_dump_json() + timeline(tx, by).model_dump_json()
    assert "refer" not in everything.replace("reference", "")


@pytest.mark.parametrize("by", [one for one in EVERYBODY if one not in (HAL, IDA)])
def test_everybody_else_finds_no_case(paper: Paper, by: str) -> None:
    reference, _ = _case(paper)
    person = paper.person(by)
    with pytest.raises(NotFoundError):
        case(paper.office, person, reference)
    with pytest.raises(NotFoundError):
        _refer(paper, by, reference)
    assert cases(paper.office, person).cases == []


@pytest.mark.parametrize("part", ["poster", "cleared_by"])
def test_who_of_hr_is_involved_finds_no_case(paper: Paper, part: str) -> None:
    reference, _ = _case(paper, **{part: HAL})
    with pytest.raises(NotFoundError):
        case(paper.office, paper.person(HAL), reference)
    assert cases(paper.office, paper.person(HAL)).cases == []
    assert len(cases(paper.office, paper.person(IDA)).cases) == 1


def _of_hr(paper: Paper, *emails: str) -> None:
    """These are of HR, and nobody else is."""
    with paper.office.store.write("of-hr") as tx:
        for person in tx.exec(select(Person)).all():
            person.roles = ["hr"] if person.email in emails else []
            tx.add(person)


@pytest.mark.parametrize("poster", ["unknown", SUE])
def test_whoever_could_have_posted_it_is_kept_out_while_nobody_owned_up(
    paper: Paper, poster: str
) -> None:
    """Ana, who publishes for the account, is of HR too; and a reporter names somebody else."""
    _of_hr(paper, ANA, HAL)
    reference, _ = _case(paper, by=SAM, poster=poster)
    with pytest.raises(NotFoundError):
        case(paper.office, paper.person(ANA), reference)
    assert case(paper.office, paper.person(HAL), reference)


def test_once_the_poster_owned_up_another_publisher_of_hr_may_work_it(paper: Paper) -> None:
    _of_hr(paper, ANA, HAL)
    reference, _ = _case(paper, by=SUE, poster="me")
    assert case(paper.office, paper.person(ANA), reference)


def test_a_reporters_word_alone_does_not_take_the_case_from_the_last_of_hr(paper: Paper) -> None:
    _of_hr(paper, HAL)
    reference, _ = _case(paper, by=SAM, poster=ANA, cleared_by=HAL)
    assert case(paper.office, paper.person(HAL), reference)


def test_who_of_hr_reported_it_finds_no_case(paper: Paper) -> None:
    reference, _ = _case(paper, by=HAL)
    with pytest.raises(NotFoundError):
        _refer(paper, HAL, reference)


def test_the_decision_is_taken_once(paper: Paper) -> None:
    reference, _ = _case(paper)
    _refer(paper, HAL, reference, Verdict.DO_NOT_REFER)
    with pytest.raises(AlreadyDecidedError, match=r"^hal@dept.example decided"):
        _refer(paper, IDA, reference)


def test_rule_and_reason_are_both_needed(paper: Paper) -> None:
    reference, _ = _case(paper)
    with pytest.raises(BadRequestError):
        refer(
            paper.office,
            paper.person(HAL),
            reference,
            verdict=Verdict.REFER,
            rule="",
            reason="x",
        )


def test_an_incident_without_a_case_has_none_for_hr_either(paper: Paper) -> None:
    reference = paper.planned()
    with pytest.raises(NotFoundError):
        case(paper.office, paper.person(HAL), reference)


def test_a_sealed_notice_is_acknowledged_in_the_case_alone(paper: Paper) -> None:
    reference, referral = _case(paper)
    paper.tell(reference, "hr@dept.example", Role.HR, token="sealed-link", sealed=True)
    acknowledge_by_link(paper.office, "sealed-link")
    assert paper.said_in_case(referral) == ["notice-acknowledged"]
    assert "notice-acknowledged" not in paper.said(reference)


@pytest.mark.parametrize("gone", [ANA, BO])
def test_the_line_keeps_out_whoever_stood_in_it_also_when_one_of_it_leaves(
    paper: Paper, gone: str
) -> None:
    """Bo is above Ana, who posted it, and Hal of HR is above Bo."""
    config = paper.home / "amends.toml"
    config.write_text(
        config.read_text().replace(f'line_manager = "{PAT}"', f'line_manager = "{HAL}"')
    )
    _read_anew(paper)
    reference, _ = _case(paper)
    with pytest.raises(NotFoundError):
        case(paper.office, paper.person(HAL), reference)
    _leave(paper, gone)
    with pytest.raises(NotFoundError):
        case(paper.office, paper.person(HAL), reference)
    with paper.office.store.write("named-by-nobody-any-more") as tx:
        tx.exec(update(Person).where(col(Person.email) == gone).values(registered=False))
    with pytest.raises(NotFoundError):
        case(paper.office, paper.person(HAL), reference)


def _leave(paper: Paper, email: str) -> None:
    config = paper.home / "amends.toml"
    parts = config.read_text().split("[[people]]")
    config.write_text("[[people]]".join(p for p in parts if f'\nemail = "{email}"' not in p))
    _read_anew(paper)


def _read_anew(paper: Paper) -> None:
    config = paper.home / "amends.toml"
    sync(paper.office.store, load({"AMENDS_CONFIG": str(config), "AMENDS_HOME": str(paper.home)}))
