"""The practice Mastodon ends when it is told to, and when whoever started it is gone."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from amends.practice.mastodon import PracticeMastodon

STARTS_AND_DIES = """
import os
from amends.practice.mastodon import PracticeMastodon
print(PracticeMastodon().start().port, flush=True)
os._exit(1)
"""


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the processes that a test starts put their temporary files."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def test_it_answers_until_it_is_stopped_and_leaves_nothing(temporary: Path) -> None:
    with PracticeMastodon() as instance:
        token = json.loads(instance.add_account("dept", "Dept for Examples"))["access_token"]
        me = httpx.get(
            f"{instance.base_url}/api/v1/accounts/verify_credentials",
            headers={"Authorization": f"Bearer {token}"},
            trust_env=False,
        ).json()
        assert list(temporary.iterdir()) != []
        assert (me["acct"], me["display_name"]) == ("dept", "Dept for Examples")
    with pytest.raises(httpx.ConnectError):
        httpx.get(instance.base_url, trust_env=False)
    assert list(temporary.iterdir()) == []
    instance.stop()  # again: nothing to do


def test_it_ends_without_a_word(temporary: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with PracticeMastodon() as instance:
        capfd.readouterr()
        assert instance.base_url
    assert "Fatal" not in capfd.readouterr().err


def test_it_does_not_outlive_whoever_started_it() -> None:
    started = subprocess.run(
        [sys.executable, "-c", STARTS_AND_DIES], capture_output=True, text=True, timeout=90
    )
    port = int(started.stdout)
    with socket.socket() as caller:
        caller.settimeout(20)
        # Either it has ended already, or it ends and so closes what we opened.
        if caller.connect_ex(("127.0.0.1", port)) == 0:
            assert caller.recv(1) == b""
