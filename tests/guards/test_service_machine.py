"""The real service under a random night: any actor, any act, any trouble; the platform counts."""

import sys
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from department import ANA, CY, DEE, EVE, PAT, Department, open_department
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlmodel import col, select

from flows import reading_back
from flows.deciding.clearing import clear
from flows.deciding.holding import hold
from flows.deciding.reclassifying import reclassify
from flows.deciding.settling import settle
from flows.deciding.writing import write_words
from flows.hands import Hands, lend, owner_name
from flows.planning import ensure_plan
from flows.recovery import recover_incident
from flows.refusals import Refusal
from flows.steps.deletion import delete
from flows.steps.evidence import preserve
from flows.steps.publication import publish
from flows.steps.verification import verify
from flows.steps.words import word
from integrations.notices.registry import carrier
from integrations.platforms.connections import Connections
from models.effects import Attempt, Effect
from models.standing import standing
from models.statements import Clearance, Wording
from models.store import Transaction
from models.words import EffectKind, EffectState, Kind, Outcome, PostState

SEED = 20261123
ACTORS = st.sampled_from([ANA, CY, DEE, EVE, PAT])
TEXTS = st.sampled_from([f"We were wrong about the fund, version {n}." for n in (1, 2)])
TROUBLES = st.sampled_from(["reset-before", "reset-after", "500-after", "429", "malformed"])
VERBS = st.sampled_from(["create", "delete", "timeline", "get"])
KINDS = st.sampled_from([Kind.FACTUAL, Kind.OFF_POLICY, Kind.LEGAL, Kind.NOT_A_MISTAKE])


@seed(SEED)
class Night(RuleBasedStateMachine):
    """One incident, people who act on it in any order, and a platform that fails."""

    def __init__(self) -> None:
        super().__init__()
        self.home = tempfile.TemporaryDirectory()
        self.department: Department = open_department(Path(self.home.name))
        office = self.department.office
        self.hands = Hands(
            office, owner_name(), Connections(),
            carrier(office.settings.smtp, office.settings.outbox),
        )  # fmt: skip
        lend(self.hands)
        self.read: dict[str, str] = {}

    def teardown(self) -> None:
        self.hands.connections.close()
        self.department.close()
        self.home.cleanup()

    @initialize()
    def somebody_reports(self) -> None:
        self.reference = self.department.report_wrong_fact(self.department.post("On 3 May."))
        ensure_plan(self.department.office, self.reference)

    def _try(self, act: Callable[[], object]) -> None:
        """A refusal is an answer; anything else that is raised is a fault."""
        try:
            act()
        except Refusal:
            return

    @rule(by=ACTORS, text=TEXTS)
    def writes(self, by: str, text: str) -> None:
        office, person = self.department.office, self.department.person(by)
        self._try(lambda: write_words(office, person, self.reference, text=text))

    @rule(by=ACTORS)
    def reads(self, by: str) -> None:
        """What this person then answers to, whatever becomes of it meanwhile."""
        seen = self.department.seen(self.reference)
        for statement in seen.statements:
            if statement.wording_id:
                self.read[by] = seen.wordings[statement.wording_id].digest

    @rule(by=ACTORS, approve=st.booleans())
    def answers(self, by: str, approve: bool) -> None:
        office, person = self.department.office, self.department.person(by)
        if digest := self.read.get(by):
            self._try(lambda: clear(
                office, person, self.reference, statement=None, digest=digest, approve=approve,
                reason="no", claims=(),
            ))  # fmt: skip

    @rule(by=st.sampled_from([DEE, EVE]))
    def an_officer_clears_and_the_engine_runs(self, by: str) -> None:
        """What mostly happens; a night of accidents alone would never come to publishing."""
        self.reads(by)
        self.answers(by, True)
        self.the_engine_runs()

    @precondition(lambda self: self.generation == 1)
    @rule(by=ACTORS, kind=KINDS)
    def reclassifies(self, by: str, kind: Kind) -> None:
        office, person = self.department.office, self.department.person(by)
        self._try(lambda: reclassify(office, person, self.reference, kinds=(kind,)))

    @precondition(lambda self: self.generation == 1 and self.department.sandbox.calls("delete"))
    @rule(by=ACTORS, lift=st.booleans())
    def holds(self, by: str, lift: bool) -> None:
        office, person = self.department.office, self.department.person(by)
        self._try(lambda: hold(office, person, self.reference, lift=lift, reason="wait"))

    @rule(by=ACTORS, there=st.booleans())
    def settles(self, by: str, there: bool) -> None:
        office, person = self.department.office, self.department.person(by)
        self._try(lambda: settle(office, person, self.reference, there=there))

    @rule(verb=VERBS, fault=TROUBLES)
    def the_platform_fails_next(self, verb: str, fault: str) -> None:
        self.department.sandbox.fail(verb, fault)

    @property
    def generation(self) -> int:
        """How often the kind was changed, and one."""
        return self.department.seen(self.reference).incident.generation

    @rule(text=TEXTS)
    def an_officer_writes_another_clears_and_it_breaks_off(self, text: str) -> None:
        """Straight to what is hard: words on their way, and nobody knows."""
        self.writes(DEE, text)
        self.the_platform_fails_next("create", "reset-before")
        self.an_officer_clears_and_the_engine_runs(EVE)

    @rule()
    def the_engine_runs(self) -> None:
        with self.department.office.store.read() as tx:
            incident = tx.exec(select(Effect.incident_id)).first()
        for step in (preserve, delete, verify, word, publish):
            step.plainly(self.reference)
        if incident:
            recover_incident(self.hands, incident)

    @rule()
    def time_passes(self) -> None:
        """What was due later is due now, and every attempt is over for long."""
        with self.department.office.store.write("time") as tx:
            for effect in tx.exec(select(Effect)):
                effect.due_at = None
                effect.lease_until = None
                tx.add(effect)
            for attempt in tx.exec(select(Attempt)):
                attempt.started_at -= timedelta(minutes=2)
                attempt.ended_at = attempt.ended_at and attempt.ended_at - timedelta(minutes=2)
                tx.add(attempt)

    @invariant()
    def the_promises_hold(self) -> None:
        if not hasattr(self, "reference"):
            return
        seen = self.department.seen(self.reference)
        with self.department.office.store.read() as tx:
            publishing = [e for e in tx.exec(select(Effect)) if e.kind == EffectKind.PUBLISH]
            self._is_cleared(tx, [e for e in publishing if e.attempts])
            self._looks_between(tx, publishing)
        texts = [post.text for post in self.department.sandbox.live_posts("dept")]
        assert len(texts) == len(set(texts)), "the same words are there twice"
        live = [e for e in publishing if e.state not in SETTLED_STATES]
        assert len({e.target for e in live}) == len(live), "two live publications of one statement"
        for post in seen.posts:
            if post.state == PostState.KEPT:
                assert post.deleted_at is None
        assert seen.incident.closed_at or standing(seen).waits

    def _is_cleared(self, tx: Transaction, sent: list[Effect]) -> None:
        for effect in sent:
            wording = tx.exec(
                select(Wording)
                .where(col(Wording.statement_id) == effect.target)
                .where(col(Wording.version) == effect.generation)
            ).one()
            yes = tx.exec(
                select(Clearance)
                .where(col(Clearance.statement_id) == effect.target)
                .where(col(Clearance.digest) == wording.digest, col(Clearance.approved))
            ).all()
            people = {one.id: one.email for one in map(self.department.person, ALL)}
            assert yes, "words went out that nobody cleared"
            assert wording.author not in {people[one.person_id] for one in yes}

    def _looks_between(self, tx: Transaction, effects: list[Effect]) -> None:
        """X honours no key: what may have been done is tried again only at a person's word."""
        for effect in effects:
            tries = tx.exec(select(Attempt).where(col(Attempt.effect_id) == effect.id)).all()
            unknown = [one for one in tries if one.outcome in (None, Outcome.UNKNOWN)]
            answered = [d for d in self.department.seen(self.reference).decisions
                        if d.target == effect.id and d.choice]  # fmt: skip
            more = len(tries) - 1 if unknown else 0
            after = [one for one in tries if unknown and one.number > unknown[0].number]
            assert not after or answered, f"sent again {more} times without a person"


ALL = (ANA, CY, DEE, EVE, PAT)
SETTLED_STATES = (
    EffectState.CONFIRMED, EffectState.REJECTED, EffectState.ABANDONED, EffectState.WITHDRAWN,
)  # fmt: skip

QUIET = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


def run(examples: int, steps: int) -> None:
    """So many nights of so many steps, always the same ones."""
    sys.stdout.write(f"seed {SEED}, {examples} nights\n")
    profile = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        suppress_health_check=QUIET,
        print_blob=True,
    )
    run_state_machine_as_test(Night, settings=profile)


def test_a_random_night_breaks_no_promise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_back, "READ_BACK_LIMIT", timedelta(minutes=1))
    run(examples=4, steps=25)


@pytest.mark.matrix
@pytest.mark.timeout(1800)
def test_nor_do_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_back, "READ_BACK_LIMIT", timedelta(minutes=1))
    run(examples=80, steps=40)
