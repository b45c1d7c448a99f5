"""A typo: the post stays, and its words are put right in their place, once cleared."""

import pytest
from department import ANA, CY, DEE, Department

from flows.deciding.keeping import put_right
from flows.refusals import BadRequestError, NotAllowedError
from flows.view import view, viewer
from models.words import Kind, PostState, StatementState, Wait

TYPO = "The fnud opens on 5 June."
RIGHT = "The fund opens on 5 June."


def asked(department: Department, *kinds: Kind) -> str:
    """A report of a typo, about which a person has been asked."""
    reference = department.report(department.post(TYPO), *(kinds or (Kind.TYPO,)))
    department.until(reference, lambda s: s.posts[0].state == PostState.ASKED)
    return reference


def test_where_the_platform_edits_nothing_a_person_is_asked_to_do_it(
    department: Department,
) -> None:
    reference = asked(department)
    department.until(reference, lambda s: len(s.statements) == 1)
    put_right(department.office, department.person(CY), reference, text=RIGHT)
    seen = department.until(
        reference,
        lambda s: (
            [one.state for one in s.statements]
            == [StatementState.WITHDRAWN, StatementState.WAITING]
        ),
    )
    assert seen.posts[0].state == PostState.KEPT
    department.clear(reference)
    seen = department.until(
        reference, lambda s: s.statements[1].state == StatementState.NEEDS_HUMAN
    )
    assert department.sandbox.calls("create") == []
    assert department.sandbox.calls("delete") == []
    with department.office.store.read() as tx:
        by = viewer(tx, department.office, department.person(CY), reference)
    (wait,) = [one for one in view(by).waits if one.target == seen.statements[1].id]
    assert wait.label == "Waiting for someone to put the post right by hand, and to give its link"
    assert wait.you_may_answer


def test_who_wrote_the_words_does_not_clear_them(department: Department) -> None:
    reference = asked(department)
    put_right(department.office, department.person(DEE), reference, text=RIGHT)
    department.until_waiting(reference, Wait.CLEARANCE)
    with pytest.raises(NotAllowedError):
        department.clear(reference, by=DEE)


def test_what_misled_people_is_not_put_right_in_silence(department: Department) -> None:
    reference = asked(department, Kind.OFFENSIVE)
    with pytest.raises(BadRequestError, match="Only a typo"):
        put_right(department.office, department.person(DEE), reference, text=RIGHT)
    assert department.seen(reference).posts[0].state == PostState.ASKED


def test_the_clearer_sees_what_is_put_right_and_the_same_text_is_no_edit(
    department: Department,
) -> None:
    reference = asked(department)
    department.until(reference, lambda s: bool(s.captures))
    with pytest.raises(BadRequestError, match="The text is the same"):
        put_right(department.office, department.person(CY), reference, text=TYPO)
    put_right(department.office, department.person(CY), reference, text=RIGHT)
    with department.office.store.read() as tx:
        by = viewer(tx, department.office, department.person(DEE), reference)
    edit = view(by).statements[-1]
    assert [(one.how, one.text) for one in edit.difference] == [
        ("same", "The"),
        ("out", "fnud"),
        ("in", "fund"),
        ("same", "opens on 5 June."),
    ]


def test_an_edit_needs_words(department: Department) -> None:
    reference = asked(department)
    with pytest.raises(BadRequestError, match="Write the post"):
        put_right(department.office, department.person(ANA), reference, text=" ")
