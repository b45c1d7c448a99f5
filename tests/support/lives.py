"""Engines in processes of their own, forked from one that has imported everything: starting an
engine takes some hundredths of a second where a new Python takes two of processor time."""

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from integrations.platforms.base import Connection, Platform
from models.clock import Clock, steady
from models.store import Store

PRELOADED = [
    "__main__",
    "amends.cli.app",
    "amends.engine",
    "flows.mistake",
    "integrations.platforms.registry",
    "psycopg",
    "lives",
]

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(PRELOADED)


@dataclass(frozen=True)
class Quick:
    """Time that runs ``speed`` times as fast from now on, alike in all processes: what takes a
    minute is tested in seconds. Its calendar is ``ahead`` of ours."""

    speed: float
    origin: datetime = field(default_factory=lambda: datetime.now(UTC))
    began: float = field(default_factory=steady)
    ahead: timedelta = timedelta(0)

    @classmethod
    def starting(cls, at: datetime, speed: float) -> "Quick":
        """Quick time that begins at this moment of the calendar, which must be to come."""
        now = datetime.now(UTC)
        return cls(speed, now, ahead=at - now)


class QuickClock(Clock):
    """A clock on quick time. What is compared with the other side's clock stays true."""

    def __init__(self, quick: Quick) -> None:
        self._quick = quick
        super().__init__()

    def steady(self) -> float:
        quick = self._quick
        return quick.began + (super().steady() - quick.began) * quick.speed

    def now(self, wall: datetime | None = None) -> datetime:
        gone = max((wall or self.wall()) - self._quick.origin, timedelta(0))
        return super().now(self._quick.origin + self._quick.ahead + gone * self._quick.speed)


@dataclass(frozen=True)
class Life:
    """How one engine lives. ``fault`` is where it dies or freezes (``models/faults.py``), and
    ``log`` takes what it passes. ``patience`` bounds its calls, in seconds; ``naive`` makes it the
    usual engine, which sets a flag after the call; ``prefect`` is the address of its server.
    ``work`` is what the process does where it is none: it has no credentials then."""

    home: Path
    secrets: Mapping[str, str] = field(repr=False)
    fault: str = ""
    log: Path | None = None
    quick: Quick | None = None
    patience: float | None = None
    naive: bool = False
    prefect: str | None = None
    work: Callable[[], None] | None = None


class EngineProcess:
    """An engine in a process of its own, which a fault may kill."""

    def __init__(self, life: Life) -> None:
        self.log = life.home / "engine.log"
        self.process: ForkServerProcess = _forks.Process(target=_live, args=(life, self.log))
        self.process.start()

    def __enter__(self) -> "EngineProcess":
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """Kill it, if it still lives."""
        self.process.kill()
        self.process.join()

    def died(self, seconds: float = 30.0) -> bool:
        """Whether the fault killed it."""
        self.process.join(seconds)
        return self.process.exitcode == -signal.SIGKILL

    def is_dead(self) -> bool:
        """Whether it has ended, in whatever way."""
        return not self.process.is_alive()

    def is_frozen(self) -> bool:
        """Whether the fault has frozen it."""
        try:
            stat = Path(f"/proc/{self.process.pid}/stat").read_text(errors="replace")
        except OSError:
            return False
        return stat.rpartition(")")[2].split()[0] == "T"

    def froze(self, seconds: float = 30.0) -> bool:
        """Wait until the fault has frozen it."""
        until = time.monotonic() + seconds
        while not self.is_frozen():
            if self.is_dead() or time.monotonic() > until:
                return False
            time.sleep(0.02)
        return True

    def wake(self) -> None:
        """Let a frozen one go on."""
        assert self.process.pid is not None
        os.kill(self.process.pid, signal.SIGCONT)


def _live(life: Life, log: Path) -> None:
    """What the forked process does: an engine, until it is killed."""
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(out, 1)
    os.dup2(out, 2)
    sys.stdout = sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False)
    for name in [name for name in os.environ if name.startswith("AMENDS_")]:
        del os.environ[name]
    os.environ |= {} if life.work else life.secrets
    os.environ["AMENDS_HOME"] = str(life.home)
    os.environ["AMENDS_CONFIG"] = str(life.home / "amends.toml")
    if life.fault:
        os.environ["AMENDS_FAULT"] = life.fault
    if life.log:
        os.environ["AMENDS_FAULT_LOG"] = str(life.log)

    _bend(life)
    if life.work is not None:
        _work(life.work)
        return
    from amends.engine import run

    run(prefect=life.prefect is not None, prefect_api_url=life.prefect)


def _work(work: Callable[[], None]) -> None:
    """As a worker does: with the database, and no hands."""
    from amends.settings import load
    from models.office import Office, use

    use(Office(load()))
    work()


def _bend(life: Life) -> None:
    """Time, patience and morals, as the life wants them."""
    if life.quick is not None:
        clock = QuickClock(life.quick)
        Store.clock = property(lambda _: clock, lambda *_: None)  # type: ignore[assignment,misc]
    if life.patience is not None:
        from integrations.platforms import bounded_connection, connections
        from integrations.platforms.registry import REGISTRY

        bounds = bounded_connection.Bounds(2.0, life.patience, 1.5 * life.patience)

        def connect(connection: Connection) -> Platform:
            return REGISTRY[connection.platform](connection, bounds=bounds)  # type: ignore[call-arg]

        connections.Connections.__init__.__defaults__ = (connect,)
    if life.naive:
        from naive import flag_after_the_call

        flag_after_the_call()
