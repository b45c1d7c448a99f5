"""The reactive line: for the press desk, true and clean like public words, and never published."""

import pytest
from department import ANA, DEE, PAT, Department

from flows.view import view, viewer
from models.snapshot import Snapshot
from models.words import Kind, NoticeState, PostState

ASKED = "what to say if asked"


def line(department: Department, reference: str, by: str = PAT) -> str | None:
    with department.office.store.read() as tx:
        return view(viewer(tx, department.office, department.person(by), reference)).if_asked


def told(seen: Snapshot) -> bool:
    return any(n.template == "if_asked" and n.state == NoticeState.SENT for n in seen.notices)


def gone(seen: Snapshot) -> bool:
    return seen.posts[0].state == PostState.GONE


def test_the_press_desk_hears_that_there_is_a_line_and_reads_it(department: Department) -> None:
    reference = department.report_wrong_fact(department.post("The fund opens on 3 May."))
    department.until(reference, told)
    (mail,) = [m for m in department.mail.to(PAT) if ASKED in m["Subject"]]
    department.until(reference, gone)
    said = line(department, reference)
    assert said is not None
    assert "removed" in said, "it says what has become true"
    assert said not in mail.as_string()
    assert line(department, reference, by=ANA) is None
    assert line(department, reference, by=DEE) == said
    department.until(reference, lambda s: bool(s.statements))
    department.clear(reference)
    department.finish(reference)
    assert said not in [post.text for post in department.sandbox.everything_ever("dept")]


def test_it_is_held_to_the_recorded_facts(department: Department) -> None:
    department.sandbox.fail("delete", "forbidden-403", times=None)
    reference = department.report_wrong_fact(department.post("The fund opens on 3 May."))
    department.until(reference, told)
    said = line(department, reference)
    assert said is not None
    assert "removed" not in said


@pytest.mark.parametrize("kind", [Kind.CLASSIFIED, Kind.TYPO, Kind.WRONG_ACCOUNT])
def test_the_press_desk_hears_nothing_of_secrets_and_of_kinds_without_a_line(
    department: Department, kind: Kind
) -> None:
    reference = department.report(department.post("Code word: HERON"), kind)
    department.until(reference, lambda s: any(n.sent_at for n in s.notices) or bool(s.notices))
    department.until(reference, lambda s: s.incident.waiting_for is not None)
    assert not [n for n in department.seen(reference).notices if n.template == "if_asked"]


def test_it_repeats_nothing_of_what_is_secret_personal_or_dangerous(
    department: Department,
) -> None:
    text = "We do not comment. Bo Berg, 4 Elm Row, dept, removed"
    reference = department.report(department.post(text), Kind.PERSONAL_DATA)
    department.until(reference, gone)
    said = line(department, reference, by=DEE)
    assert said is None or not {"Berg", "Elm", "dept"} & set(said.replace(",", " ").split())
