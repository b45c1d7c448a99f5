"""What is tried again, as the terminal shows it: why, when, and how long that is from now."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

from paper import ANA, DEE

from amends.cli.sight import _from_now
from models.columns import new_id
from models.effects import Effect
from models.words import EffectKind, EffectState, PostState


def _asked_to_wait(terminal: Any, minutes: float = 15) -> str:
    """An incident whose deletion the platform has put off; its reference."""
    paper = terminal.paper
    reference: str = paper.planned()
    paper.set_posts(reference, PostState.DELETING)
    post = paper.post(reference)
    with paper.office.store.write("put-off") as tx:
        tx.add(
            Effect(
                id=new_id(),
                incident_id=post.incident_id,
                kind=EffectKind.DELETE,
                target=post.id,
                account_id=post.account_id,
                state=EffectState.RETRY,
                idempotency_key=new_id(),
                payload_sealed=b"",
                digest="",
                attempts=2,
                code="rate-limit",
                due_at=tx.now() + timedelta(minutes=minutes),
                planned_at=tx.now(),
            )
        )
    return reference


def test_status_says_what_is_tried_again_why_and_when(terminal: Any) -> None:
    reference = _asked_to_wait(terminal)
    shown = terminal.run("status", reference, by=ANA).out
    said = " ".join(shown.split())
    assert "X has asked us to wait. The next try to delete the post of @dept is at" in said
    assert "UTC; 2 tries so far. in 15 minutes, by itself; nothing for you to do" in said
    assert "Waiting for the platform" in shown
    assert max(len(line) for line in shown.splitlines()) <= 80


def test_scripts_read_the_same_as_closed_words(terminal: Any) -> None:
    reference = _asked_to_wait(terminal)
    (retry,) = json.loads(terminal.run("status", reference, "--json", by=ANA).out)["retries"]
    assert retry["what"] == "delete"
    assert (retry["code"], retry["state"], retry["tries"]) == ("rate-limit", "retry", 2)
    assert (retry["platform"], retry["account"]) == ("x", "dept")
    assert retry["target"] == terminal.paper.post(reference).id
    assert retry["next_at"].endswith("Z")


def test_who_watches_is_told_first_what_is_tried_again(terminal: Any) -> None:
    reference = _asked_to_wait(terminal)
    environment = os.environ | {
        "AMENDS_URL": terminal.web.url,
        "AMENDS_TOKEN": terminal.web.token(DEE),
        "AMENDS_CONFIG": str(terminal.paper.home / "amends.toml"),
    }
    with subprocess.Popen(
        [sys.executable, "-m", "amends.cli", "status", reference, "--watch"],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        read = ""
        while "The report was accepted." not in read:
            line = process.stdout.readline()
            assert line, read
            read += line
        process.terminate()
    assert "X has asked us to wait." in read


def test_who_follows_a_report_is_told_why_it_waits(terminal: Any) -> None:
    _asked_to_wait(terminal)
    environment = os.environ | {
        "AMENDS_URL": terminal.web.url,
        "AMENDS_TOKEN": terminal.web.token(ANA),
        "AMENDS_CONFIG": str(terminal.paper.home / "amends.toml"),
    }
    link = terminal.paper.link()
    with subprocess.Popen(
        [sys.executable, "-m", "amends.cli", "report", link, "--kind", "factual", "--wait"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        read = ""
        while "X has asked us to wait." not in read:
            line = process.stderr.readline()
            assert line, read
            read += line
        process.terminate()


def test_a_time_is_told_as_the_time_that_is_left() -> None:
    def left(**span: float) -> str:
        return _from_now((datetime.now(UTC) + timedelta(**span, milliseconds=200)).isoformat())

    assert left(seconds=-5) == "now"
    assert left(seconds=1) == "in 1 second"
    assert left(seconds=40) == "in 40 seconds"
    assert left(minutes=4) == "in 4 minutes"
    assert left(hours=3) == "in 3 hours"
    assert left(days=2) == "in 2 days"
    assert _from_now(None) == "now"
