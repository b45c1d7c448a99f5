"""``amends up``: real processes under a supervisor, driven by the command line as people do."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from department import ANA, DEE, Department, open_department

from amends.supervise import free_port
from models.words import PostState, StatementState, Wait

pytestmark = [pytest.mark.prefect, pytest.mark.timeout(240)]
AMENDS = [sys.executable, "-m", "amends.cli"]


class Up:
    """One ``amends up`` and the commands that people type beside it."""

    def __init__(self, department: Department, *options: str, first: bool = False) -> None:
        self.department = department
        self.port = free_port(0)
        kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        self.environment = kept | department.secrets
        self.environment |= {
            "AMENDS_HOME": str(department.home),
            "AMENDS_CONFIG": str(department.home / "amends.toml"),
            "AMENDS_URL": f"http://127.0.0.1:{self.port}",
        }
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
        done = self._run("token", "create", "--person", email)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def _run(self, *words: str, token: str = "") -> subprocess.CompletedProcess[str]:
        secret = [name for name in self.environment if name.startswith("X_")]
        environment = {k: v for k, v in self.environment.items() if k not in secret}
        environment |= {"AMENDS_TOKEN": token} if token else {}
        return subprocess.run(
            [*AMENDS, *words],
            env=environment, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    def amends(self, *words: str, by: str = ANA, code: int = 0) -> str:
        """Type a command as this person; fail when it ends otherwise than ``code``."""
        done = self._run(*words, token=self.tokens[by])
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


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Department]:
    """The world around an installation that runs in processes of its own."""
    department = open_department(tmp_path_factory.mktemp("place"))
    yield department
    department.close()


@pytest.fixture(scope="module")
def up(place: Department) -> Iterator[Up]:
    """Everything running, Prefect too: started once, as it takes long. The story that ends it is
    the last that uses it."""
    running = Up(place, first=True)
    yield running
    if running.process.poll() is None:
        running.process.send_signal(signal.SIGTERM)
        running.process.wait(30)


def report(up: Up, link: str) -> str:
    """Ana reports her wrong fact, and the reference is in what is printed."""
    printed = up.amends(
        "report", link, "--kind", "factual", "--wrong", "the fund opens on 3 May",
        "--right", "the fund opens on 5 June", "--source", "https://dept.example/fund", "--json",
    )  # fmt: skip
    found = re.search(r"AM-[A-Z0-9]{5,7}", printed)
    assert found, printed
    return found.group()


def test_with_prefect_frozen_the_service_is_degraded_but_ready(up: Up) -> None:
    def status() -> str:
        answer = httpx.get(f"http://127.0.0.1:{up.port}/readyz", timeout=10)
        assert answer.status_code == 200
        return str(answer.json()["status"])

    up.until(lambda: status() == "ready")
    prefect = up.child("prefect")
    os.killpg(prefect, signal.SIGSTOP)
    try:
        up.until(lambda: status() == "degraded")
    finally:
        os.killpg(prefect, signal.SIGCONT)
    up.until(lambda: status() == "ready")


def test_the_first_way_in_is_a_code_that_is_printed_and_works_once(up: Up) -> None:
    assert up.first_way_in == [303, 422]


def test_the_web_process_holds_no_platform_credential(up: Up, place: Department) -> None:
    environ = Path(f"/proc/{up.child('web')}/environ").read_bytes()
    assert b"X_DEPT" not in environ
    for secret in place.secrets.values():
        assert secret.encode() not in environ
    assert b"X_DEPT" in Path(f"/proc/{up.child('engine')}/environ").read_bytes()
    assert b"X_DEPT" not in Path(f"/proc/{up.child('prefect')}/environ").read_bytes()


def test_the_whole_story_by_command_line_with_every_process_killed_once(
    up: Up, place: Department
) -> None:
    link = place.post("The fund opens on 3 May.")
    reference = report(up, link)
    place.until(reference, lambda s: s.posts[0].state == PostState.GONE, 30)
    place.until_waiting(reference, Wait.CLEARANCE, 60)

    engine = up.child("engine")
    os.kill(engine, signal.SIGKILL)
    up.amends("clear", reference, "--yes", by=DEE)
    up.until(lambda: up.restarted("engine", engine))
    place.until(reference, lambda s: s.statements[0].state == StatementState.PUBLISHED, 60)
    assert len(place.sandbox.calls("delete")) == 1
    assert len(place.sandbox.calls("create")) == 1

    prefect, web = up.child("prefect"), up.child("web")
    os.kill(prefect, signal.SIGKILL)
    os.kill(web, signal.SIGKILL)
    up.until(lambda: up.restarted("prefect", prefect) and up.restarted("web", web))
    up.until(lambda: up._run("status", reference, token=up.tokens[DEE]).returncode == 0)
    up.amends("advise", reference, "--text", "Thank you. Nothing more to do.", by=DEE)
    place.until_waiting(reference, Wait.CLOSING, 60)
    up.amends("close", reference, by=DEE)
    assert up.status(reference)["state"] == "closed"
    (post,) = up.status(reference)["posts"]  # type: ignore[misc]
    assert post["state"] == "gone"

    children = [up.child(name) for name in ("web", "engine", "prefect")]
    assert up.interrupt() == 0
    for log in (place.home / "logs").iterdir():
        written = log.read_text()
        for secret in ("3 May", "5 June", ANA, DEE, *up.tokens.values()):
            assert secret not in written, log.name
    assert not any(Path(f"/proc/{child}").exists() for child in children)
    assert "Amends has stopped" in up.output.read_text()


def test_an_unreachable_service_says_what_to_do_by_hand(place: Department) -> None:
    environment = os.environ | {
        "AMENDS_HOME": str(place.home),
        "AMENDS_CONFIG": str(place.home / "amends.toml"),
        "AMENDS_URL": "http://127.0.0.1:9",
        "AMENDS_TOKEN": "x",
    }
    done = subprocess.run(
        [*AMENDS, "report", "https://x.com/a/status/1", "--kind", "typo"],
        env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 69
    assert "+44 20 7946 0000" in done.stderr + done.stdout
