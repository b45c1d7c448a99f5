"""The access matrix: relation × route × field, from the app itself; no cell leaks.

A route, be it a page, or a field of what is answered of a case, that is not classified here fails.
"""

import json
from collections.abc import Iterator
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest
from case_story import AMY, DAN, IVY, Story, appoint, begin
from case_visit import visit
from paper import ADA, ANA, BO, CY, DEE, EVE, HAL, IDA, PAT, ROY, SAM, SUE, Paper, open_paper
from routes import all_routes
from served import Served, serve

from amends.web.app import create_app
from flows.reviewing.moving import Asked
from models.review import CaseMove, CaseState

LEX = "lex@dept.example"

WHO: dict[str, str] = {
    "subject": ANA,
    "line manager": BO,
    "the line above": PAT,
    "account owner": CY,
    "duty officer": DEE,
    "officer": EVE,
    "reporter": SAM,
    "security": SUE,
    "administrator": ADA,
    "auditor": ROY,
    "legal": LEX,
    "hr": HAL,
    "coordinator": IDA,
    "investigator": IVY,
    "decider": DAN,
    "appeal hearer": AMY,
}
"""Everybody who may ever ask, by how they stand to the incident and its case."""

INSIDE = ("subject", "hr", "coordinator", "investigator", "decider", "appeal hearer")
HANDS = ("coordinator", "investigator", "decider", "appeal hearer")

OF_CASES = "cases"
OF_INCIDENTS = "incidents"
OPEN = "open"
PAGES = "pages"
PAGES_OF_CASES = "pages of cases"
STREAMS = "streams"
ELSE = "else"

ROUTES: dict[str, str] = {
    "GET /api/v1/cases": OF_CASES,
    "GET /api/v1/cases/{reference}": OF_CASES,
    "POST /api/v1/cases/{reference}/decisions": OF_CASES,
    "POST /api/v1/cases/{reference}/moves": OF_CASES,
    "POST /api/v1/cases/{reference}/glass": OF_CASES,
    "GET /api/v1/incidents": OF_INCIDENTS,
    "POST /api/v1/incidents": OF_INCIDENTS,
    "GET /api/v1/incidents/{reference}": OF_INCIDENTS,
    "GET /api/v1/incidents/{reference}/timeline": OF_INCIDENTS,
    "GET /api/v1/incidents/{reference}/events": STREAMS,
    "POST /api/v1/incidents/{reference}/clearances": OF_INCIDENTS,
    "POST /api/v1/incidents/{reference}/acknowledgements": OF_INCIDENTS,
    "POST /api/v1/incidents/{reference}/decisions": OF_INCIDENTS,
    "POST /api/v1/incidents/{reference}/exports": OF_INCIDENTS,
    "GET /api/v1/retention": ELSE,
    "POST /api/v1/subject-access": ELSE,
    "POST /api/v1/incidents/{reference}/hold": OF_INCIDENTS,
    "POST /api/v1/incidents/{reference}/hold/release": OF_INCIDENTS,
    "POST /api/v1/tokens": ELSE,
    "POST /api/v1/tokens/claim": OPEN,
    "GET /api/v1/reconciliation": ELSE,
    "POST /api/v1/reconciliation": ELSE,
    "GET /healthz": OPEN,
    "GET /readyz": OPEN,
    "GET /api/v1/openapi.json": OPEN,
    "GET /static/{version}/{name}": OPEN,
    "GET /i/{reference}/live": STREAMS,
    **dict.fromkeys(
        (
            "GET /", "GET /ack/{token}", "POST /ack/{token}",
            "GET /sign-in", "POST /sign-in", "GET /sign-in/sent", "GET /sign-in/{token}",
            "POST /sign-in/elsewhere", "GET /sign-in/back", "GET /sign-in/stopped",
            "POST /sign-in/{token}", "GET /set-up", "POST /set-up", "POST /sign-out",
            "GET /incidents", "POST /incidents/find", "GET /i/{reference}",
            "POST /i/{reference}/clear", "POST /i/{reference}/acknowledge",
            "POST /i/{reference}/answer", "GET /i/{reference}/more", "POST /i/{reference}/more",
            "GET /i/{reference}/kind", "POST /i/{reference}/kind",
            "GET /figures", "GET /figures/csv",
            "GET /people", "POST /people/sessions",
            "GET /accounts", "GET /accounts/{account}", "POST /accounts/{account}",
            "GET /report", "POST /report", "GET /report/link",
            "POST /report/link", "GET /report/kind", "POST /report/kind", "GET /report/about",
            "POST /report/about", "GET /report/check", "POST /report/check", "POST /report/forget",
            "GET /report/sent/{reference}", "GET /report/preview", "POST /report/preview",
            "GET /help", "GET /help/procedure", "GET /help/by-hand", "GET /help/accessibility",
            "GET /help/contact",
            "GET /advice", "POST /advice", "POST /advice/{question_id}",
        ),
        PAGES,
    ),
    **dict.fromkeys(
        (
            "GET /cases", "POST /cases", "GET /cases/glass", "POST /cases/glass",
            "GET /cases/{address}", "POST /cases/{address}",
        ),
        PAGES_OF_CASES,
    ),
}  # fmt: skip
"""Each route, and whether something of a case can be in its answer: only of cases. Streams say
what the timeline says, or only that there is something new."""

EVERYBODY_INSIDE = frozenset(INSIDE)
NOT_THE_SUBJECT = frozenset(INSIDE) - {"subject"}
WORKERS_AND_SUBJECT = frozenset(HANDS) | {"subject"}

FIELDS: dict[str, frozenset[str]] = {
    **dict.fromkeys(
        (
            "reference", "state", "route", "considered_at", "kinds", "severity", "poster", "posts",
            "rule", "condition", "you", "you_may", "in_favour", "self_reported_minutes", "hands",
            "told_at", "meeting_at", "due_at", "destroyed_at",
        ),
        EVERYBODY_INSIDE,
    ),
    **dict.fromkeys(
        ("decided_at", "decided_by", "reason", "facts", "record", "route_details", "questions",
         "kept_because", "glass_until"),
        NOT_THE_SUBJECT,
    ),
    **dict.fromkeys(("companion", "outcome", "appeal_outcome", "suspended_until"),
                    WORKERS_AND_SUBJECT),
    "papers": EVERYBODY_INSIDE,
}  # fmt: skip
"""Each field of a case, and who may find anything in it."""

PAPERS: dict[str, frozenset[str]] = {
    "canary-fairness": NOT_THE_SUBJECT,
    "canary-evidence": WORKERS_AND_SUBJECT,
    "canary-answer": WORKERS_AND_SUBJECT,
    "canary-health": WORKERS_AND_SUBJECT,
    "canary-report": WORKERS_AND_SUBJECT,
    "canary-meeting": WORKERS_AND_SUBJECT,
    "canary-finding": WORKERS_AND_SUBJECT,
    "canary-appeal": WORKERS_AND_SUBJECT,
    "canary-heard": WORKERS_AND_SUBJECT,
    "canary-reason": NOT_THE_SUBJECT,
    "canary-rule": EVERYBODY_INSIDE,
}
"""Each canary that was written into the case, and who may ever read it."""


def _document() -> dict[str, Any]:
    nowhere: Any = SimpleNamespace(store=None, settings=SimpleNamespace(drill=None))
    return create_app(nowhere).openapi()


def test_every_route_is_classified() -> None:
    assert all_routes() == set(ROUTES), "a new route: may anything of a case be in its answer?"


def test_every_field_of_a_case_is_classified() -> None:
    shapes = _document()["components"]["schemas"]
    assert set(shapes["CaseShape"]["properties"]) == set(FIELDS)
    assert set(shapes["CaseLine"]["properties"]) <= set(FIELDS)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """A whole case, heard on appeal; whoever may do anything in it has done it."""
    paper: Paper = open_paper(tmp_path_factory.mktemp("matrix"))
    appoint(paper, LEX, "legal")
    story = begin(paper, by=SAM, poster=ANA)
    story.move(HAL, Asked(CaseMove.CONSIDER, text="canary-fairness", about="peer"))
    story.until(CaseState.HEARD)
    yield story
    paper.close()


@pytest.fixture(scope="module")
def asked(story: Story) -> Iterator[Served]:
    """Its web process."""
    served = serve(story.paper)
    yield served
    served.close()


SAMPLES = {
    "about": "peer", "hand": "decider", "person": ANA, "outcome": "no-case", "text": "x",
    "appeal_outcome": "upheld", "at": "2036-06-03T10:00:00Z",
}  # fmt: skip


FORM = {
    "first": "no", "kinds": ["partial"], "poster": "me", "decision": "approve", "code": "x",
    "type": "establish", "target": "cleared-by-nobody", "choice": "yes", "reason": "x",
}  # fmt: skip


@cache
def _moves() -> tuple[dict[str, str], ...]:
    """A body for each move, with the fields that its own shape asks for."""
    shapes = _document()["components"]["schemas"].values()
    found = []
    for shape in shapes:
        verb = shape.get("properties", {}).get("move", {})
        for move in verb.get("enum", [verb["const"]] if "const" in verb else []):
            needed = {name: SAMPLES[name] for name in shape["required"] if name != "move"}
            found.append({"move": move, **needed})
    return tuple(found)


def test_every_move_is_tried() -> None:
    by_others = {"refer", "do-not-refer", "hand-over", "ask-glass", "agree-glass"}
    assert {body["move"] for body in _moves()} == set(CaseMove) - by_others


def _answers(asked: Served, story: Story, who: str, route: str) -> Iterator[str]:
    """What this person is answered there, with every body that the route takes; on pages, where
    they are signed in, with every form."""
    method, path = route.split()
    at = path.replace("{reference}", story.reference).replace("{token}", "x")
    at = at.replace("{address}", story.paper.office.case_keys.address(story.reference))
    if ROUTES[route] in (PAGES, PAGES_OF_CASES):
        visitor = visit(asked, WHO[who])
        if method == "GET":
            yield visitor.get(at).text
            return
        forms = [{}, FORM | {"links": story.link, "find": story.link}]
        forms.append(forms[-1] | {"type": "reclassify"})
        if "{address}" in route:
            forms += [{"move": "refer", "f0-0": "refer"}, *_moves()]
        for form in forms:
            yield visitor.post(at, form).text
        return
    bodies: tuple[object, ...] = (None,)
    if method == "POST":
        bodies = ({}, {"reason": "x"}, {"type": "close", "reason": "x"}, *_moves())
        bodies += ({"choice": "refer", "rule": "x", "reason": "x"},)
        bodies += tuple({"level": level} for level in ("foi", "committee", "tribunal"))
    for body in bodies:
        yield asked.call(method, at, WHO[who], json=body).text


@pytest.mark.parametrize(
    "who",
    [
        one if one in ("hr", "administrator") else pytest.param(one, marks=pytest.mark.matrix)
        for one in WHO
    ],
)
def test_no_cell_of_the_matrix_leaks(asked: Served, story: Story, who: str) -> None:
    for route, sort in ROUTES.items():
        if sort == STREAMS:
            continue
        for said in _answers(asked, story, who, route):
            for canary, may in PAPERS.items():
                if canary in said:
                    assert sort in (OF_CASES, PAGES_OF_CASES), f"{who} reads {canary} at {route}"
                    assert who in may, f"{who} reads {canary} at {route}"
            if sort == PAGES_OF_CASES and who not in INSIDE:
                assert story.reference not in said, f"{who} at {route}"


@pytest.mark.parametrize("who", WHO)
def test_each_field_is_given_to_those_who_may_have_it(
    asked: Served, story: Story, who: str
) -> None:
    answer = asked.get(f"/cases/{story.reference}", WHO[who])
    if who not in INSIDE:
        absent = asked.get("/cases/AM-XXXXX", WHO[who])
        assert (answer.status_code, answer.json()) == (404, absent.json())
        assert asked.get("/cases", WHO[who]).status_code == 404
        return
    given = {field for field, value in answer.json().items() if value not in (None, [], "")}
    assert given <= {field for field, may in FIELDS.items() if who in may}
    if who in HANDS:
        assert {"papers", "record", "reason", "outcome", "appeal_outcome"} <= given


def test_the_canaries_are_really_there(asked: Served, story: Story) -> None:
    """Or no cell could leak."""
    whole = json.dumps(asked.get(f"/cases/{story.reference}", IDA).json())
    page = next(_answers(asked, story, "coordinator", "GET /cases/{address}"))
    assert [canary for canary in PAPERS if canary not in whole or canary not in page] == []
