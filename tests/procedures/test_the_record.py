"""The record: one entry for each change of a state, in the same transaction, on both databases.

Every other story of this folder is watched in the same way (see its fixtures). Here effects make
every move that they can make.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from databases import NewDatabase
from department import DEE, Department, open_department
from record_watch import Change, Watch
from sqlmodel import col, update

from flows import reading_back
from flows.deciding.attesting import attest
from flows.deciding.holding import hold
from flows.deciding.settling import settle
from flows.deciding.skipping import skip
from flows.deciding.waiving import waive
from models.effects import Effect
from models.moves import MOVES
from models.words import EffectKind, EffectState, PostState, StatementState, Step, Wait

IN_ONE_STATEMENT = {
    ("planned", "authorised"), ("planned", "withdrawn"), ("retry", "authorised"),
}  # fmt: skip
"""An effect is stored as authorised, and what is tried again goes straight to its attempt."""
AFTER_A_RESTORE = {("authorised", "unknown"), ("retry", "unknown")}
"""Made where a restore is reconciled, and nowhere else."""
STORED = {("", "authorised"), ("retry", "inflight")}


@pytest.fixture(params=["sqlite", "postgresql"])
def watched(
    request: pytest.FixtureRequest, new_database: NewDatabase, tmp_path: Path
) -> Iterator[Department]:
    """A department on each database, its engine at work, and a watch on it."""
    department = open_department(tmp_path, database_url=new_database(request.param))
    department.watch = Watch(department.office.store)
    department.start_engine()
    yield department
    department.close()


def reported(department: Department) -> str:
    """A wrong fact is reported."""
    return department.report_wrong_fact(department.post("The fund opens on 3 May."))


def cleared(department: Department) -> str:
    """And its correction is cleared."""
    reference = reported(department)
    department.until_waiting(reference, Wait.CLEARANCE, 40)
    department.clear(reference)
    return reference


@pytest.mark.matrix
def test_every_move_of_an_effect_is_told_once(
    watched: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_back, "SETTLE_TIME", timedelta(seconds=1))
    monkeypatch.setattr(reading_back, "READ_BACK_LIMIT", timedelta(seconds=1))
    read_back_and_tried_again(watched)
    refused_and_attested(watched)
    let_go_while_it_waits(watched)
    lost_and_sent_again(watched)
    lost_and_found_by_a_person(watched)
    unreadable_and_deleted_anew(watched)
    held_and_waived(watched)
    watched.stop_engine()
    assert watched.watch is not None
    assert watched.watch.untold() == []
    may = {(str(was), str(now)) for was, onward in MOVES.items() for now in onward}
    assert watched.watch.moves() == may - IN_ONE_STATEMENT - AFTER_A_RESTORE | STORED


def read_back_and_tried_again(department: Department) -> None:
    """The platform did it unseen; another time it did not."""
    for fault in ("reset-after", "reset-before"):
        department.sandbox.fail("delete", fault)
        reference = reported(department)
        department.until(reference, lambda s: s.posts[0].state == PostState.GONE, 40)


def refused_and_attested(department: Department) -> None:
    """A person deletes what the platform will not."""
    department.sandbox.fail("delete", "forbidden-403")
    reference = reported(department)
    department.until_waiting(reference, Wait.BY_HAND)
    department.sandbox.timeline.delete(department.sandbox.live_posts("dept")[-1])
    attest(department.office, department.person(DEE), reference)
    department.until(reference, lambda s: s.posts[0].state == PostState.GONE)


def let_go_while_it_waits(department: Department) -> None:
    """The platform asks for a pause, and a person lets the deletion go meanwhile."""
    department.sandbox.fail("delete", "429", reset_in=900)
    reference = reported(department)
    department.until(reference, lambda s: any(e.state == EffectState.RETRY for e in s.effects))
    skip(department.office, department.person(DEE), reference, step=Step.DELETE, reason="enough")
    with department.office.store.write("go-on") as tx:  # the pause is the whole account's
        deletes = update(Effect).where(col(Effect.kind) == EffectKind.DELETE)
        tx.exec(deletes.values(due_at=None, code=None))


def lost_and_sent_again(department: Department) -> None:
    """Nobody can find the words; a person says that they are not there."""
    department.sandbox.fail("create", "reset-before")
    reference = cleared(department)
    department.until_waiting(reference, Wait.PERSON, 40)
    settle(department.office, department.person(DEE), reference, there=False)
    department.until_waiting(reference, Wait.ADVICE)


def lost_and_found_by_a_person(department: Department) -> None:
    """Nobody can find the words; they turn up, and a person says so."""
    department.sandbox.fail("create", "reset-before")
    reference = cleared(department)
    seen = department.until_waiting(reference, Wait.PERSON, 40)
    department.post(department.text_of(seen.statements[0]))
    settle(department.office, department.person(DEE), reference, there=True)
    department.until(reference, lambda s: s.statements[0].state == StatementState.PUBLISHED)


def unreadable_and_deleted_anew(department: Department) -> None:
    """Nobody can read whether it is gone; a person sees it, and it is deleted once more."""
    department.sandbox.fail("delete", "reset-before")
    department.sandbox.fail("get", "500-before", after=1, times=None)  # the copy is kept before
    reference = reported(department)
    department.until(reference, lambda s: s.posts[0].state == PostState.NEEDS_HUMAN, 40)
    department.sandbox.heal()
    post = department.seen(reference).posts[0]
    settle(department.office, department.person(DEE), reference, there=True, target=post.id)
    department.until(reference, lambda s: s.posts[0].state == PostState.GONE, 40)


def held_and_waived(department: Department) -> None:
    """The account is held while the words wait to go out, and then they are not needed."""
    reference = reported(department)
    department.until_waiting(reference, Wait.CLEARANCE, 40)
    hold(department.office, department.person(DEE), reference, account=None, reason="wait")
    department.clear(reference)
    department.until(
        reference,
        lambda s: any(
            e.kind == EffectKind.PUBLISH and e.state == EffectState.AUTHORISED for e in s.effects
        ),
    )
    waive(department.office, department.person(DEE), reference, reason="not needed")


def test_a_change_that_nobody_tells_of_is_found(quiet: Department) -> None:
    """The watch itself can fail."""
    reference = reported(quiet)
    post = quiet.seen(reference).posts[0]
    with quiet.office.store.write("in-silence") as tx:
        post.state = PostState.KEPT
        tx.add(post)
    assert quiet.watch is not None
    (found,) = quiet.watch.untold()
    assert found.startswith("post live -> kept: 1 told by []")
    with quiet.office.store.write("for-ever-silent") as tx:
        tx.connection().exec_driver_sql("DELETE FROM watched")
    assert Change("post", post.id, "live", "kept") not in [
        change for changes, _ in quiet.watch.transactions() for change in changes
    ]
