"""What runs the procedure lets everybody go when it is told to stop."""

import asyncio
import threading
from concurrent.futures import CancelledError

import pytest

from amends.procedure_runner import ProcedureRunner


def test_nobody_waits_for_a_run_that_was_abandoned(monkeypatch: pytest.MonkeyPatch) -> None:
    from flows import mistake

    under_way, let_go = threading.Event(), threading.Event()

    async def never_ending(reference: str) -> str:
        under_way.set()
        await asyncio.Event().wait()
        return reference

    monkeypatch.setattr(mistake, "procedure", never_ending)
    runner = ProcedureRunner(None)
    runner.start()

    def wait() -> None:
        with pytest.raises(CancelledError):
            runner.run_plainly("AM-22222")
        let_go.set()

    threading.Thread(target=wait, daemon=True).start()
    assert under_way.wait(60)
    runner.stop()
    assert let_go.wait(10)
    with pytest.raises(CancelledError):
        runner.run_plainly("AM-22222")
