"""Decisions over HTTP: 202 once stored, 403 and 409 with a sentence."""

from paper import ANA, BO, CY, DEE, HAL, IDA, SAM, Paper
from served import Served

from models.words import Kind, PostState, Role


def test_a_digest_that_is_no_longer_theirs_is_a_conflict(web: Served, paper: Paper) -> None:
    reference = paper.worded()
    statement = paper.seen(reference).statements[0].id
    body = {"statement": statement, "digest": "0" * 64, "decision": "approve"}
    answer = web.post(f"/incidents/{reference}/clearances", body, DEE)
    assert (answer.status_code, answer.json()["code"]) == (409, "digest-differs")


def test_clearing_answers_with_where_the_words_stand(web: Served, paper: Paper) -> None:
    reference = paper.worded()
    body = {"digest": paper.digest(reference), "decision": "approve"}
    answer = web.post(f"/incidents/{reference}/clearances", body, DEE)
    assert (answer.status_code, answer.json()["state"]) == (202, "cleared")
    again = web.post(f"/incidents/{reference}/clearances", body, DEE)
    assert (again.status_code, again.json()["code"]) == (409, "already-decided")


def test_a_rejection_without_a_reason_is_asked_for_one(web: Served, paper: Paper) -> None:
    reference = paper.worded()
    body = {"digest": paper.digest(reference), "decision": "reject"}
    answer = web.post(f"/incidents/{reference}/clearances", body, DEE)
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("Say why")


def test_each_decision_of_the_list_is_taken(web: Served, paper: Paper) -> None:
    reference = paper.worded(by=SAM)
    post = paper.post(reference).id
    for body in (
        {"type": "confirm", "target": post, "choice": "yes"},
        {"type": "keep", "target": post, "choice": "keep", "reason": "Fair."},
        {"type": "facts", "wrong": "a", "right": "b"},
        {"type": "establish", "target": "cleared-by-nobody", "reason": "Cy said so."},
        {"type": "holding-line"},
        {"type": "foi", "received_on": "2026-11-02", "reason": "FOI 2026/114"},
        {"type": "foi", "choice": "answered"},
        {"type": "words", "text": "We are sorry. Please disregard it."},
        {"type": "advise", "text": "Look."},
        {"type": "hold", "target": "x/dept", "reason": "Wait."},
        {"type": "hold", "target": "x/dept", "choice": "no"},
        {"type": "skip", "target": "verify", "reason": "Gone."},
        {"type": "waive", "reason": "Nobody saw it."},
        {"type": "reclassify", "kinds": ["typo"]},
    ):
        answer = web.post(f"/incidents/{reference}/decisions", body, DEE)
        assert answer.status_code == 202, answer.text
        assert answer.headers["location"].endswith(reference)
    paper.set_posts(reference, PostState.NEEDS_HUMAN)
    settled = {"type": "settle", "target": post, "choice": "not-there"}
    assert web.post(f"/incidents/{reference}/decisions", settled, DEE).status_code == 202
    paper.set_posts(reference, PostState.BY_HAND)
    gone = {"type": "attest"}
    assert web.post(f"/incidents/{reference}/decisions", gone, CY).status_code == 202


def test_a_post_elsewhere_is_confirmed_with_a_line_and_may_be_refused(
    web: Served, paper: Paper
) -> None:
    reference = paper.planned("https://x.com/somebody/status/77", by=SAM, poster=ANA)
    post, decisions = paper.post(reference).id, f"/incidents/{reference}/decisions"
    yes = {"type": "confirm", "target": post, "choice": "yes"}
    refused = web.post(decisions, yes, DEE)
    assert refused.status_code == 422
    assert "line of the policy" in refused.json()["detail"]
    assert web.post(decisions, yes | {"line": 88}, DEE).status_code == 422
    assert web.post(decisions, yes | {"line": 54}, DEE).status_code == 202
    will_not = {"type": "attest", "choice": "will-not", "reason": "It is mine."}
    assert web.post(decisions, will_not, ANA).status_code == 202
    assert web.post(decisions, will_not, ANA).status_code == 409
    seen = web.get(f"/incidents/{reference}", DEE).json()
    assert (seen["posts"][0]["state"], seen["posts"][0]["ours"]) == ("needs_human", False)
    said = {(one["type"], one["choice"]): one for one in seen["decisions"]}
    assert said["confirm", "yes"]["line"] == 54
    assert said["attest", "will-not"]["text"] == "It is mine."


def test_what_is_not_theirs_to_decide_is_refused_with_whose_it_is(
    web: Served, paper: Paper
) -> None:
    reference = paper.worded()
    answer = web.post(f"/incidents/{reference}/decisions", {"type": "close"}, ANA)
    assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed")
    assert "Digital Transformation Unit" in answer.json()["detail"]


def test_closing_names_the_steps_that_are_undone(web: Served, paper: Paper) -> None:
    reference = paper.planned()
    answer = web.post(f"/incidents/{reference}/decisions", {"type": "close"}, DEE)
    assert answer.status_code == 409
    assert "delete" in answer.json()["undone"]


def test_a_decision_that_is_not_on_the_list_is_told_the_list(web: Served, paper: Paper) -> None:
    reference = paper.planned()
    answer = web.post(f"/incidents/{reference}/decisions", {"type": "canary"}, DEE)
    assert answer.status_code == 422
    assert "'confirm', 'keep'" in answer.json()["detail"]
    assert "canary" not in answer.text


def test_notices_are_acknowledged(web: Served, paper: Paper) -> None:
    reference = paper.planned()
    paper.tell(reference, BO, Role.LINE_MANAGER)
    assert web.post(f"/incidents/{reference}/acknowledgements", {}, BO).status_code == 202
    assert (
        web.call("POST", f"/api/v1/incidents/{reference}/acknowledgements", BO).status_code == 202
    )
    seen = web.get(f"/incidents/{reference}", BO).json()
    assert seen["notices"][0]["state"] == "acknowledged"
    assert seen["notices"][0]["acknowledged_at"]


def test_cases_are_hrs_and_nobody_elses(web: Served, paper: Paper) -> None:
    reference = paper.planned(kinds=(Kind.PARTIAL,))
    paper.consider(reference)
    decision = {"choice": "refer", "rule": "Line 54", "reason": "On purpose."}
    for by in (ANA, DEE, SAM, CY):
        assert web.get("/cases", by).status_code == 404
        assert web.get(f"/cases/{reference}", by).status_code == 404
        assert web.post(f"/cases/{reference}/decisions", decision, by).status_code == 404
        body = decision | {"type": "refer"}
        assert web.post(f"/incidents/{reference}/decisions", body, by).status_code == 404
    assert web.get("/cases", HAL).json()["cases"][0]["reference"] == reference
    assert web.post(f"/cases/{reference}/decisions", decision, HAL).json()["state"] == "referred"
    seen = web.get(f"/cases/{reference}", IDA).json()
    assert (seen["rule"], seen["decided_by"]) == ("Line 54", HAL)
    again = web.post(f"/cases/{reference}/decisions", decision, IDA)
    assert again.status_code == 409


def test_a_closed_list_refuses_unknown_fields(web: Served, paper: Paper) -> None:
    reference = paper.worded()
    body = {"type": "close", "canary": "x"}
    answer = web.post(f"/incidents/{reference}/decisions", body, DEE)
    assert answer.status_code == 422
    assert "canary" not in answer.text
