"""A post that was gone and is there again: reopened, a person asked, all told."""

from datetime import timedelta

import pytest
from department import BO, DEE, Department

from flows.steps import verification
from models.words import IncidentState, Kind, PostState, Wait


@pytest.fixture
def quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look again after two seconds instead of a minute."""
    looks = (timedelta(seconds=2), timedelta(seconds=4), timedelta(hours=1), timedelta(hours=24))
    monkeypatch.setattr(verification, "RECHECKS", looks)


def test_a_post_that_comes_back_reopens_the_incident_and_all_are_told(
    department: Department, quick_looks: None
) -> None:
    link = department.post("Off to the pub")
    (post,) = department.sandbox.live_posts("dept")
    reference = department.report(link, Kind.WRONG_ACCOUNT)
    department.until_waiting(reference, Wait.ADVICE)
    department.finish(reference)
    post.deleted_at = None  # the platform restores it

    seen = department.until(reference, lambda s: s.posts[0].state == PostState.NEEDS_HUMAN)

    assert seen.incident.closed_at is None
    seen = department.until_waiting(reference, Wait.PERSON)
    assert seen.incident.state == IncidentState.WAITING
    department.until(reference, lambda _: len(department.mail.to(BO)) == 2)
    department.until(reference, lambda _: bool(department.mail.to(DEE)))


def test_a_post_that_stays_gone_is_looked_at_again_and_again(
    department: Department, quick_looks: None
) -> None:
    reference = department.report(department.post("Off to the pub"), Kind.WRONG_ACCOUNT)
    department.until_waiting(reference, Wait.ADVICE)
    department.finish(reference)
    seen = department.until(reference, lambda s: s.posts[0].looks == 2)
    assert seen.posts[0].state == PostState.GONE
    assert seen.incident.closed_at is not None


def test_a_small_slip_deleted_is_told_the_dtu_at_once(department: Department) -> None:
    reference = department.report(department.post("asdfgh"), Kind.NOISE)
    department.until(reference, lambda s: s.posts[0].state == PostState.GONE)
    department.until(reference, lambda _: len(department.mail.to("dtu@dept.example")) == 1)
    assert department.mail.to(BO) == []


def test_an_account_that_a_stranger_wrote_on_is_to_be_secured(department: Department) -> None:
    reference = department.report(department.post("We resign."), Kind.INSIDER_UNKNOWN)
    seen = department.until(reference, lambda s: s.posts[0].state == PostState.GONE)
    assert "secure" in {question.target for question in seen.open_decisions()}
