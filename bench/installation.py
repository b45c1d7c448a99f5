"""One installation in a folder of its own: real processes on loopback, all ended at the end."""

import http.client
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import httpx

from amends.settings import Settings, load
from amends.supervise import Child, Supervisor, children_of, free_port, prepare, wait_until_ready
from flows.tokens import first_token
from models.office import Office

HANDLE = "dept"
REPORTS = "/api/v1/incidents"
REPORTER = "ana@dept.example"
LOOK_SECONDS = 0.001
QUIET_SECONDS = 0.2
PATIENCE_SECONDS = 120.0


class Prefect(StrEnum):
    """How Prefect fares: its server runs, is not wanted, or is configured and does not answer."""

    ON = "on"
    OFF = "off"
    DEAD = "dead"


CONFIG = """
[organisation]
name = "Department for Examples"
duty_officer = "+44 20 7946 0000"
dtu = "dtu@dept.example"
hr = "hr@dept.example"

[[people]]
email = "ana@dept.example"
name = "Ana Ahmed"
line_manager = "bo@dept.example"

[[people]]
email = "bo@dept.example"
name = "Bo Berg"

[[people]]
email = "dee@dept.example"
name = "Dee Diaz"
roles = ["dtu", "dtu-duty"]

[[accounts]]
platform = "x"
handle = "dept"
owner = "ana@dept.example"
publishers = ["ana@dept.example"]
credentials = "env:X_DEPT"
base_url = "{base_url}"

[mail]
{mail}
"""


class Platform:
    """The practice platform, in a process of its own, without X's rate limits."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "amends.sandbox", "--port", "0", "--no-limits"]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        self._client = httpx.Client(base_url=self.url, timeout=30, trust_env=False)
        made = self._client.post("/sandbox/accounts", json={"handle": HANDLE}).json()
        self.secret = json.dumps(made["credentials"])

    def answer_after(self, milliseconds: float) -> None:
        """Wait so long before each answer from now on."""
        self._client.post("/sandbox/latency", json={"seconds": milliseconds / 1000})

    def post(self) -> tuple[str, str]:
        """Someone posts; returns the id and the link."""
        body = {"handle": HANDLE, "text": "The fund opens on 3 May."}
        made = self._client.post("/sandbox/posts", json=body).json()
        return made["id"], made["url"]

    def close(self) -> None:
        """End it."""
        self._client.close()
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(timeout=10)


def report_of(link: str) -> str:
    """The body of a report of a wrong fact."""
    body = {"post_url": link, "kinds": ["factual"], "wrong": "3 May", "right": "5 June"}
    return json.dumps(body | {"source_url": "https://dept.example/fund"})


class Reporter:
    """A person's client with one open connection."""

    def __init__(self, port: int, token: str) -> None:
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._connection.connect()

    def report(self, link: str) -> str:
        """Report a wrong fact; returns the reference."""
        self._connection.request("POST", REPORTS, report_of(link), self._headers)
        answer = self._connection.getresponse()
        content = json.loads(answer.read())
        if answer.status != 202:
            raise RuntimeError(f"the report was answered {answer.status}: {content}")
        return str(content["reference"])

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()


class Watcher:
    """Sees what is committed, from beside the database file: it asks no process for anything.

    It looks at SQLite's own counter of commits, which costs microseconds and takes no lock.
    """

    def __init__(self, database: Path) -> None:
        self._rows = sqlite3.connect(f"file:{database}?mode=ro", uri=True, isolation_level=None)

    def wait(self, true: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> None:
        """Return as soon as a commit has made it true. Raises TimeoutError."""
        until, seen = time.perf_counter() + seconds, None
        while time.perf_counter() < until:
            version = self._one("PRAGMA data_version")
            if version != seen and true():
                return
            seen = version
            time.sleep(LOOK_SECONDS)
        raise TimeoutError("it did not come true in time")

    def is_gone(self, remote_id: str) -> bool:
        """Whether the row of the post says that it was seen to be gone."""
        return self._one("SELECT state FROM post WHERE remote_id = ?", remote_id) == "gone"

    def gone(self) -> set[str]:
        """The ids of all posts that were seen to be gone."""
        return {row[0] for row in self._rows.execute(GONE)}

    def is_quiet(self) -> bool:
        """Whether no incident is under way or waits for the engine."""
        return not self._one(BUSY)

    def wait_until_quiet(self) -> None:
        """Return when the engine has had nothing to do for a moment. Raises TimeoutError."""
        until = time.perf_counter() + PATIENCE_SECONDS
        since = time.perf_counter()
        while time.perf_counter() - since < QUIET_SECONDS:
            if time.perf_counter() > until:
                raise TimeoutError("the engine did not come to rest")
            if not self.is_quiet():
                since = time.perf_counter()
            time.sleep(0.01)

    def close(self) -> None:
        """Close the file."""
        self._rows.close()

    def _one(self, query: str, *values: str) -> Any:
        row = self._rows.execute(query, values).fetchone()
        return row[0] if row else None


GONE = "SELECT remote_id FROM post WHERE state = 'gone'"
BUSY = "SELECT count(*) FROM incident WHERE lease_owner IS NOT NULL OR shown <> stirred"


@dataclass
class Installation:
    """A running installation and the platform that it acts on."""

    platform: Platform
    settings: Settings
    port: int
    token: str = field(repr=False)
    watcher: Watcher

    def reporter(self) -> Reporter:
        """A new connection to the web process."""
        return Reporter(self.port, self.token)

    def request(self, link: str) -> bytes:
        """The whole request that reports this post, as it goes over the wire."""
        body = report_of(link).encode()
        head = f"POST {REPORTS} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
        head += f"Authorization: Bearer {self.token}\r\nContent-Type: application/json\r\n"
        return head.encode() + f"Content-Length: {len(body)}\r\n\r\n".encode() + body


@contextmanager
def installation(
    platform: Platform, prefect: Prefect, *, smtp: str | None = None
) -> Iterator[Installation]:
    """Start web and engine, and Prefect's server where it is on; end them all at the end."""
    home = Path(tempfile.mkdtemp(prefix="amends-bench-"))
    environ = _environ(home, platform)
    mail = 'sender = "amends@dept.example"' + (f'\nsmtp = "{smtp}"' if smtp else "")
    (home / "amends.toml").write_text(CONFIG.format(base_url=platform.url, mail=mail))
    settings = load(environ)
    prepare(settings)
    port = free_port(0)
    children = _children(settings, port, prefect, environ)
    supervisor = Supervisor(children, print)
    try:
        supervisor.start()
        _await_start(children, port)
        watcher = Watcher(home / "amends.db")
        yield Installation(platform, settings, port, _token(settings), watcher)
        watcher.close()
    finally:
        supervisor.end()
        shutil.rmtree(home, ignore_errors=True)


def _environ(home: Path, platform: Platform) -> Mapping[str, str]:
    kept = {
        name: v for name, v in os.environ.items() if not name.startswith(("AMENDS_", "PREFECT"))
    }
    ours = {"AMENDS_HOME": str(home), "AMENDS_CONFIG": str(home / "amends.toml")}
    return kept | ours | {"X_DEPT": platform.secret}


def _children(
    settings: Settings, port: int, prefect: Prefect, environ: Mapping[str, str]
) -> list[Child]:
    if prefect is Prefect.OFF:
        return children_of(settings, port, None, environ)
    children = children_of(settings, port, free_port(0), environ)
    return [child for child in children if prefect is Prefect.ON or child.name != "prefect"]


def _await_start(children: list[Child], port: int) -> None:
    if not wait_until_ready(port, 90):
        logs = "\n".join(child.log.read_text()[-2000:] for child in children)
        raise RuntimeError(f"the service did not start:\n{logs}")
    for child in children:
        if child.name == "prefect":
            _await_health(child.environment["PREFECT_API_URL"])


def _await_health(api_url: str) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        try:
            if httpx.get(f"{api_url}/health", timeout=2, trust_env=False).is_success:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.2)
    raise RuntimeError("Prefect's server did not start")


def _token(settings: Settings) -> str:
    office = Office(settings)
    try:
        return first_token(office, REPORTER)
    finally:
        office.store.close()
