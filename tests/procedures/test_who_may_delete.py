"""Whose report takes a post down: that of the post itself, and one that asks for it (design §8)."""

import time

from department import ANA, DEE, SAM, Department

from flows.deciding.confirming import confirm
from models.words import Kind, PostState


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
    time.sleep(1)
    assert _state_of(department, reference, second) == PostState.LIVE


def test_a_publisher_who_says_that_it_is_no_mistake_asks_for_no_deletion(
    department: Department,
) -> None:
    link = department.post("Our ambassador wishes you a good day.")
    reference = department.report_wrong_fact(link, by=SAM)
    department.until(reference, lambda _: "confirm-asked" in department.said(reference))
    assert department.report(link, Kind.NOT_A_MISTAKE, by=ANA) == reference
    department.until(reference, lambda s: s.incident.shown == s.incident.stirred)
    time.sleep(1)
    assert _state_of(department, reference, link) == PostState.LIVE
