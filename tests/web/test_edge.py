"""The edge: health, headers, problems for every error, and a log that tells nothing."""

import logging

import pytest
from paper import ANA, BO, DEE, SAM, Paper
from served import Served

from models.words import Role


def test_the_process_says_that_it_lives(web: Served) -> None:
    assert web.call("GET", "/healthz").json() == {"status": "ok"}


def test_ready_means_database_migrations_and_an_engine(web: Served) -> None:
    unready = web.call("GET", "/readyz")
    assert (unready.status_code, unready.json()["engine"]) == (503, "missing")
    web.beat()
    assert web.call("GET", "/readyz").json()["status"] == "ready"


def test_without_prefect_it_is_degraded_and_not_unready(web: Served) -> None:
    web.beat("prefect-down")
    answer = web.call("GET", "/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing-here", 404),
        ("DELETE", "/api/v1/incidents", 405),
        ("GET", "/api/v1/incidents", 401),
        ("GET", "/api/v1/cases", 401),
    ],
)
def test_every_error_is_a_problem(web: Served, method: str, path: str, status: int) -> None:
    answer = web.call(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"].endswith((".", "TOKEN."))


def test_what_fails_inside_tells_nothing(
    web: Served, paper: Paper, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("canary")

    reference = paper.planned()
    monkeypatch.setattr("amends.web.incidents.view", fail)
    with caplog.at_level(logging.DEBUG):
        answer = web.get(f"/incidents/{reference}", DEE)
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "canary" not in answer.text + caplog.text
    assert "RuntimeError" in caplog.text


def test_every_answer_has_the_headers_that_keep_a_browser_safe(web: Served) -> None:
    for path in ("/healthz", "/nothing-here", "/i/AM-12345", "/ack/x"):
        headers = web.call("GET", path).headers
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cache-control"] == "no-store"
        assert "access-control-allow-origin" not in headers


def test_the_log_has_neither_tokens_nor_references_nor_queries(
    web: Served, paper: Paper, caplog: pytest.LogCaptureFixture
) -> None:
    reference = paper.planned()
    with caplog.at_level(logging.INFO):
        web.get(f"/incidents/{reference}?canary=1", ANA)
        web.call("GET", "/ack/canary-token")
    ours = "\n".join(one.getMessage() for one in caplog.records if one.name[:6] == "amends")
    assert "GET /incidents/{reference} 200" in ours
    for secret in ("canary", reference, web.token(ANA)):
        assert secret not in ours


def test_looking_at_a_link_does_not_acknowledge_and_pressing_its_button_does(
    web: Served, paper: Paper
) -> None:
    reference = paper.planned()
    paper.tell(reference, BO, Role.LINE_MANAGER, token="a-link")
    page = web.call("GET", "/ack/a-link")
    assert "<button" in page.text
    assert reference in page.text
    assert "notice-acknowledged" not in paper.said(reference)
    done = web.call("POST", "/ack/a-link")
    assert (done.status_code, "Thank you" in done.text) == (200, True)
    assert "notice-acknowledged" in paper.said(reference)


def test_a_link_that_does_not_work_says_what_to_do(web: Served) -> None:
    page = web.call("POST", "/ack/nothing")
    assert page.status_code == 404
    assert "+44 20 7946 0000" in page.text


def test_the_page_of_an_incident_is_the_same_whether_there_is_one_or_not(
    web: Served, paper: Paper
) -> None:
    reference = paper.planned()
    for visitor in (web.browser(), web.browser(SAM)):
        there, absent = visitor.get(f"/i/{reference}"), visitor.get("/i/AM-XXXXX")
        assert there.status_code == absent.status_code
        assert there.text == absent.text.replace("AM-XXXXX", reference)
    assert "canary" not in web.browser(SAM).get("/i/canary<script>").text


def test_the_apis_description_names_every_route_and_the_token(web: Served) -> None:
    document = web.call("GET", "/api/v1/openapi.json").json()
    assert "/api/v1/incidents/{reference}/decisions" in document["paths"]
    assert document["components"]["securitySchemes"]
