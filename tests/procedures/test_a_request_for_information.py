"""The clock of a request for information runs on, the incident closed or not, until answered."""

from datetime import timedelta

from department import DEE, Department
from jumping import JumpingClock

from flows.deciding.noting_requests import answer_request, note_request
from models.words import Kind, Wait

DTU = "dtu@dept.example"
ASKED = "a request for information"


def told(department: Department, address: str) -> int:
    return len([m for m in department.mail.to(address) if ASKED in m["Subject"]])


def reminded(department: Department, reference: str) -> int:
    return department.said(reference).count("foi-reminded")


def test_people_are_told_at_once_and_reminded_after_the_incident_is_closed(
    quiet: Department,
) -> None:
    clock = JumpingClock()
    quiet.office.store.clock = clock
    quiet.start_engine()
    reference = quiet.report(quiet.post("Happy birthday, Bo!"), Kind.WRONG_ACCOUNT)
    quiet.until_waiting(reference, Wait.ADVICE)
    quiet.finish(reference)
    dee = quiet.person(DEE)
    today = clock.now().date()
    note_request(quiet.office, dee, reference, received=today)
    quiet.until(reference, lambda _: told(quiet, DTU) == told(quiet, DEE) == 1)

    for times in (2, 3, 4, 5):  # 10, 15 and 19 working days, and the last
        clock.skip(days=16 if times == 2 else 8)
        quiet.until(reference, lambda _, n=times: reminded(quiet, reference) == n)
    quiet.until(reference, lambda _: told(quiet, DTU) == 5)

    quiet.stop_engine()  # dead for two weeks: what was missed comes once
    clock.skip(days=14)
    quiet.start_engine()
    quiet.until(reference, lambda _: reminded(quiet, reference) == 6)
    answer_request(quiet.office, dee, reference)
    clock.skip(days=30)
    quiet.until(reference, lambda s: s.incident.wake_at is None)
    assert reminded(quiet, reference) == 6
    assert clock.skipped > timedelta(days=80)
