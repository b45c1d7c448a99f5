"""A Mastodon instance on this machine, to practise on and to test against."""

import json
import subprocess
import sys
import time
from importlib.util import find_spec
from types import TracebackType

import httpx

from amends.practice.ending import end
from amends.practice.node import PracticeError
from amends.supervise import free_port

READY_SECONDS = 60.0
TICK_SECONDS = 0.05

NOT_INSTALLED = "The practice Mastodon is not installed. Run make install, which installs it."
NOT_READY = "The practice Mastodon did not start. What it printed says why."


class PracticeMastodon:
    """One instance in a process of its own, on 127.0.0.1. What it holds ends with it."""

    def __init__(self, *, port: int | None = None) -> None:
        self.port = port or free_port(0)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def base_url(self) -> str:
        """Its address, as ``base_url`` of an account in amends.toml."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "PracticeMastodon":
        """Returns when it can be asked. Raises PracticeError."""
        if find_spec("mastodon_mock") is None:
            raise PracticeError(NOT_INSTALLED)
        # It ends when its standard input closes: with us, however we end.
        self._process = subprocess.Popen(
            [sys.executable, "-m", "amends.practice.mastodon_server", str(self.port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        until = time.monotonic() + READY_SECONDS
        while time.monotonic() < until and self._process.poll() is None:
            if self._answers():
                return self
            time.sleep(TICK_SECONDS)
        self.stop()
        raise PracticeError(NOT_READY)

    def stop(self) -> None:
        """End it in good order."""
        if self._process is not None:
            end(self._process)
            self._process = None

    def add_account(
        self, username: str, name: str = "", *, scopes: tuple[str, ...] = ("read", "write")
    ) -> str:
        """Make an account, or another token for one; returns ``credentials`` as JSON."""
        wanted = {"username": username, "display_name": name, "scopes": list(scopes)}
        with self._client() as client:
            made = client.post("/practice/accounts", json=wanted).raise_for_status().json()
        return json.dumps({"access_token": made["access_token"]})

    def _answers(self) -> bool:
        with self._client() as client:
            try:
                return client.get("/health").is_success
            except httpx.TransportError:
                return False

    def _client(self) -> httpx.Client:
        # No proxy of the machine's stands between us and ourselves.
        return httpx.Client(base_url=self.base_url, trust_env=False, timeout=30)

    def __enter__(self) -> "PracticeMastodon":
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
