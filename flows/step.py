"""What makes a function a step: plain when called plainly, a Prefect task inside a flow run.

A step is synchronous and safe to repeat. It takes a reference, returns nothing that matters, and
lets nothing out: what goes wrong is a row on the timeline, and the sweeper comes again.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import timedelta
from functools import cached_property
from typing import Any

from sqlmodel import col, select

from flows import lease
from flows.hands import hands_here
from flows.ledger import wake_incident
from flows.planning import ensure_plan
from models.audit import Entry, chain_of_incident
from models.incident import Incident
from models.leases import LeaseLostError
from models.office import Office, office
from models.snapshot import incident_by, snapshot
from models.standing import StepState, standing
from models.store import Transaction
from models.words import WAIT_LABELS, Step, Wait
from policy.plan import Plan
from policy.stored import plan_of

log = logging.getLogger("amends.steps")

Do = Callable[[Office, Incident, Plan], None]
DoOn = Callable[[Office, Incident, Plan, str | None], None]

PATIENCE_SECONDS = 5.0

STEP_FAILED = "step-failed"
SAID_AGAIN_AFTER = timedelta(minutes=10)

LABELS = {
    StepState.DONE: "Done",
    StepState.SKIPPED: "Skipped by a person",
    StepState.NOT_NEEDED: "Not needed",
    StepState.WORKING: WAIT_LABELS[Wait.ENGINE],
}


class StepRunner:
    """One step, and the ways to run it."""

    def __init__(self, which: Step, do: Do) -> None:
        self.which = which
        self._do = do
        self.__doc__ = do.__doc__
        self.__name__ = which.value

    def plainly(self, reference: str) -> bool:
        """Run it here and now, without Prefect. Returns False when it failed and will be resumed.

        The outermost edge of a step: whatever is raised ends as a row in front of people.
        """
        return self._run(reference, self._do)

    def _run(self, reference: str, do: Do) -> bool:
        here = office()
        hands = hands_here()
        if hands is None:
            _ask_the_engines(here, reference, self.which)
            return True
        try:
            incident = ensure_plan(here, reference)
            if incident.closed_at is not None and self.which != Step.VERIFY:
                return True
            plan = plan_of(incident)
            assert plan is not None, "a plan has just been made"
            with lease.kept(hands, incident):
                do(here, incident, plan)
        except LeaseLostError:
            log.warning("%s was taken over by another engine", reference)
            return False
        except Exception as error:
            _note_failure(here, reference, self.which, type(error).__name__)
            return False
        return True

    async def __call__(self, reference: str) -> None:
        """Run it in a thread; as a Prefect task, named and shown, when inside a flow run."""
        if _in_flow_run():
            await self._task(reference)
        else:
            await asyncio.to_thread(self.plainly, reference)

    @cached_property
    def _task(self) -> Any:
        from prefect import task
        from prefect.cache_policies import NO_CACHE
        from prefect.states import Completed

        @task(
            name=self.which.value,
            task_run_name=self.which.value,
            description=(self.__doc__ or "").partition("\n")[0],
            persist_result=False,
            cache_policy=NO_CACHE,
            retries=0,
        )
        async def run(reference: str) -> Any:
            await asyncio.to_thread(self.plainly, reference)
            return Completed(name=await asyncio.to_thread(label, reference, self.which))

        return run


class UrgentStepRunner(StepRunner):
    """A step in which one account need not wait for another."""

    def __init__(self, which: Step, do: DoOn) -> None:
        def on_all(here: Office, incident: Incident, plan: Plan) -> None:
            do(here, incident, plan, None)

        on_all.__doc__ = do.__doc__
        super().__init__(which, on_all)
        self._do_on = do

    def on(self, reference: str, account_id: str) -> bool:
        """Run it plainly for the posts of one account. Returns as ``plainly`` does."""

        def on_one(here: Office, incident: Incident, plan: Plan) -> None:
            self._do_on(here, incident, plan, account_id)

        return self._run(reference, on_one)


def urgent_step(which: Step) -> Callable[[DoOn], UrgentStepRunner]:
    """Make the function a step of the first response: for one account, or for all (None)."""

    def decorate(do: DoOn) -> UrgentStepRunner:
        return UrgentStepRunner(which, do)

    return decorate


def step(which: Step) -> Callable[[Do], StepRunner]:
    """Make the function that does this line of the procedure a step."""

    def decorate(do: Do) -> StepRunner:
        return StepRunner(which, do)

    return decorate


def label(reference: str, which: Step) -> str:
    """How the step stands, in words that a person understands."""
    with office().store.read() as tx:
        seen = standing(snapshot(tx, incident_by(tx, reference)))
    found = next((s for s in seen.steps if s.step == which), None)
    if found is None:
        return LABELS[StepState.DONE]
    return WAIT_LABELS[found.waits[0].wait] if found.waits else LABELS[found.state]


def _in_flow_run() -> bool:
    import sys

    if "prefect" not in sys.modules:
        return False
    from prefect.context import FlowRunContext

    return FlowRunContext.get() is not None


def _ask_the_engines(here: Office, reference: str, which: Step) -> None:
    """Outside an engine a step holds no credentials: it asks, and waits for the rows a little."""
    with here.store.write("ask-engines") as tx:
        wake_incident(tx, incident_by(tx, reference).id)
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until and label(reference, which) == LABELS[StepState.WORKING]:
        time.sleep(0.05)


def _note_failure(here: Office, reference: str, which: Step, code: str) -> None:
    log.error("step %s of %s failed: %s", which.value, reference, code)
    try:
        with here.store.write("note-failure") as tx:
            chain = chain_of_incident(incident_by(tx, reference).id)
            if not _noted(tx, chain, {"step": which.value, "code": code}):
                tx.record(chain, "amends", STEP_FAILED, step=which.value, code=code)
    except Exception as error:
        log.error("the failure of %s could not be noted: %s", reference, type(error).__name__)


def _noted(tx: Transaction, chain: str, facts: dict[str, str]) -> bool:
    """Whether the same failure was noted a short while ago: it is tried again every few seconds."""
    lately = tx.exec(
        select(Entry)
        .where(col(Entry.chain) == chain, col(Entry.what) == STEP_FAILED)
        .where(col(Entry.at) > tx.wall() - SAID_AGAIN_AFTER)
    )
    return any(entry.facts == facts for entry in lately)
