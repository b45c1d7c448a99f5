"""Frozen past its lease and woken: a worker sends nothing and writes nothing."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from department import DEE, Department
from lives import EngineProcess, Life, Quick
from sqlmodel import col, select

from flows import lease
from flows.hands import Hands
from flows.ledger import attempt, claim_effect
from integrations.notices.registry import carrier
from integrations.platforms.connections import Connections
from models.audit import Entry
from models.effects import Effect
from models.incident import Incident
from models.words import EffectKind, EffectState, PostState, StatementState, Wait

SPEED = 20.0


@pytest.fixture
def either(where: str, request: pytest.FixtureRequest) -> Department:
    """A department on an SQLite file or on PostgreSQL."""
    department: Department = request.getfixturevalue("quiet" if where == "sqlite" else "postgres")
    if department.watch is not None:
        department.watch.stop()
    return department


BOTH = pytest.mark.parametrize(
    "where", ["sqlite", pytest.param("postgres", marks=pytest.mark.matrix)]
)


def worker(department: Department, name: str) -> Hands:
    """The hands of an engine on another machine: whether it lives cannot be known here."""
    settings = department.office.settings
    sends = carrier(settings.smtp, settings.outbox)
    return Hands(department.office, f"{name}/1/1", Connections(), sends)


def the_effect(department: Department, kind: EffectKind) -> Effect:
    with department.office.store.read() as tx:
        return tx.exec(select(Effect).where(col(Effect.kind) == kind)).one()


@pytest.mark.waits
@BOTH
def test_words_that_a_frozen_worker_had_in_hand_are_not_sent_when_it_wakes(
    either: Department,
) -> None:
    """Others have read back meanwhile, and a person may have sent them again."""
    quick = Quick(SPEED)
    reference = either.report_wrong_fact(either.post("The fund opens on 3 May."))
    with EngineProcess(life(either, quick)):
        either.until_waiting(reference, Wait.CLEARANCE)
    either.clear(reference)
    with EngineProcess(life(either, quick, "publish:before-call/freeze")) as frozen:
        assert frozen.froze(), frozen.log.read_text()
        with EngineProcess(life(either, quick)):
            either.until(
                reference, lambda s: s.statements[0].state == StatementState.NEEDS_HUMAN, 40
            )
            before = either.said(reference)
            frozen.wake()
            assert not frozen.died(1.5)
            assert either.sandbox.calls("create") == []
            assert the_effect(either, EffectKind.PUBLISH).state == EffectState.NEEDS_HUMAN
            assert either.said(reference)[: len(before)] == before


@pytest.mark.matrix
@pytest.mark.parametrize("where", ["sqlite", "postgres"])
def test_a_look_that_a_frozen_worker_made_does_not_bring_a_post_back(either: Department) -> None:
    """It saw the post before it was gone, and says so when everybody knows better."""
    quick = Quick(SPEED)
    reference = either.report_wrong_fact(either.post("The fund opens on 3 May."))
    either.sandbox.fail("get", "stale", after=1)
    with EngineProcess(life(either, quick, "look:after-call/freeze")) as frozen:
        assert frozen.froze(), frozen.log.read_text()
        with EngineProcess(life(either, quick)):
            either.until(reference, lambda s: s.posts[0].state == PostState.GONE, 40)
            either.until_waiting(reference, Wait.CLEARANCE, 40)
            frozen.wake()
            either.until(reference, lambda s: "taken over" in frozen.log.read_text(), 20)
            assert either.seen(reference).posts[0].state == PostState.GONE
            assert "came-back" not in either.said(reference)


def test_a_worker_that_overslept_finds_its_time_up(quiet: Department) -> None:
    reference = quiet.report_wrong_fact(quiet.post("The fund opens on 3 May."))
    quiet.start_engine()
    quiet.until_waiting(reference, Wait.CLEARANCE)
    quiet.stop_engine()
    quiet.clear(reference)
    assert quiet.watch is not None
    quiet.watch.stop()  # it would ask who took the notice back to where it was
    late = worker(quiet, "late")
    with quiet.office.store.write("plan") as tx:
        effect = tx.exec(select(Effect).where(col(Effect.kind) == EffectKind.NOTICE)).first()
        assert effect is not None
        effect.state = EffectState.RETRY
        tx.add(effect)
    sent = len(quiet.mail.messages)
    with quiet.office.store.write("claim-effect") as tx:
        claim = claim_effect(tx, late, effect.id)
    assert claim is not None
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=51)):
        assert attempt(late, claim) == EffectState.RETRY
    assert len(quiet.mail.messages) == sent
    with quiet.office.store.read() as tx:
        assert tx.get_one(Effect, effect.id).code == "overslept"
        assert "notice-retry" in {e.what for e in tx.exec(select(Entry))}


@BOTH
def test_of_two_engines_at_once_one_has_the_incident(either: Department) -> None:
    """Whoever had it last has no way round the other."""
    reference = either.report_wrong_fact(either.post("The fund opens on 3 May."))
    incident_id = either.seen(reference).incident.id
    one, other = worker(either, "one"), worker(either, "other")
    assert lease.take(one, incident_id)
    lease.give_back(one, incident_id)
    for _ in range(30):
        together = threading.Barrier(2)
        got: list[str] = []

        def take(hands: Hands, together: threading.Barrier = together) -> None:
            together.wait()
            if lease.take(hands, incident_id):
                got.append(hands.owner)  # noqa: B023

        threads = [threading.Thread(target=take, args=(hands,)) for hands in (one, other)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(got) == 1
        lease.give_back(one if got[0] == one.owner else other, incident_id)


def test_an_engine_whose_clock_goes_back_two_hours_goes_on(quiet: Department) -> None:
    reference = quiet.report_wrong_fact(quiet.post("The fund opens on 3 May."))
    quiet.sandbox.fail("create", "500-before")
    quiet.start_engine()
    quiet.until_waiting(reference, Wait.CLEARANCE)
    with time_machine.travel(datetime.now(UTC) - timedelta(hours=2)):
        quiet.clear(reference, DEE)
        quiet.until(reference, lambda s: s.statements[0].state == StatementState.UNKNOWN)
        with quiet.office.store.read() as tx:
            row = tx.exec(select(Incident)).one()
            effect = the_effect(quiet, EffectKind.PUBLISH)
            assert row.wake_at is not None
            assert effect.due_at is not None
            assert abs(effect.due_at - tx.now()) < timedelta(minutes=1)
    assert len(quiet.sandbox.calls("create")) == 1


def test_a_time_that_a_platform_names_is_waited_for_after_the_clock_went_back(
    quiet: Department,
) -> None:
    reference = quiet.report_wrong_fact(quiet.post("The fund opens on 3 May."))
    quiet.start_engine()
    quiet.until_waiting(reference, Wait.CLEARANCE)
    with time_machine.travel(datetime.now(UTC) - timedelta(hours=2)):
        quiet.sandbox.fail("create", "429", times=50, reset_in=600)
        quiet.clear(reference, DEE)
        quiet.until(reference, lambda s: any(e.state == EffectState.RETRY for e in s.effects))
        effect = the_effect(quiet, EffectKind.PUBLISH)
        with quiet.office.store.read() as tx:
            assert effect.due_at is not None
            assert effect.due_at - tx.now() > timedelta(minutes=8)
    assert len(quiet.sandbox.calls("create")) == 1


def life(department: Department, quick: Quick, fault: str = "", log: Path | None = None) -> Life:
    """An engine on this department, on quick time."""
    return Life(department.home, department.secrets, fault, log, quick)
