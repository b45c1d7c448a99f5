"""Nothing automatic goes outside: a named person speaks, and records what came of it."""

import pytest
from paper import ANA, BO, CY, DEE, SAM, SUE, Paper

from flows.deciding.establishing import establish
from flows.deciding.speaking_outside import speak_outside
from flows.refusals import AlreadyDecidedError, BadRequestError, NotAllowedError, NotFoundError
from flows.view import view, viewer
from models.words import Choice, DecisionType, Kind, Role
from policy.outside import outside_of
from policy.words import Fact

SAID = {"whom": "Support of X", "said": "Name and picture go back. Their number: 4711-A."}


def _seen(paper: Paper, reference: str, by: str):
    with paper.office.store.read() as tx:
        return view(viewer(tx, paper.office, paper.person(by), reference))


@pytest.mark.parametrize("by", [ANA, CY, DEE, SUE])
def test_whoever_works_on_it_or_was_told_records_whom_they_spoke_to(paper: Paper, by: str) -> None:
    reference = paper.planned(kinds=(Kind.INTRUDER,))
    paper.tell(reference, SUE, Role.IT_SECURITY)
    for _ in range(2):
        speak_outside(paper.office, paper.person(by), reference, **SAID)
    said = [one for one in paper.seen(reference).decisions if one.type == DecisionType.SPEAK]
    assert [(one.decided_by, one.choice) for one in said] == [(by, Choice.GIVEN)] * 2
    assert paper.said(reference)[-2:] == ["spoke-outside"] * 2
    shown = _seen(paper, reference, DEE)
    assert [one.text for one in shown.decisions] == [f"{SAID['whom']}: {SAID['said']}"] * 2
    assert shown.outside == ["platform support"]


def test_others_cannot_and_nothing_is_recorded_without_words(paper: Paper) -> None:
    reference = paper.planned(by=SAM, kinds=(Kind.INTRUDER,))
    with pytest.raises(NotAllowedError):
        speak_outside(paper.office, paper.person(SAM), reference, **SAID)
    with pytest.raises(NotFoundError):
        speak_outside(paper.office, paper.person(BO), reference, **SAID)
    for missing in ("whom", "said"):
        with pytest.raises(BadRequestError):
            speak_outside(paper.office, paper.person(DEE), reference, **(SAID | {missing: " "}))
    assert paper.seen(reference).decisions == ()


def test_what_was_said_is_sealed_and_the_dtus_to_read(paper: Paper) -> None:
    reference = paper.planned(kinds=(Kind.INTRUDER,))
    speak_outside(paper.office, paper.person(DEE), reference, **SAID)
    assert [one.text for one in _seen(paper, reference, ANA).decisions] == [None]
    raw = b"".join(path.read_bytes() for path in paper.home.glob("amends.db*"))
    assert b"4711" not in raw


def test_each_kind_names_whom_a_person_speaks_to() -> None:
    assert outside_of({Kind.INTRUDER, Kind.FALSE_ALARM}) == (
        "emergency services",
        "platform support",
    )
    assert outside_of({Kind.TYPO}) == ()


def test_an_investigation_runs_from_when_it_was_recorded_until_it_is_denied(paper: Paper) -> None:
    reference = paper.planned(kinds=(Kind.INTRUDER,))
    sue = paper.person(SUE)
    paper.tell(reference, SUE, Role.IT_SECURITY)
    assert _seen(paper, reference, DEE).investigation_since is None
    moments = []
    for holds in (True, True, False, True):
        establish(paper.office, sue, reference, fact=Fact.INVESTIGATION_OPENED, holds=holds)
        moments.append(_seen(paper, reference, DEE).investigation_since)
    first, still, ended, anew = moments
    assert first is not None
    assert still == first
    assert ended is None
    assert anew is not None
    assert anew > first


def test_a_closed_incident_takes_no_more(paper: Paper) -> None:
    reference = paper.planned(kinds=(Kind.INTRUDER,))
    with paper.office.store.write("close") as tx:
        incident = tx.get_one(type(paper.incident(reference)), paper.incident(reference).id)
        incident.closed_at = tx.now()
        tx.add(incident)
    with pytest.raises(AlreadyDecidedError):
        speak_outside(paper.office, paper.person(DEE), reference, **SAID)
