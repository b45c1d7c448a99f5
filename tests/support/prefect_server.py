"""A real Prefect server, started and ended by tests."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx

from amends.supervise import PREFECT_SERVER_SETTINGS, free_port


class PrefectServer:
    """Prefect's own server, with its own database in its own folder."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = free_port(0)
        self.url = f"http://127.0.0.1:{self.port}/api"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers: tens of seconds on a busy machine."""
        kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        environment = kept | PREFECT_SERVER_SETTINGS | {"PREFECT_HOME": str(self.home)}
        command = [sys.executable, "-m", "prefect", "server", "start"]
        command += ["--host", "127.0.0.1", "--port", str(self.port), "--no-ui"]
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.home / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, env=environment, stdout=log, stderr=log, start_new_session=True
            )
        until = time.monotonic() + 120
        while time.monotonic() < until:
            try:
                if httpx.get(f"{self.url}/health", timeout=2).is_success:
                    return
            except httpx.HTTPError:
                time.sleep(0.2)
        raise AssertionError((self.home / "server.log").read_text())

    def signal(self, number: int) -> None:
        """Send a signal to the whole server."""
        assert self.process is not None
        os.killpg(self.process.pid, number)

    def kill(self) -> None:
        """End it without a chance to tidy up."""
        self.signal(signal.SIGKILL)
        assert self.process is not None
        self.process.wait()

    def wipe(self) -> None:
        """Kill it, throw its database away, and start it anew on the same port."""
        self.kill()
        shutil.rmtree(self.home)
        self.start()

    def runs(self, reference: str) -> list[dict[str, object]]:
        """The flow runs with this name, oldest first."""
        body = {"flow_runs": {"name": {"any_": [reference]}}, "sort": "START_TIME_ASC"}
        return list(httpx.post(f"{self.url}/flow_runs/filter", json=body).raise_for_status().json())

    def states(self, flow_run_id: object) -> dict[str, str]:
        """The names of one flow run's task runs with their states, in the order of their start."""
        body = {"flow_runs": {"id": {"any_": [flow_run_id]}}}
        found = httpx.post(f"{self.url}/task_runs/filter", json=body).raise_for_status().json()
        tasks = sorted(found, key=lambda task: str(task["start_time"]))
        return {str(task["name"]): str(task["state_name"]) for task in tasks}
