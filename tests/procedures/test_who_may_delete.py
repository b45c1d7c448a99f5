"""Whose report takes a post down: that of the post itself, and one that asks for it (design §8)."""

import pytest
from department import ANA, CY, DEE, EVE, SAM, Department

from flows.deciding.closing import close
from flows.deciding.confirming import confirm
from flows.deciding.keeping import keep
from flows.deciding.reclassifying import reclassify
from flows.deciding.skipping import skip
from flows.refusals import NotAllowedError, NotFoundError
from models.words import Kind, PostState, Step, Wait


def _state_of(department: Department, reference: str, link: str) -> PostState:
    return next(p.state for p in department.seen(reference).posts if p.url == link)


def test_nobody_has_a_post_deleted_by_naming_it_beside_one_that_a_publisher_reported(
    department: Department,
) -> None:
    wrong = department.post("The fund opens on 3 May.")
    good = department.post("Our ambassador wishes you a good day.")
    department.sandbox.fail("delete", "429", reset_in=2)
    reference = department.report_wrong_fact(wrong)
    department.until(reference, lambda s: bool(s.effects))

    assert department.report_wrong_fact((wrong, good), by=SAM) == reference

    department.until(reference, lambda s: s.posts[0].state == PostState.GONE)
    department.until(reference, lambda _: "confirm-asked" in department.said(reference))
    assert _state_of(department, reference, good) == PostState.LIVE
    confirm(department.office, department.person(DEE), reference, yes=True, target=good)
    department.until(reference, lambda s: all(p.state == PostState.GONE for p in s.posts))


def test_a_publisher_who_reports_one_post_asks_for_that_one_alone(department: Department) -> None:
    first = department.post("The fund opens on 3 May.")
    second = department.post("Our ambassador wishes you a good day.")
    reference = department.report_wrong_fact((first, second), by=SAM)
    department.until(reference, lambda _: "confirm-asked" in department.said(reference))
    assert department.report_wrong_fact(first, by=ANA) == reference
    department.until(reference, lambda _: _state_of(department, reference, first) == PostState.GONE)
    department.until(reference, lambda s: s.incident.shown == s.incident.stirred)
    assert _state_of(department, reference, second) == PostState.LIVE


def test_a_publisher_who_says_that_it_is_no_mistake_asks_for_no_deletion(
    department: Department,
) -> None:
    link = department.post("Our ambassador wishes you a good day.")
    reference = department.report_wrong_fact(link, by=SAM)
    department.until(reference, lambda _: "confirm-asked" in department.said(reference))
    assert department.report(link, Kind.NOT_A_MISTAKE, by=ANA) == reference
    department.until(reference, lambda s: s.incident.shown == s.incident.stirred)
    assert _state_of(department, reference, link) == PostState.LIVE


def test_an_officer_of_the_dtu_does_not_judge_their_own_post(department: Department) -> None:
    reference = department.report(
        department.post("A tasteless joke"), Kind.OFFENSIVE, by=CY, poster=DEE
    )
    department.until_waiting(reference, Wait.CONFIRMATION)
    dee = department.person(DEE)
    for attempt in (
        lambda: keep(department.office, dee, reference, stays=True, reason="It is funny."),
        lambda: confirm(department.office, dee, reference, yes=False, reason="It was not me."),
        lambda: reclassify(department.office, dee, reference, kinds=(Kind.NOT_A_MISTAKE,)),
        lambda: skip(department.office, dee, reference, step=Step.WORD, reason="No need."),
        lambda: close(department.office, dee, reference),
    ):
        with pytest.raises((NotAllowedError, NotFoundError)):
            attempt()
    eve = department.person(EVE)
    keep(department.office, eve, reference, stays=False)
    department.until(reference, lambda s: s.posts[0].state == PostState.GONE)


def test_a_deletion_that_was_let_go_before_the_engine_came_is_not_made(quiet: Department) -> None:
    reference = quiet.report_wrong_fact(quiet.post("The fund opens on 3 May."))
    skip(quiet.office, quiet.person(DEE), reference, step=Step.DELETE, reason="It was right.")
    quiet.start_engine()
    quiet.until(reference, lambda s: bool(s.captures))
    quiet.until(reference, lambda s: s.incident.shown >= 0)
    assert quiet.sandbox.calls("delete") == []
    assert _state_of(quiet, reference, quiet.seen(reference).posts[0].url) == PostState.LIVE
