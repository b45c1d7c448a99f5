"""Cases over HTTP: the same as at the desk, and problems that tell nothing."""

import pytest
from case_story import AMY, DAN, IVY, begin
from paper import ANA, DEE, HAL, IDA, ROY, SAM, Paper
from served import Served

from models.review import CaseState


def test_a_case_is_worked_over_http_by_different_people(web: Served, paper: Paper) -> None:
    story = begin(paper)
    at = f"/cases/{story.reference}"

    def move(by: str, **body: object) -> str:
        answer = web.post(f"{at}/moves", body, by)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["state"])

    move(HAL, move="consider", about="peer", text="Many would have.")
    refer = {"choice": "refer", "rule": "54", "reason": "partial"}
    assert web.post(f"{at}/decisions", refer, HAL).json()["state"] == "referred"
    move(IDA, move="take")
    for hand, person in (("decider", DAN), ("appeal-hearer", AMY), ("investigator", IVY)):
        state = move(IDA, move="assign", hand=hand, person=person, text="free")
    assert state == "assigned"
    move(IVY, move="add-evidence", text="The post.")
    assert move(IVY, move="tell") == "told"
    assert web.get("/cases", ANA).json()["cases"][0]["reference"] == story.reference
    assert move(ANA, move="answer", text="A slip.", health="") == "answered"
    assert move(ANA, move="name-companion", text="Pip") == "answered"
    assert move(IVY, move="report", text="A slip indeed.") == "reported"
    assert move(DAN, move="decide", outcome="no-case", text="A slip.") == "decided"
    assert move(IDA, move="tell-outcome") == "outcome-told"
    assert move(ANA, move="appeal", text="I want it in other words.") == "appealed"
    assert move(AMY, move="hear", appeal_outcome="upheld", text="Fair.") == "heard"
    assert move(IDA, move="close") == "closed"
    mine = web.get(at, ANA).json()
    assert (mine["outcome"], mine["appeal_outcome"]) == ("no-case", "upheld")


@pytest.mark.parametrize(
    ("by", "body", "status"),
    [
        (IVY, {"move": "tell"}, 409),
        (HAL, {"move": "tell"}, 403),
        (HAL, {"move": "consider", "about": "health", "text": "x"}, 422),
        (IDA, {"move": "assign", "hand": "decider", "person": ANA, "text": "x"}, 422),
        (IDA, {"move": "assign", "hand": "judge", "person": SAM, "text": "x"}, 422),
        (IDA, {"move": "forget"}, 422),
        (ANA, {"move": "answer", "text": "x"}, 404),
        (DEE, {"move": "tell"}, 404),
    ],
)
def test_what_cannot_be_done_is_said_in_words(
    web: Served, paper: Paper, by: str, body: dict[str, str], status: int
) -> None:
    story = begin(paper)
    story.until(CaseState.ASSIGNED)
    answer = web.post(f"/cases/{story.reference}/moves", body, by)
    assert answer.status_code == status
    assert answer.json()["detail"]


def test_a_look_that_cannot_be_recorded_is_503_and_shows_nothing(web: Served, paper: Paper) -> None:
    story = begin(paper)
    story.until(CaseState.ANSWERED)
    tokens = [web.token(who) for who in (HAL, IDA, ANA)]
    assert tokens
    with paper.office.store.engine.begin() as connection:
        connection.exec_driver_sql(
            "create trigger full_disk before insert on entry "
            "begin select raise(abort, 'disk full'); end"
        )
    for who in (HAL, IDA, ANA):
        for path in (f"/cases/{story.reference}", "/cases"):
            answer = web.get(path, who)
            assert (answer.status_code, answer.json()["code"]) == (503, "not-recorded")
            assert "canary" not in answer.text
            assert story.reference not in answer.text


def test_to_break_the_glass_is_answered_alike_for_any_reference(web: Served, paper: Paper) -> None:
    story = begin(paper)
    for reference in (story.reference, paper.planned(paper.link(9)), "AM-XXXXX"):
        for by in (ROY, SAM, ANA):
            answer = web.post(f"/cases/{reference}/glass", {"reason": "fire"}, by)
            assert answer.status_code == 202
            assert answer.json() == {
                "reference": reference,
                "location": f"/api/v1/cases/{reference}",
                "created": None,
                "state": None,
            }
