"""Prefect shows the procedure and decides nothing: with it, without it, frozen, or wiped."""

import base64
import signal
import time
from pathlib import Path

import httpx
import pytest
from department import open_department

from amends.engine import Engine
from flows import step
from flows.first_response import respond_at_once
from flows.hands import lend
from flows.steps.deletion import delete
from models.words import PostState, StatementState, Wait

pytestmark = [pytest.mark.prefect, pytest.mark.timeout(240)]

STEPS = [
    "tell", "preserve", "delete", "verify", "word", "clear", "publish", "refer", "advise", "close",
]  # fmt: skip
CANARY = "Heron-7731 opens on 3 May"


def until(true, seconds=40.0):
    """Wait until it is true, and return it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := true():
            return found
        time.sleep(0.1)
    raise AssertionError("it never became true")


def test_each_incident_is_a_flow_run_with_its_steps_as_tasks(department, prefect_server) -> None:
    reference = department.report_wrong_fact(department.post("The fund opens on 3 May."))
    department.until_waiting(reference, Wait.CLEARANCE, 60)
    run = until(lambda: next((r for r in prefect_server.runs(reference) if r["end_time"]), None))
    assert run["name"] == reference
    assert run["state_name"] == "Waiting for clearance"
    assert run["parameters"] == {"reference": reference}
    # Prefect writes its task runs a little later than its flow runs.
    until(lambda: list(prefect_server.states(run["id"])) == STEPS)
    states = prefect_server.states(run["id"])
    assert states["delete"] == "Done"
    assert states["clear"] == "Waiting for clearance"


def test_a_persons_answer_is_a_new_run_and_the_last_one_says_closed(
    department, prefect_server
) -> None:
    reference = department.report_wrong_fact(department.post("The fund opens on 3 May."))
    department.until_waiting(reference, Wait.CLEARANCE, 60)
    department.clear(reference)
    department.until_waiting(reference, Wait.ADVICE, 60)
    department.finish(reference)
    until(lambda: "Closed" in [r["state_name"] for r in prefect_server.runs(reference)])


def test_no_word_of_a_post_is_anywhere_in_prefect(department, prefect_server) -> None:
    link = department.post(CANARY)
    reference = department.report_wrong_fact(
        link, wrong="Heron-7731 opens on 3 May", right="Heron-7731 opens on 5 June", note=CANARY
    )
    department.until_waiting(reference, Wait.CLEARANCE, 60)
    department.clear(reference)
    department.until_waiting(reference, Wait.ADVICE, 60)
    until(lambda: prefect_server.runs(reference))
    secrets = [b"Heron", base64.b64encode(b"Heron-7731")[:8], b"ana@dept", link.encode()]
    secrets += [secret.encode()[20:50] for secret in department.secrets.values()]
    time.sleep(2.5)  # Prefect writes its events late
    for path in Path(prefect_server.home).rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert [s for s in secrets if s in content] == [], path.name


def test_with_prefect_frozen_the_post_goes_and_the_incident_reaches_its_end(
    department, prefect_server
) -> None:
    prefect_server.signal(signal.SIGSTOP)
    try:
        reference = department.report_wrong_fact(department.post("The fund opens on 3 May."))
        department.until(reference, lambda s: s.posts[0].state == PostState.GONE, 10)
        department.until_waiting(reference, Wait.CLEARANCE, 60)
        department.clear(reference)
        department.until_waiting(reference, Wait.ADVICE, 60)
        department.finish(reference)
        assert "prefect-gap" in department.said(reference)
    finally:
        prefect_server.signal(signal.SIGCONT)
    assert len(department.sandbox.calls("create")) == 1


def test_with_prefects_database_wiped_in_the_middle_nothing_changes(
    department, prefect_server
) -> None:
    reference = department.report_wrong_fact(department.post("The fund opens on 3 May."))
    department.until_waiting(reference, Wait.CLEARANCE, 60)
    department.stop_engine()
    prefect_server.wipe()
    department.clear(reference)
    department.start_engine(prefect_api_url=prefect_server.url)
    seen = department.until_waiting(reference, Wait.ADVICE, 60)
    assert seen.statements[0].state == StatementState.PUBLISHED
    assert len(department.sandbox.calls("delete")) == 1
    assert len(department.sandbox.calls("create")) == 1


def test_with_no_prefect_at_all_the_incident_reaches_its_end(tmp_path: Path) -> None:
    department = open_department(tmp_path)
    try:
        department.start_engine(prefect_api_url="http://127.0.0.1:9/api")
        reference = department.report_wrong_fact(department.post("The fund opens on 3 May."))
        department.until_waiting(reference, Wait.CLEARANCE, 30)
        department.clear(reference)
        department.until_waiting(reference, Wait.ADVICE, 30)
        department.finish(reference)
        assert "prefect-gap" in department.said(reference)
    finally:
        department.close()


def test_the_first_response_makes_no_prefect_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the engine's own process, with Prefect imported, it knows of no flow and calls nobody."""
    department = open_department(tmp_path)
    calls: list[str] = []
    in_flow: list[bool] = []
    inner, send = delete._do, httpx.AsyncClient.send

    def watched(*args: object) -> None:
        in_flow.append(step._in_flow_run())
        inner(*args)

    async def counted(self: httpx.AsyncClient, request: httpx.Request, **more: object):
        calls.append(request.url.path)
        return await send(self, request, **more)

    monkeypatch.setattr(delete, "_do", watched)
    monkeypatch.setattr(httpx.AsyncClient, "send", counted)
    try:
        lend(Engine(department.office, prefect_api_url=None).hands)
        reference = department.report_wrong_fact(department.post("The fund opens on 3 May."))
        respond_at_once(reference)
        assert department.seen(reference).posts[0].state == PostState.GONE
    finally:
        department.close()
    assert in_flow == [False]
    assert calls == []


def is_recorded(department, prefect_server, reference: str) -> bool:
    """A run that ended, or, where Prefect's SQLite could not keep up, a gap on the timeline."""
    ended = any(run["end_time"] for run in prefect_server.runs(reference))
    return ended or "prefect-gap" in department.said(reference)


def test_many_incidents_at_once_all_reach_people_and_prefect_or_the_gap_is_shown(
    department, prefect_server
) -> None:
    links = [department.post(f"The fund opens on {day} May.") for day in range(1, 17)]
    references = [department.report_wrong_fact(link) for link in links]
    for reference in references:
        department.until_waiting(reference, Wait.CLEARANCE, 60)
    assert len(department.sandbox.calls("delete")) == len(links)
    for reference in references:
        until(lambda name=reference: is_recorded(department, prefect_server, name), 90)
