"""Killed at any point and started again: one delete that counts, one correction, nothing lost."""

from pathlib import Path

import pytest
from department import Department
from engine_process import EngineProcess
from lives import Quick

from models.words import PostState, StatementState, Wait


def in_the_matrix(points: list[str]) -> list[object]:
    """Run by `make test-long` alone; the others are the fast part, in every `make test`."""
    return [pytest.param(point, marks=pytest.mark.matrix) for point in points]


POINTS_OF_A_FIRST_RESPONSE = [
    "make-plan:after-commit",
    "keep-capture:after-commit",
    "delete:before-call",
    "delete:after-call",
    "conclude-delete:before-commit",
    "look:after-call",
    "draft-words:after-commit",
]
MORE_OF_A_FIRST_RESPONSE = [
    "take-lease:after-commit",
    "make-plan:before-commit",
    "queue-notices:before-commit",
    "queue-notices:after-commit",
    "keep-capture:before-commit",
    "authorise-delete:after-commit",
    "claim-effect:before-commit",
    "claim-effect:after-commit",
    "conclude-delete:after-commit",
    "look:before-call",
    "conclude-look:before-commit",
    "conclude-look:after-commit",
    "draft-words:before-commit",
    "stand:before-commit",
    "stand:after-commit",
]


@pytest.mark.parametrize(
    "point", [*POINTS_OF_A_FIRST_RESPONSE, *in_the_matrix(MORE_OF_A_FIRST_RESPONSE)]
)
def test_killed_before_the_words_are_cleared(quiet: Department, point: str) -> None:
    reference = quiet.report_wrong_fact(quiet.post("The fund opens on 3 May."))
    with EngineProcess(quiet, point) as first:
        assert first.died(), first.log.read_text()
    with EngineProcess(quiet):
        # A mail that was on its way when the engine died may be a person's to settle besides.
        seen = quiet.until(
            reference, lambda s: any(x.state == StatementState.WAITING for x in s.statements), 40
        )
    assert seen.posts[0].state == PostState.GONE
    assert len(quiet.sandbox.live_posts("dept")) == 0
    assert len(quiet.sandbox.calls("delete")) in (1, 2)
    assert len(seen.captures) == 1
    assert [s.state for s in seen.statements] == [StatementState.WAITING]


SPEED = 4.0
"""How fast time runs while it is waited for what might come late; a beat still keeps its lease."""

POINTS_OF_A_CORRECTION = [
    "publish:before-call",
    "publish:after-call",
    "conclude-publish:before-commit",
]
MORE_OF_A_CORRECTION = [
    "authorise-publish:before-commit",
    "authorise-publish:after-commit",
    "claim-effect:before-commit",
    "claim-effect:after-commit",
    "conclude-publish:after-commit",
]


@pytest.mark.parametrize("point", [*POINTS_OF_A_CORRECTION, *in_the_matrix(MORE_OF_A_CORRECTION)])
def test_killed_while_the_correction_goes_up(quiet: Department, point: str) -> None:
    reference = quiet.report_wrong_fact(quiet.post("The fund opens on 3 May."))
    with EngineProcess(quiet):
        quiet.until_waiting(reference, Wait.CLEARANCE, 40)
    quiet.clear(reference)
    with EngineProcess(quiet, point) as second:
        assert second.died(), second.log.read_text()
    with EngineProcess(quiet, quick=Quick(SPEED)):
        # Died before the call, nobody can know that it did not happen: X has no key. After the
        # settle time a person is asked; wherever it did happen it is found by reading back.
        settled = (StatementState.PUBLISHED, StatementState.NEEDS_HUMAN)
        seen = quiet.until(reference, lambda s: s.statements[0].state in settled, 60)
    assert len(quiet.sandbox.everything_ever("dept")) in (1, 2)
    assert len(quiet.sandbox.live_posts("dept")) <= 1
    if seen.statements[0].state == StatementState.PUBLISHED:
        assert len(quiet.sandbox.live_posts("dept")) == 1
    else:
        assert point in ("claim-effect:after-commit", "publish:before-call")


def test_killed_between_delete_and_correction_there_is_one_of_each(quiet: Department) -> None:
    reference = quiet.report_wrong_fact(quiet.post("The fund opens on 3 May."))
    with EngineProcess(quiet):
        quiet.until_waiting(reference, Wait.CLEARANCE, 40)
    quiet.clear(reference)
    with EngineProcess(quiet):
        quiet.until_waiting(reference, Wait.ADVICE, 40)
    assert len(quiet.sandbox.calls("delete")) == 1
    assert len(quiet.sandbox.calls("create")) == 1


def test_a_ring_that_nobody_hears_loses_nothing(quiet: Department, tmp_path: Path) -> None:
    reference = quiet.report_wrong_fact(quiet.post("The fund opens on 3 May."))
    quiet.start_engine()
    quiet.until_waiting(reference, Wait.CLEARANCE)
