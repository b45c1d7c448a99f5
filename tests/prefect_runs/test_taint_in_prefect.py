"""Of personal data nothing is anywhere in Prefect: not a state, a log, a parameter or a name."""

import time
from pathlib import Path

import pytest
from department import CY

from flows.deciding.writing import write_words
from flows.refusals import BadRequestError
from models.words import Kind, StatementState, Wait

pytestmark = [pytest.mark.prefect, pytest.mark.timeout(240)]

SECRETS = (b"Marchetti", b"marchetti", b"Alderbrook", b"558231")


def test_nothing_of_personal_data_is_anywhere_in_prefect(department, prefect_server) -> None:
    link = department.post("Siobhan Marchetti, 17 Alderbrook Lane, 07946 558231")
    reference = department.report(link, Kind.PERSONAL_DATA, note="Marchetti lives there")
    department.until_waiting(reference, Wait.CLEARANCE, 60)
    office, cy = department.office, department.person(CY)
    for words in ("It named Marchetti.", "It named M4rchetti.", "558231"):
        with pytest.raises(BadRequestError):
            write_words(office, cy, reference, text=words)
    department.clear(reference)
    department.until(reference, lambda s: s.statements[0].state == StatementState.PUBLISHED, 60)
    end = time.monotonic() + 40
    while not prefect_server.runs(reference) and time.monotonic() < end:
        time.sleep(0.1)
    assert prefect_server.runs(reference)
    time.sleep(2.5)  # Prefect writes its events late
    kept = [path for path in Path(prefect_server.home).rglob("*") if path.is_file()]
    found = [(path.name, one) for path in kept for one in SECRETS if one in path.read_bytes()]
    assert found == []
