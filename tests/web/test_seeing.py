"""What each person sees of an incident, and that to all others it is not there."""

import pytest
from paper import ADA, ANA, BO, CY, DEE, HAL, PAT, ROY, SAM, SUE, Paper
from served import Served

from models.words import Kind, NoticeState, Role, StatementState

NAMES = {
    "reference", "state", "waiting_for", "severity", "kinds", "posts", "statements", "notices",
    "clock",
}  # fmt: skip
POST_NAMES = {
    "url", "platform", "account", "state", "seen_gone_by", "reported_at", "deleted_at",
    "verified_at",
}  # fmt: skip
STATEMENT_NAMES = {"id", "digest", "kind", "state", "text", "account", "url", "cleared_by"}
NOTICE_NAMES = {"to_role", "state", "sent_at", "acknowledged_at"}
CLOCK_NAMES = {"seconds_since_report", "seconds_to_delete", "seconds_to_words"}


def test_an_incident_has_the_names_of_the_contract(web: Served, paper: Paper) -> None:
    reference = paper.worded()
    paper.tell(reference, DEE, Role.DTU_DUTY)
    seen = web.get(f"/incidents/{reference}", DEE).json()
    assert set(seen) >= NAMES
    assert set(seen["posts"][0]) >= POST_NAMES
    assert set(seen["statements"][0]) >= STATEMENT_NAMES
    assert set(seen["notices"][0]) >= NOTICE_NAMES
    assert set(seen["clock"]) == CLOCK_NAMES


def test_what_waits_says_for_whom_and_whether_it_is_you(web: Served, paper: Paper) -> None:
    reference = paper.worded()
    seen = web.get(f"/incidents/{reference}", DEE).json()
    (clearance,) = [one for one in seen["waits"] if one["waiting_for"] == "clearance"]
    assert clearance["you_may_answer"]
    assert seen["statements"][0]["you_may_clear"]
    mine = web.get(f"/incidents/{reference}", ANA).json()
    assert not mine["statements"][0]["you_may_clear"]


@pytest.mark.parametrize("by", [SAM, BO, ADA, HAL, SUE])
def test_to_a_stranger_it_is_not_there(web: Served, paper: Paper, by: str) -> None:
    reference = paper.planned()
    hidden = web.get(f"/incidents/{reference}", by)
    absent = web.get("/incidents/AM-XXXXX", by)
    assert (hidden.status_code, hidden.json()) == (absent.status_code, absent.json())
    assert hidden.status_code == 404
    for path in ("timeline", "events"):
        assert web.get(f"/incidents/{reference}/{path}", by).status_code == 404
    for path, body in (
        ("clearances", {"digest": "0" * 64, "decision": "approve"}),
        ("acknowledgements", {}),
        ("decisions", {"type": "close"}),
    ):
        assert web.post(f"/incidents/{reference}/{path}", body, by).status_code == 404


def test_who_reported_is_named_to_the_dtu_alone(web: Served, paper: Paper) -> None:
    reference = paper.planned(by=SAM, note="canary-note")
    paper.tell(reference, BO, Role.LINE_MANAGER)
    to_dtu = web.get(f"/incidents/{reference}", DEE)
    assert to_dtu.json()["reports"][0]["reporter"] == SAM
    assert "canary-note" in to_dtu.text
    for by in (ANA, BO, CY, ROY):
        everything = (
            web.get(f"/incidents/{reference}", by).text
            + web.get(f"/incidents/{reference}/timeline", by).text
        )
        assert SAM not in everything
        assert "canary-note" not in everything


def test_facts_are_for_those_who_work_with_them(web: Served, paper: Paper) -> None:
    reference = paper.planned(wrong="canary-wrong", right="b")
    paper.tell(reference, BO, Role.LINE_MANAGER)
    for by in (ANA, CY, DEE):
        assert web.get(f"/incidents/{reference}", by).json()["facts"]["wrong"] == "canary-wrong"
    for by in (BO, ROY):
        assert web.get(f"/incidents/{reference}", by).json()["facts"] is None


def test_the_manager_of_a_classified_mistake_hears_only_that_there_is_one(
    web: Served, paper: Paper
) -> None:
    reference = paper.planned(kinds=(Kind.CLASSIFIED,))
    paper.tell(reference, BO, Role.LINE_MANAGER)
    seen = web.get(f"/incidents/{reference}", BO).json()
    assert (seen["kinds"], seen["posts"], seen["statements"], seen["steps"]) == ([], [], [], [])
    assert len(seen["notices"]) == 1
    assert web.get(f"/incidents/{reference}/timeline", BO).json()["entries"] == []
    assert web.get("/incidents", BO).json()["incidents"][0]["kinds"] == []
    assert web.get("/incidents", DEE).json()["incidents"][0]["kinds"] == ["classified"]


def test_a_manager_whose_notice_has_not_left_finds_nothing(web: Served, paper: Paper) -> None:
    reference = paper.planned()
    paper.tell(reference, BO, Role.LINE_MANAGER, state=NoticeState.QUEUED)
    assert web.get(f"/incidents/{reference}", BO).status_code == 404
    assert web.get("/incidents", BO).json()["incidents"] == []


def test_nothing_of_a_sealed_notice_shows(web: Served, paper: Paper) -> None:
    reference = paper.planned(kinds=(Kind.PARTIAL,))
    paper.consider(reference)
    paper.tell(reference, "hr@dept.example", Role.HR, sealed=True)
    seen = web.get(f"/incidents/{reference}", DEE)
    assert seen.json()["notices"] == []
    assert "hr" not in [one["to_role"] for one in seen.json()["notices"]]
    assert "referral" not in seen.text


def test_the_timeline_is_in_sentences_and_pages(web: Served, paper: Paper) -> None:
    reference = paper.report()
    for _ in range(4):
        paper.report()
    first = web.get(f"/incidents/{reference}/timeline?limit=3", DEE).json()
    assert first["entries"][0]["sentence"] == "The report was accepted."
    rest = web.get(f"/incidents/{reference}/timeline?after={first['next']}", DEE).json()
    assert len(first["entries"]) + len(rest["entries"]) == 5
    assert rest["next"] is None


def test_live_events_come_as_they_happen_and_go_on_where_they_were(
    web: Served, paper: Paper
) -> None:
    import httpx

    reference = paper.planned()
    headers = {"Authorization": f"Bearer {web.token(DEE)}"}
    address = f"{web.url}/api/v1/incidents/{reference}/events"
    with httpx.stream("GET", address, headers=headers, timeout=10, trust_env=False) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        lines = stream.iter_lines()
        assert "report-accepted" in next(line for line in lines if line.startswith("data:"))
        last = next(line for line in lines if line.startswith("id:")).removeprefix("id:").strip()
        web.post(f"/incidents/{reference}/decisions", {"type": "advise", "text": "ok"}, DEE)
        assert "advised" in next(line for line in lines if line.startswith("data:"))
    headers["Last-Event-ID"] = last
    with httpx.stream("GET", address, headers=headers, timeout=10, trust_env=False) as stream:
        data = next(line for line in stream.iter_lines() if line.startswith("data:"))
        assert "advised" in data


def test_published_words_carry_who_cleared_them_and_where_they_are(
    web: Served, paper: Paper
) -> None:
    reference = paper.worded(kinds=(Kind.OFF_POLICY,))
    digest = paper.digest(reference)
    body = {"digest": digest, "decision": "approve"}
    for by, state in ((PAT, "waiting"), (DEE, "cleared")):
        answer = web.post(f"/incidents/{reference}/clearances", body, by)
        assert (answer.status_code, answer.json()["state"]) == (202, state)
    paper.set_statement(reference, StatementState.PUBLISHED)
    (statement,) = web.get(f"/incidents/{reference}", DEE).json()["statements"]
    assert statement["cleared_by"] == [PAT, DEE]
