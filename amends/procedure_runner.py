"""Runs the procedure: as a Prefect flow that people can see, or plainly where Prefect cannot."""

import asyncio
import concurrent.futures
import gc
import logging
import os
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import httpx

log = logging.getLogger("amends.engine")

FLOWS_AT_ONCE = 4
FLOW_DEADLINE_SECONDS = 30.0
SLOT_PATIENCE_SECONDS = 5.0
PROBE_SECONDS = 2.0
TRUST_SECONDS = 5.0
DISTRUST_SECONDS = 15.0
REFUSED_SECONDS = 1.0
"""A refusal comes at once, so asking again is cheap: a server that starts is soon believed."""

PREFECT_SETTINGS = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
    "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "PREFECT_CLIENT_MAX_RETRIES": "3",
    "DO_NOT_TRACK": "1",
}
"""What Prefect is told before it is imported: nothing of ours leaves, and little is written."""


class ProcedureRunner:
    """A thread with an event loop, a few flows at once, each under a deadline."""

    def __init__(self, prefect_api_url: str | None) -> None:
        self._api_url = prefect_api_url
        self._probe = _Probe(prefect_api_url) if prefect_api_url else None
        self._loop = asyncio.new_event_loop()
        self._loop.set_default_executor(
            concurrent.futures.ThreadPoolExecutor(32, thread_name_prefix="step")
        )
        self._slots = asyncio.Semaphore(FLOWS_AT_ONCE)
        self._guard = threading.Lock()
        self._stopped = False
        self._awaited: set[concurrent.futures.Future[None]] = set()
        self._later: set[asyncio.Future[None]] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, name="flows", daemon=True)
        self._ready: concurrent.futures.Future[Any] = concurrent.futures.Future()

    def start(self) -> None:
        """Start the thread, and import the procedure in it: Prefect's import costs seconds."""
        self._thread.start()
        self._loop.call_soon_threadsafe(self._load)

    def _load(self) -> None:
        if self._api_url:
            os.environ.update({"PREFECT_API_URL": self._api_url, **PREFECT_SETTINGS})
        # A collection in so many new objects stops every thread for a quarter of a second, also the
        # one that just then keeps the database's only writer: a report would wait for it.
        gc.collect()
        gc.disable()
        try:
            from flows import mistake
        except BaseException as error:
            self._ready.set_exception(error)
            raise
        finally:
            gc.freeze()  # what the import leaves is never looked through again
            gc.enable()
        self._ready.set_result(mistake)

    def stop(self) -> None:
        """Stop; what runs is abandoned, as after a crash: the ledger makes that safe.

        Whoever waits for a run is let go with CancelledError: else this process would never end.
        """
        with self._guard:
            self._stopped = True
            abandoned = list(self._awaited)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)
        for one in abandoned:
            one.cancel()

    def run(self, reference: str, note_gap: Callable[[], None]) -> None:
        """Run the procedure to its end. ``note_gap`` is called when Prefect did not see it.

        Raises CancelledError once this was stopped.
        """
        self._wait_for(self._run(reference, note_gap))

    def run_plainly(self, reference: str) -> None:
        """Run the procedure to its end, without Prefect. Raises CancelledError as ``run`` does."""
        self._wait_for(self._run_plainly(reference))

    def _wait_for(self, run: Coroutine[Any, Any, None]) -> None:
        with self._guard:
            if self._stopped:
                run.close()
                raise concurrent.futures.CancelledError
            awaited = asyncio.run_coroutine_threadsafe(run, self._loop)
            self._awaited.add(awaited)
        try:
            awaited.result()
        finally:
            with self._guard:
                self._awaited.discard(awaited)

    def prefect_is_down(self) -> bool:
        """Whether Prefect is wanted and does not answer. Waits some seconds at most."""
        if self._probe is None:
            return False
        asked = asyncio.run_coroutine_threadsafe(self._probe.is_well(), self._loop)
        try:
            return not asked.result(timeout=2 * PROBE_SECONDS)
        except TimeoutError:
            return True

    async def _run_plainly(self, reference: str) -> None:
        mistake = await asyncio.wrap_future(self._ready)
        await mistake.procedure(reference)

    async def _run(self, reference: str, note_gap: Callable[[], None]) -> None:
        mistake = await asyncio.wrap_future(self._ready)
        if self._probe is None:
            await mistake.procedure(reference)
        elif not await self._probe.is_well() or not await self._as_flow(
            mistake, reference, note_gap
        ):
            note_gap()
            await mistake.procedure(reference)

    async def _as_flow(self, mistake: Any, reference: str, note_gap: Callable[[], None]) -> bool:
        """Whether Prefect saw it to its end, or will: while all slots are taken the work is done
        plainly at once, and a flow records it when its turn comes. Nobody waits for that."""
        slot = asyncio.ensure_future(self._slots.acquire())
        done, _ = await asyncio.wait({slot}, timeout=SLOT_PATIENCE_SECONDS)
        if done:
            return await self._in_slot(mistake, reference)
        await mistake.procedure(reference)
        later = asyncio.ensure_future(self._record_later(slot, mistake, reference, note_gap))
        self._later.add(later)
        later.add_done_callback(self._later.discard)
        return True

    async def _record_later(
        self, slot: Awaitable[Any], mistake: Any, reference: str, note_gap: Callable[[], None]
    ) -> None:
        await slot
        if not await self._in_slot(mistake, reference):
            await asyncio.to_thread(note_gap)

    async def _in_slot(self, mistake: Any, reference: str) -> bool:
        try:
            return await self._under_deadline(mistake.handle_mistake(reference))
        finally:
            self._slots.release()

    async def _under_deadline(self, run: Coroutine[Any, Any, Any]) -> bool:
        """A flow that hangs is told to stop and left behind: waiting for its end could hang too."""
        from prefect.settings import PREFECT_API_URL, temporary_settings

        # Prefect reads its environment once, at its import: this process may have done so before.
        with temporary_settings({PREFECT_API_URL: self._api_url}):
            flow = asyncio.ensure_future(_outermost(run))
        done, _ = await asyncio.wait({flow}, timeout=FLOW_DEADLINE_SECONDS)
        if done:
            return flow.result()
        flow.cancel()
        if self._probe:
            self._probe.distrust()
        return False


async def _outermost(run: Awaitable[Any]) -> bool:
    """The outermost edge of a flow: whatever Prefect raises, the procedure is run plainly."""
    try:
        await run
    except Exception as error:
        log.warning("a flow run ended with %s; the procedure runs without it", type(error).__name__)
        return False
    return True


class _Probe:
    """Whether Prefect's server answers. Asked seldom: its answer is kept for some seconds."""

    def __init__(self, api_url: str) -> None:
        self._client = httpx.AsyncClient(base_url=api_url, timeout=PROBE_SECONDS)
        self._until = 0.0
        self._well = False
        self._asking = asyncio.Lock()

    async def is_well(self) -> bool:
        async with self._asking:
            if time.monotonic() >= self._until:
                self._well, kept = await self._ask()
                self._until = time.monotonic() + kept
        return self._well

    def distrust(self) -> None:
        """A flow has just hung: do not ask again for a while."""
        self._well, self._until = False, time.monotonic() + DISTRUST_SECONDS

    async def _ask(self) -> tuple[bool, float]:
        """Whether it is well, and for how many seconds that may be believed."""
        try:
            well = (await self._client.get("/health")).is_success
        except httpx.ConnectError:
            return False, REFUSED_SECONDS
        except httpx.HTTPError:
            return False, DISTRUST_SECONDS
        return well, TRUST_SECONDS if well else DISTRUST_SECONDS
