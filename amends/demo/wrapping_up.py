"""How every story ends: Prefect has come up by then, the DTU advises and closes."""

from collections.abc import Callable

from amends.demo.following import Follower
from amends.demo.people import DEE
from amends.demo.prefect_record import Run
from amends.demo.screen import Screen
from amends.demo.stage import Stage
from amends.patience import sooner_or_later
from flows.where import CLOSED
from models.words import IncidentState, Wait

PREFECT_SECONDS = 90.0
RUN_SECONDS = 40.0
LOOK_SECONDS = 0.2


def wrap_up(
    stage: Stage, screen: Screen, follower: Follower, reference: str, *, number: int, advice: str
) -> None:
    """Advise and close, as Dee."""
    dee = stage.player(DEE)
    screen.scene(number, "Dee records her advice, and closes the incident.")
    _wait_for_prefect(stage, screen)
    dee.decide(reference, {"type": "advise", "text": advice})
    follower.until(lambda one: one.waiting_for == Wait.CLOSING)
    _wait_for_runs(stage, reference, _one_ended)
    dee.decide(reference, {"type": "close", "reason": "Put right."})
    follower.until(lambda one: one.state == IncidentState.CLOSED)
    _wait_for_runs(stage, reference, _one_says_closed)


def _wait_for_prefect(stage: Stage, screen: Screen) -> None:
    """Advice can wait, so here the demo lets Prefect's server come up; nothing before did."""
    if stage.prefect is None or stage.prefect.is_up:
        return
    with screen.waiting("Prefect’s server is still starting; only the demo waits for it …"):
        sooner_or_later(lambda: stage.prefect and stage.prefect.is_up, PREFECT_SECONDS)


def _wait_for_runs(stage: Stage, reference: str, done: Callable[[list[Run]], bool]) -> None:
    """Let Prefect write down how its runs ended, if it is there to do so. How many came before
    depends on when its server came up."""
    prefect = stage.prefect
    if prefect is None or not prefect.is_up:
        return
    # On a busy machine one answer may be late: that is no sign that it is gone.
    sooner_or_later(lambda: done(prefect.runs(reference)), RUN_SECONDS, LOOK_SECONDS)


def _one_ended(runs: list[Run]) -> bool:
    return any(run.ended for run in runs)


def _one_says_closed(runs: list[Run]) -> bool:
    return any(run.state_name == CLOSED for run in runs)
