"""The deployments of prefect.yaml load, and a worker without credentials acts on nothing itself."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from department import Department, open_department

from models.words import PostState, Wait

pytestmark = [pytest.mark.prefect, pytest.mark.timeout(240)]
ROOT = Path(__file__).parents[2]

AS_A_WORKER_DOES = """
import asyncio, inspect, sys
from prefect.flows import load_flow_from_entrypoint
flow = load_flow_from_entrypoint(sys.argv[1])
run = flow(*sys.argv[2:])
if inspect.iscoroutine(run):
    asyncio.run(run)
"""


def run_as_worker(department: Department, api_url: str, *arguments: str) -> None:
    """Load and run a flow as a Prefect worker's process does, without any platform credential."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment |= {
        "AMENDS_HOME": str(department.home),
        "AMENDS_CONFIG": str(department.home / "amends.toml"),
        "PREFECT_API_URL": api_url,
    }
    done = subprocess.run(
        [sys.executable, "-c", AS_A_WORKER_DOES, *arguments],
        env=environment, cwd=ROOT, capture_output=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()[-2000:]


def entrypoints() -> list[str]:
    """What prefect.yaml deploys."""
    deployed = yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"]
    return [one["entrypoint"] for one in deployed]


def test_a_worker_asks_the_engine_and_shows_the_run(tmp_path: Path, prefect_server) -> None:
    department = open_department(tmp_path)
    try:
        reference = department.report_wrong_fact(department.post("The fund opens on 3 May."))
        department.start_engine()
        assert "flows/mistake.py:handle_mistake" in entrypoints()
        run_as_worker(department, prefect_server.url, "flows/mistake.py:handle_mistake", reference)
        department.until_waiting(reference, Wait.CLEARANCE)
        (run,) = prefect_server.runs(reference)
        assert run["state_name"] == "Waiting for clearance"
        assert len(department.sandbox.calls("delete")) == 1
    finally:
        department.close()


def test_a_worker_alone_causes_no_effect(tmp_path: Path, prefect_server) -> None:
    department = open_department(tmp_path)
    try:
        reference = department.report_wrong_fact(department.post("The fund opens on 3 May."))
        run_as_worker(department, prefect_server.url, "flows/mistake.py:handle_mistake", reference)
        assert department.sandbox.calls() == []
        assert department.seen(reference).posts[0].state == PostState.LIVE
    finally:
        department.close()


def test_the_reminders_deployment_runs(tmp_path: Path, prefect_server) -> None:
    department = open_department(tmp_path)
    try:
        assert "flows/reminders.py:remind" in entrypoints()
        run_as_worker(department, prefect_server.url, "flows/reminders.py:remind")
    finally:
        department.close()
