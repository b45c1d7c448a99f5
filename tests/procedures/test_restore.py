"""An older backup is restored: nothing is sent until a person says, and nothing is done twice."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from databases import NewDatabase
from department import ANA, DEE, SAM, Department, open_department
from restoring import (
    back_up_now,
    effects_of,
    go_back,
    lift_as_soon_as_read,
    look_at_what_is_open,
    nothing_leaves,
    written,
)
from waiting import until

import flows.reconcile
from flows.deciding.holding import hold
from flows.deciding.reconciling import Open, ThenWhat, lift
from flows.refusals import NotAllowedError, NotNowError
from flows.went_back import reconcile_if_it_went_back
from models.anchoring import write_anchor
from models.reconciliation import Found
from models.words import EffectKind, EffectState, PostState, StatementState, Wait


@pytest.fixture(autouse=True)
def _believed_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sandbox shows at once what it took: no test waits for what might come late."""
    monkeypatch.setattr(flows.reconcile, "SETTLE_TIME", flows.reconcile.SETTLE_TIME * 0)
    monkeypatch.setattr(flows.reconcile, "AGAIN", flows.reconcile.AGAIN / 30)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.matrix)])
def old(
    request: pytest.FixtureRequest, new_database: NewDatabase, tmp_path: Path
) -> Iterator[Department]:
    """A department on each database."""
    department = open_department(tmp_path, database_url=new_database(request.param))
    yield department
    department.close()


def shown(old: Department) -> tuple[Open, ...]:
    """What the officer sees as not settled."""
    return look_at_what_is_open(old).effects or ()


def before_the_delete(old: Department) -> tuple[str, Path]:
    reference = old.report_wrong_fact(old.post("The fund opens on 3 May."))
    archive = back_up_now(old)
    old.start_engine()
    old.until_waiting(reference, Wait.CLEARANCE)
    old.clear(reference)
    return reference, archive


def after_the_delete(old: Department) -> tuple[str, Path]:
    reference = old.report_wrong_fact(old.post("The fund opens on 3 May."))
    old.start_engine()
    old.until_waiting(reference, Wait.CLEARANCE)
    archive = back_up_now(old)
    old.clear(reference)
    return reference, archive


def after_the_clearance(old: Department) -> tuple[str, Path]:
    reference = old.report_wrong_fact(old.post("The fund opens on 3 May."))
    old.start_engine()
    old.until_waiting(reference, Wait.CLEARANCE)
    old.stop_engine()
    old.clear(reference)
    archive = back_up_now(old)
    old.start_engine()
    return reference, archive


def with_the_words_authorised(old: Department) -> tuple[str, Path]:
    reference = old.report_wrong_fact(old.post("The fund opens on 3 May."))
    old.start_engine()
    old.until_waiting(reference, Wait.CLEARANCE)
    hold(old.office, old.person(DEE), reference, account=None, minutes=60, reason="Wait.")
    old.clear(reference)
    old.until(reference, lambda s: any(e.kind == EffectKind.PUBLISH for e in s.effects))
    archive = back_up_now(old)
    hold(old.office, old.person(DEE), reference, account=None, minutes=1, lift=True)
    return reference, archive


def with_the_words_on_their_way(old: Department) -> tuple[str, Path]:
    reference = old.report_wrong_fact(old.post("The fund opens on 3 May."))
    old.start_engine()
    old.until_waiting(reference, Wait.CLEARANCE)
    old.sandbox.latency = 1.0
    old.clear(reference)
    old.until(reference, lambda s: any(e.state == EffectState.INFLIGHT for e in s.effects))
    archive = back_up_now(old)
    old.sandbox.latency = 0.0
    return reference, archive


MOMENTS = [
    with_the_words_authorised,
    pytest.param(before_the_delete, marks=pytest.mark.matrix),
    pytest.param(after_the_delete, marks=pytest.mark.matrix),
    pytest.param(after_the_clearance, marks=pytest.mark.matrix),
    pytest.param(with_the_words_on_their_way, marks=pytest.mark.matrix),
]


@pytest.mark.parametrize("moment", MOMENTS)
def test_what_was_done_since_the_backup_is_not_done_again(
    old: Department, moment: Callable[[Department], tuple[str, Path]]
) -> None:
    reference, archive = moment(old)
    old.until_waiting(reference, Wait.ADVICE)
    old.finish(reference)
    sent = written(old)

    go_back(old, archive)
    with nothing_leaves(old):
        old.start_engine()
        link = old.post("The office is closed on Monday.")
        new = old.report_wrong_fact(link, by=ANA, wrong="it is closed", right="it is open")
        old.until(new, lambda s: bool(s.captures))
        old.until(new, lambda s: any(e.kind == EffectKind.DELETE for e in s.effects))
        until(lambda: look_at_what_is_open(old).unread == 0)
        assert "restored" in old.said(reference)
        assert len(old.sandbox.live_posts("dept")) == 2
    lift_as_soon_as_read(old, until)

    old.until(new, lambda s: s.posts[0].state == PostState.GONE)
    old.until_waiting(new, Wait.CLEARANCE)
    seen = old.seen(reference)
    if seen.statements == () or seen.statements[0].state == StatementState.WAITING:
        old.until_waiting(reference, Wait.CLEARANCE)
        old.clear(reference)
    seen = old.until(reference, lambda s: s.statements[0].state == StatementState.PUBLISHED)
    old.until_waiting(reference, Wait.ADVICE)
    old.finish(reference)
    assert seen.posts[0].state == PostState.GONE
    assert len(old.sandbox.calls("create")) == 1
    assert [post.url for post in old.sandbox.live_posts("dept")] == [seen.statements[0].url]
    assert len(old.sandbox.calls("delete")) <= 2 + (written(old).writes - sent.writes)
    assert len(old.sandbox.everything_ever("dept")) == 3


def test_an_incident_that_the_backup_had_lost_is_not_put_right_twice(old: Department) -> None:
    archive = back_up_now(old)
    link = old.post("The fund opens on 3 May.")
    first = old.report_wrong_fact(link)
    old.start_engine()
    old.until_waiting(first, Wait.CLEARANCE)
    old.clear(first)
    old.until_waiting(first, Wait.ADVICE)

    go_back(old, archive)
    old.start_engine()
    lift_as_soon_as_read(old, until)
    again = old.report_wrong_fact(link)
    old.until_waiting(again, Wait.CLEARANCE)
    old.clear(again)
    seen = old.until(again, lambda s: s.statements[0].state == StatementState.PUBLISHED)
    assert len(old.sandbox.calls("create")) == 1
    assert seen.statements[0].url == old.sandbox.live_posts("dept")[0].url


@pytest.mark.matrix
def test_a_notice_that_nobody_can_read_back_is_shown_and_keeps_its_message_id(
    old: Department,
) -> None:
    old.mail.stop()
    reference = old.report_wrong_fact(old.post("The fund opens on 3 May."))
    old.start_engine()
    old.until(reference, lambda s: any(e.state == EffectState.RETRY for e in s.effects))
    archive = back_up_now(old)
    old.mail.restart()
    until(lambda: len(old.mail.to("dtu@dept.example")) == 1, 30)

    go_back(old, archive)
    with nothing_leaves(old):
        old.start_engine()
        until(lambda: look_at_what_is_open(old).unread == 0)
        perhaps = [one for one in shown(old) if one.then == ThenWhat.SENT_PERHAPS_AGAIN]
        assert {one.where for one in perhaps} >= {"dtu"}
        assert {one.found for one in perhaps} == {Found.NEVER_READABLE}
    lift_as_soon_as_read(old, until)
    until(lambda: len(old.mail.to("dtu@dept.example")) == 2, 30)
    one, other = old.mail.to("dtu@dept.example")
    assert one["Message-ID"] == other["Message-ID"]


@pytest.mark.matrix
def test_words_that_cannot_be_read_back_hold_the_lift(old: Department) -> None:
    reference, archive = with_the_words_authorised(old)
    old.until_waiting(reference, Wait.ADVICE)
    go_back(old, archive)
    old.sandbox.stop()
    old.start_engine()
    until(lambda: any(one.found == Found.UNREADABLE for one in shown(old)))
    with pytest.raises(NotNowError):
        lift(old.office, old.person(DEE), reason="It has to go out.")
    hold(old.office, old.person(DEE), reference, account=None, minutes=1, lift=True)
    lift(old.office, old.person(DEE), reason="It has to go out.", unread_too=True)
    publish = next(e for e in effects_of(old, reference) if e.kind == EffectKind.PUBLISH)
    old.until(reference, lambda s: next(e for e in s.effects if e.id == publish.id).attempts > 0)
    (sent,) = [e for e in effects_of(old, reference) if e.id == publish.id]
    assert sent.state in (EffectState.RETRY, EffectState.INFLIGHT)
    assert sent.remote_id is None


@pytest.mark.matrix
def test_only_the_dtu_or_an_administrator_lifts_it(old: Department) -> None:
    go_back(old, back_up_now(old))
    with pytest.raises(NotAllowedError):
        lift(old.office, old.person(SAM), reason="I need it.")
    assert look_at_what_is_open(old, SAM).effects is None
    lift(old.office, old.person(DEE), reason="Nothing was under way.")
    with pytest.raises(NotNowError):
        lift(old.office, old.person(DEE), reason="Once more.")


@pytest.mark.matrix
def test_a_database_file_that_was_copied_back_is_noticed(tmp_path: Path) -> None:
    old = open_department(tmp_path)
    try:
        reference = old.report_wrong_fact(old.post("The fund opens on 3 May."))
        old.start_engine()
        old.until_waiting(reference, Wait.CLEARANCE)
        old.stop_engine()
        write_anchor(old.office.store, old.office.settings)
        database = tmp_path / "amends.db"
        old.office.store.close()
        kept = database.read_bytes()
        old.start_engine()
        old.clear(reference)
        old.until_waiting(reference, Wait.ADVICE)
        old.stop_engine()
        write_anchor(old.office.store, old.office.settings)
        assert not reconcile_if_it_went_back(old.office)
        old.office.store.close()
        for end in ("-wal", "-shm"):
            Path(f"{database}{end}").unlink(missing_ok=True)
        database.write_bytes(kept)

        with nothing_leaves(old):
            old.start_engine()
            until(lambda: look_at_what_is_open(old).row is not None)
            until(lambda: look_at_what_is_open(old).unread == 0)
        lift_as_soon_as_read(old, until)
        old.until_waiting(reference, Wait.CLEARANCE)
        old.clear(reference)
        old.until_waiting(reference, Wait.ADVICE)
        assert len(old.sandbox.calls("create")) == 1
        old.stop_engine()
        write_anchor(old.office.store, old.office.settings)
        assert not reconcile_if_it_went_back(old.office)
    finally:
        old.close()
