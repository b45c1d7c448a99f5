"""An engine in a process of its own, as tests kill it."""

import os
import signal
import subprocess
import sys

from department import Department

ENGINE = "from amends.engine import run; run(prefect=False)"


class EngineProcess:
    """An engine in a process of its own, which a fault may kill."""

    def __init__(self, department: Department, fault: str = "") -> None:
        if department.watch is not None:
            department.watch.stop()
        kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        home = department.home
        environment = kept | department.secrets
        environment |= {"AMENDS_HOME": str(home), "AMENDS_CONFIG": str(home / "amends.toml")}
        if fault:
            environment["AMENDS_FAULT"] = fault
        self.log = home / "engine.log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", ENGINE], env=environment, stdout=log, stderr=log
            )

    def __enter__(self) -> "EngineProcess":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()

    def died(self, seconds: float = 30.0) -> bool:
        """Whether the fault killed it."""
        return self.process.wait(seconds) == -signal.SIGKILL
