"""Reporting over HTTP: durable before the answer, and every refusal says what to do."""

import pytest
from paper import ANA, DEE, SAM, Paper
from served import Served

BODY = {"kinds": ["factual"]}


def _report(web: Served, paper: Paper, by: str = ANA, **more: object) -> dict[str, object]:
    answer = web.post("/incidents", BODY | {"post_url": paper.link()} | more, by)
    assert answer.status_code == 202
    found: dict[str, object] = answer.json()
    return found


def test_a_report_is_accepted_and_says_where_to_look(web: Served, paper: Paper) -> None:
    answer = web.post("/incidents", BODY | {"post_url": paper.link()}, ANA)
    reference = answer.json()["reference"]
    assert answer.status_code == 202
    assert answer.headers["location"] == f"/api/v1/incidents/{reference}"
    assert web.get(f"/incidents/{reference}", ANA).json()["state"] == "accepted"


def test_several_links_are_one_incident(web: Served, paper: Paper) -> None:
    links = [paper.link(1), paper.link(2)]
    answer = web.post("/incidents", BODY | {"post_urls": links}, ANA)
    assert len(web.get(f"/incidents/{answer.json()['reference']}", ANA).json()["posts"]) == 2


def test_the_same_key_gets_the_same_answer(web: Served, paper: Paper) -> None:
    body, headers = BODY | {"post_url": paper.link()}, {"Idempotency-Key": "key-1"}
    first = web.post("/incidents", body, ANA, headers=headers)
    again = web.post("/incidents", body, ANA, headers=headers)
    assert (again.status_code, again.json()) == (202, first.json())
    other = web.post("/incidents", body | {"note": "x"}, ANA, headers=headers)
    assert (other.status_code, other.json()["code"]) == (409, "key-reused")


def test_a_report_needs_a_token(web: Served, paper: Paper) -> None:
    answer = web.post("/incidents", BODY | {"post_url": paper.link()})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({"kinds": ["factual"]}, "Enter post_url, or post_urls for several."),
        ({"post_url": "https://x.com/a/status/1"}, "Enter kinds."),
        ({"post_url": "https://x.com/a/status/1", "kinds": []}, "Say what kind of mistake it was"),
        ({"post_url": "https://x.com/a/status/1", "kinds": ["canary"]}, "kinds: use one of 'typo'"),
        ({"post_url": "https://canary.example/1", "kinds": ["typo"]}, "Enter a link to a post"),
        ({"post_url": "https://x.com/a/status/1", "kinds": ["typo"], "canary": 1}, "not known"),
        ({"post_url": "https://x.com/a/status/1", "kinds": ["typo"], "note": 7}, "note is not as"),
        ([], "The body is not JSON"),
    ],
)
def test_a_wrong_request_is_told_what_to_enter_and_hears_nothing_of_what_it_sent(
    web: Served, body: object, detail: str
) -> None:
    answer = web.post("/incidents", body, ANA)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert detail in problem["detail"]
    assert "canary" not in answer.text
    assert set(problem) >= {"type", "title", "status", "detail"}


def test_a_body_that_is_not_json_is_told_so(web: Served) -> None:
    answer = web.call("POST", "/api/v1/incidents", ANA, content=b"{canary")
    assert answer.status_code == 422
    assert "canary" not in answer.text


def test_a_very_large_request_is_refused(web: Served) -> None:
    answer = web.call("POST", "/api/v1/incidents", ANA, content=b"x" * 600_000)
    assert answer.status_code == 413


def test_a_very_large_request_of_unknown_length_is_refused(web: Served) -> None:
    answer = web.call("POST", "/api/v1/incidents", ANA, content=(b"x" * 100_000 for _ in range(8)))
    assert answer.status_code == 413


def test_lists_come_a_page_at_a_time_with_filters(web: Served, paper: Paper) -> None:
    references = [paper.report(paper.link(number)) for number in range(1, 6)]
    first = web.get("/incidents?limit=2", DEE).json()
    second = web.get(f"/incidents?limit=2&before={first['next']}", DEE).json()
    third = web.get(f"/incidents?limit=2&before={second['next']}", DEE).json()
    pages = [*first["incidents"], *second["incidents"], *third["incidents"]]
    assert [one["reference"] for one in pages] == references[::-1]
    assert third["next"] is None
    assert web.get("/incidents?kind=classified", DEE).json()["incidents"] == []
    assert len(web.get("/incidents?kind=factual&state=accepted", DEE).json()["incidents"]) == 5


def test_a_list_holds_only_what_the_person_may_see(web: Served, paper: Paper) -> None:
    paper.report(paper.link(1))
    own = paper.report("https://x.com/somebody/status/9", by=SAM)
    seen = web.get("/incidents", SAM).json()["incidents"]
    assert [one["reference"] for one in seen] == [own]


def test_one_person_cannot_report_without_end(web: Served, paper: Paper) -> None:
    from amends.web.pace import Pace

    app = web.web.app
    app.state.pace = Pace(per_minute=2)
    _report(web, paper)
    _report(web, paper)
    answer = web.post("/incidents", BODY | {"post_url": paper.link()}, ANA)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")
    _report(web, paper, SAM)
