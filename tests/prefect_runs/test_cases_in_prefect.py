"""Of a case nothing is anywhere else: not in Prefect, the logs, the mails, a backup or a page."""

import base64
import json
import logging
import time
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from case_story import AMY, DAN, IVY, Story, appoint
from department import ANA, DEE, HAL
from paper import IDA

from flows.timeline import timeline
from flows.view import view, viewer
from models.copying import tables_of, write_rows
from models.people import Person
from models.review import CaseState
from models.words import Kind, Wait

pytestmark = [pytest.mark.prefect, pytest.mark.matrix, pytest.mark.timeout(240)]

CANARY = "canary"
FORMS = (CANARY, CANARY.title(), base64.b64encode(CANARY.encode()).decode()[:7])


def test_nothing_of_a_case_is_anywhere_outside_it(
    department: Any, prefect_server: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        reference = department.report(department.post("Vote for my party"), Kind.PARTIAL)
        department.until_waiting(reference, Wait.ADVICE, 60)
        runs = _runs(prefect_server, reference)
        for email, roles in ((IVY, ()), (DAN, ()), (AMY, ()), (IDA, ("hr",))):
            _appoint(department, email, roles)
        story = Story(department, reference, "")
        story.until(CaseState.CLOSED)
        _until_told(department)
    assert _runs(prefect_server, reference) == runs, "a case that moves shows as a run"
    time.sleep(2.5)  # Prefect writes its events late
    kept = [path for path in Path(prefect_server.home).rglob("*") if path.is_file()]
    places = {
        "prefect": b"".join(path.read_bytes() for path in kept),
        "logs": caplog.text.encode(),
        "mails": b"".join(one.as_bytes() for who in (ANA, HAL, IDA, IVY, DAN, AMY)
                          for one in department.mail.to(who)),
        "a copy of the database": _copy(department).encode(),
        "the incident": _incident(department, reference).encode(),
    }  # fmt: skip
    for place, said in places.items():
        assert said, place
        assert [form for form in FORMS if form.encode() in said] == [], place
    for name in (IVY, DAN, AMY):
        for place in ("prefect", "the incident"):
            assert name.encode() not in places[place], place
    assert CANARY in story.read(IDA).model_dump_json()


def _appoint(department: Any, email: str, roles: tuple[str, ...]) -> None:
    with department.office.store.read() as tx:
        there = tx.query(Person).filter(Person.email == email).first()
    if there is None:
        appoint(department, email, *roles)


def _until_told(department: Any) -> None:
    until = time.monotonic() + 40
    while len(department.mail.to(ANA)) < 4 and time.monotonic() < until:
        time.sleep(0.1)
    assert department.mail.to(AMY)


def _runs(prefect_server: Any, reference: str) -> int:
    """How many runs Prefect shows, once it has shown the last of them."""
    until, seen = time.monotonic() + 40, -1
    while time.monotonic() < until:
        now = len(prefect_server.runs(reference))
        if now and now == seen:
            return now
        seen = now
        time.sleep(1)
    return seen


def _copy(department: Any) -> str:
    out = StringIO()
    with department.office.store.read() as tx:
        for table in tables_of(tx):
            write_rows(tx, table, out)
    whole = out.getvalue()
    opened = [base64.b64decode(word + "==", validate=False) for word in _bytes_in(whole)]
    return whole + b"".join(opened).decode("latin-1")


def _bytes_in(lines: str) -> list[str]:
    """What is written in base64, so that a word in plain bytes would be found too."""
    found: list[str] = []
    for line in lines.splitlines():
        found += [one for one in json.loads(line) if isinstance(one, str) and len(one) > 40]
    return [one for one in found if one.isascii() and " " not in one and ":" not in one]


def _incident(department: Any, reference: str) -> str:
    with department.office.store.read() as tx:
        by = viewer(tx, department.office, department.person(DEE), reference)
        return view(by).model_dump_json() + timeline(tx, by).model_dump_json()
