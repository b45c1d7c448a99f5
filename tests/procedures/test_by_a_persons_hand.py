"""What a person did where we could not: published by hand, or changed their mind about a post."""

from department import DEE, Department

from flows.deciding.keeping import keep
from flows.deciding.reclassifying import reclassify
from flows.deciding.settling import settle
from models.words import Kind, PostState, StatementState, Wait


def test_words_published_by_hand_are_read_back_by_a_strangers_eye(department: Department) -> None:
    reference = department.report_wrong_fact(department.post("The fund opens on 3 May."))
    department.until_waiting(reference, Wait.CLEARANCE)
    department.sandbox.fail("*", "unauthorised-401", times=None)
    department.clear(reference)
    department.until_waiting(reference, Wait.PERSON)
    text = department.text_of(department.seen(reference).statements[0])
    department.sandbox.heal()
    department.sandbox.fail("get", "unauthorised-401", times=None)
    link = department.post(text)

    settle(department.office, department.person(DEE), reference, there=True, link=link)

    seen = department.until_waiting(reference, Wait.ADVICE)
    assert seen.statements[0].state == StatementState.PUBLISHED
    assert seen.statements[0].url == link
    assert len(department.sandbox.live_posts("dept")) == 1


def test_a_link_on_another_account_does_not_count(department: Department) -> None:
    reference = department.report_wrong_fact(department.post("The fund opens on 3 May."))
    department.until_waiting(reference, Wait.CLEARANCE)
    department.sandbox.fail("create", "unauthorised-401")
    department.clear(reference)
    department.until_waiting(reference, Wait.PERSON)
    link = department.post("The fund opens on 5 June.", handle="embassy")
    settle(department.office, department.person(DEE), reference, there=True, link=link)
    seen = department.until_waiting(reference, Wait.WORDS)
    assert seen.statements[0].state == StatementState.WITHDRAWN


def test_a_post_that_was_kept_is_judged_anew_when_its_kind_changes(department: Department) -> None:
    reference = department.report(department.post("Code word: HERON"), Kind.OFFENSIVE)
    department.until_waiting(reference, Wait.DECISION)
    dee = department.person(DEE)
    keep(department.office, dee, reference, stays=True, reason="Nothing is wrong with it.")
    department.until(reference, lambda s: s.posts[0].state == PostState.KEPT)
    reclassify(department.office, dee, reference, kinds=(Kind.CLASSIFIED,))
    department.until(reference, lambda s: s.posts[0].state == PostState.GONE)
