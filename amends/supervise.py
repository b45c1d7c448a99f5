"""``amends up``: web, engine and Prefect's server on one machine, watched, and ended together."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from amends.patience import sooner_or_later
from amends.settings import Settings, load
from flows.signing_in import set_up_code
from models.office import Office
from models.register import sync
from models.store import Store

RESTART_SECONDS = (0.5, 1.0, 2.0, 5.0, 10.0)
STEADY_SECONDS = 30.0
GRACE_SECONDS = 10.0
PR_SET_PDEATHSIG = 1

PREFECT_SERVER_SETTINGS = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "DO_NOT_TRACK": "1",
}


@dataclass
class Child:
    """One process: how to start it, and how it has fared."""

    name: str
    command: list[str]
    environment: dict[str, str] = field(repr=False)
    log: Path
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    falls: int = 0
    again_at: float = 0.0

    def start(self) -> None:
        """Start it; its output goes to its log file. It ends when we do, however we end."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_end_with_parent,
            )
        self.started = time.monotonic()

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self.process is not None and self.process.poll() is None

    def signal(self, number: int) -> None:
        """Send a signal to it and to whatever it started."""
        if self.process is not None and self.alive:
            try:
                os.killpg(self.process.pid, number)
            except ProcessLookupError:
                return


def _end_with_parent() -> None:
    """Ask the kernel to end this child when its parent dies (Linux; elsewhere a no-op)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Supervisor:
    """Starts the processes, restarts whichever dies, and stops them all in order."""

    def __init__(self, children: list[Child], say: Callable[[str], None]) -> None:
        self.children = children
        self._say = say
        self._stopping = threading.Event()

    def start(self) -> None:
        """Start every child."""
        for child in self.children:
            child.start()

    def watch(self) -> None:
        """Return when ``stop`` is called; until then, start again what died."""
        while not self._stopping.wait(0.2):
            for child in self.children:
                self._look_after(child)

    def _look_after(self, child: Child) -> None:
        now = time.monotonic()
        if child.alive:
            if now - child.started > STEADY_SECONDS:
                child.falls = 0
            return
        if child.again_at == 0.0:
            pause = RESTART_SECONDS[min(child.falls, len(RESTART_SECONDS) - 1)]
            child.falls, child.again_at = child.falls + 1, now + pause
            self._say(f"{child.name} ended; starting it again in {pause:g} s (log: {child.log})")
        elif now >= child.again_at:
            child.again_at = 0.0
            child.start()

    def stop(self) -> None:
        """Have ``watch`` return."""
        self._stopping.set()

    def end(self) -> None:
        """End the children: first asked, then, after a grace, made to."""
        for child in self.children:
            child.signal(signal.SIGTERM)
        sooner_or_later(lambda: not any(one.alive for one in self.children), GRACE_SECONDS, 0.05)
        for child in self.children:
            child.signal(signal.SIGKILL)
            if child.process is not None:
                child.process.wait()


def free_port(wanted: int) -> int:
    """``wanted`` if it is free on loopback, else one that is."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def children_of(
    settings: Settings, port: int, prefect_port: int | None, environ: Mapping[str, str]
) -> list[Child]:
    """The processes of one installation. The web process gets no platform credentials."""
    logs = settings.home / "logs"
    logs.mkdir(parents=True, exist_ok=True, mode=0o700)
    base = {name: value for name, value in environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    base["AMENDS_HOME"] = str(settings.home)
    web = {name: v for name, v in base.items() if name not in settings.credential_variables}
    engine = [sys.executable, "-m", "amends.cli", "engine"]
    children = []
    if prefect_port is None:
        engine.append("--no-prefect")
    else:
        url = f"http://127.0.0.1:{prefect_port}/api"
        children.append(_prefect(settings, prefect_port, base, logs))
        engine += ["--prefect-api-url", url]
    web_command = [sys.executable, "-m", "amends.cli", "web", "--port", str(port)]
    children.append(Child("engine", engine, base, logs / "engine.log"))
    children.append(Child("web", web_command, web, logs / "web.log"))
    return children


def _prefect(settings: Settings, port: int, base: Mapping[str, str], logs: Path) -> Child:
    """Prefect's own server and UI, with its own database, without any secret of ours."""
    kept = {
        name: value
        for name, value in base.items()
        if not name.startswith("AMENDS_") and name not in settings.credential_variables
    }
    environment = kept | PREFECT_SERVER_SETTINGS
    environment |= {
        "PREFECT_HOME": str(settings.home / "prefect"),
        "PREFECT_SERVER_UI_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
    }
    command = [sys.executable, "-m", "prefect", "server", "start"]
    command += ["--host", "127.0.0.1", "--port", str(port)]
    return Child("prefect", command, environment, logs / "prefect.log")


def wait_until_ready(port: int, seconds: float = 60.0) -> bool:
    """Whether the service answered that it is ready within ``seconds``."""

    def look() -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    return sooner_or_later(look, seconds)


@contextmanager
def sigterm_is_ctrl_c() -> Iterator[None]:
    """Whoever is asked to end ends as by Ctrl-C, and so ends what it began."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def prepare(settings: Settings) -> None:
    """Bring the database up to date before three processes would do so at once."""
    store = Store(settings.database_url)
    try:
        store.migrate()
        sync(store, settings)
    finally:
        store.close()


def _say_how_to_sign_in(settings: Settings, port: int, say: Callable[[str], None]) -> None:
    """The first way in, here on the machine and nowhere else; and where links are kept that no
    mail server takes."""
    office = Office(settings)
    try:
        code = set_up_code(office)
    finally:
        office.store.close()
    if code is not None:
        say(f"Nobody has signed in yet. Open http://127.0.0.1:{port}/set-up with this code: {code}")
    if settings.is_practice and not settings.mail_leaves:
        say(f"There is no mail server: links to sign in are files in {settings.outbox}")


def up(
    port: int = 8000,
    prefect_port: int = 4200,
    *,
    prefect: bool = True,
    say: Callable[[str], None],
) -> None:
    """Run everything until Ctrl-C or SIGTERM. Raises SettingsError."""
    settings = load()
    prepare(settings)
    wanted = prefect and not settings.prefect_off and settings.prefect_api_url is None
    chosen = free_port(prefect_port) if wanted else None
    supervisor = Supervisor(children_of(settings, port, chosen, os.environ), say)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: supervisor.stop())
    supervisor.start()
    try:
        if wait_until_ready(port):
            say(f"Amends is ready: http://127.0.0.1:{port}")
            _say_how_to_sign_in(settings, port, say)
            if chosen is not None:
                say(f"Prefect shows the runs: http://127.0.0.1:{chosen}")
        else:
            say(f"Amends is not ready yet. Look in {settings.home / 'logs'}")
        supervisor.watch()
    finally:
        supervisor.end()
        say("Amends has stopped. What was under way goes on at the next start.")
