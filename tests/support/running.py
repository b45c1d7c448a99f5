"""``amends up`` in real processes, and the commands that people type beside it."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import httpx
from department import ANA, DEE, Department

from amends.supervise import free_port

AMENDS = [sys.executable, "-m", "amends.cli"]


class Up:
    """One ``amends up`` and the commands that people type beside it."""

    def __init__(
        self,
        department: Department,
        *options: str,
        environ: Mapping[str, str] | None = None,
        first: bool = False,
    ) -> None:
        self.department = department
        self.port = free_port(0)
        kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        self.environment = kept | department.secrets
        self.environment |= {
            "AMENDS_HOME": str(department.home),
            "AMENDS_CONFIG": str(department.home / "amends.toml"),
            "AMENDS_URL": f"http://127.0.0.1:{self.port}",
        }
        self.environment |= environ or {}
        command = [*AMENDS, "up", "--port", str(self.port)]
        command += ["--prefect-port", str(free_port(0)), *options]
        self.output = department.home / "up.log"
        with self.output.open("wb") as log:
            self.process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)
        self.until(lambda: "Amends is ready" in self.output.read_text(), 120)
        self.first_way_in = self._set_up() if first else []
        self.tokens = {email: self._token(email) for email in (ANA, DEE)}

    def _set_up(self) -> list[int]:
        """Sign in with the code that is printed, and once more; what was answered."""
        code = re.compile(r"[0-9a-f]{6}(?:-[0-9a-f]{6}){3}")
        self.until(lambda: bool(code.search(self.output.read_text())))
        (printed,) = code.findall(self.output.read_text())
        asked = {"email": ANA, "code": printed}
        url = f"http://127.0.0.1:{self.port}/set-up"
        return [httpx.post(url, data=asked, timeout=20).status_code for _ in range(2)]

    def _token(self, email: str) -> str:
        done = self.run("token", "create", "--person", email)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def run(self, *words: str, token: str = "") -> subprocess.CompletedProcess[str]:
        secret = [name for name in self.environment if name.startswith("X_")]
        environment = {k: v for k, v in self.environment.items() if k not in secret}
        environment |= {"AMENDS_TOKEN": token} if token else {}
        return subprocess.run(
            [*AMENDS, *words],
            env=environment, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    def amends(self, *words: str, by: str = ANA, code: int = 0) -> str:
        """Type a command as this person; fail when it ends otherwise than ``code``."""
        done = self.run(*words, token=self.tokens[by])
        assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
        return done.stdout

    def status(self, reference: str) -> dict[str, object]:
        """The incident as a script sees it."""
        return dict(json.loads(self.amends("status", reference, "--json", by=DEE)))

    def child(self, name: str) -> int:
        """The process id of one of the supervised processes."""
        marks = {"web": ["web", "--port"], "engine": ["engine"], "prefect": ["prefect", "server"]}
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                parent = int(path.read_text().rsplit(")", 1)[1].split()[1])
                words = (path.parent / "cmdline").read_bytes().decode().split("\0")
            except OSError:
                continue
            if parent == self.process.pid and all(mark in words for mark in marks[name]):
                return int(path.parent.name)
        raise LookupError(name)

    def until(self, true: Callable[[], bool], seconds: float = 60.0) -> None:
        """Wait until it is true."""
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, self.output.read_text()
            assert self.process.poll() is None, self.output.read_text()
            time.sleep(0.1)

    def restarted(self, name: str, was: int) -> bool:
        """Whether another process has taken its place."""
        try:
            return self.child(name) != was
        except LookupError:
            return False

    def interrupt(self) -> int:
        """Press Ctrl-C."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(30)
