"""``amends up``: real processes under a supervisor, driven by the command line as people do."""

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from department import ANA, DEE, Department, open_department
from running import AMENDS, Up

from models.words import PostState, StatementState, Wait

pytestmark = [pytest.mark.prefect, pytest.mark.timeout(240)]


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
    up.until(lambda: up.run("status", reference, token=up.tokens[DEE]).returncode == 0)
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
