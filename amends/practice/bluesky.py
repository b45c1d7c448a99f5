"""The real Bluesky server, ``@atproto/pds``, on 127.0.0.1: to practise on, and to test against."""

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from types import TracebackType

import httpx

from amends.practice.bluesky_person import BlueskyPerson
from amends.practice.ending import end, end_at_once
from amends.practice.installing import cache_folder, install, modules_of, place_of
from amends.practice.node import Node, PracticeError, find_node
from amends.supervise import free_port

SERVE = Path(__file__).parent / "bluesky_server" / "serve.cjs"
READY_SECONDS = 120.0
DOMAIN = ".test"

NOT_READY = "The Bluesky server did not start. Read why in {log}."
NO_ACCOUNT = "The Bluesky server would not make the account {handle}: {why}."
HERE = "The Bluesky server is installed in {place}.\n"
INSTALLING = "Installing the Bluesky server: a minute or two, the first time only.\n"
INSTALLED = "Installed it in {place}, in {seconds:.0f} seconds.\n"
USAGE = "Usage: python -m amends.practice.bluesky install\n"


class _Part:
    """One process of the service: the directory of names, or the server itself."""

    def __init__(self, node: Node, modules: Path, name: str, folder: Path) -> None:
        self._command = [str(node.program), str(SERVE), str(modules), name]
        self._log = folder / f"{name}.log"
        self._leavings = folder / "tmp"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process that runs now."""
        assert self._process is not None, "it was started"
        return self._process.pid

    def start(self, wanted: dict[str, object]) -> None:
        """Returns when it can be asked. Raises PracticeError."""
        self._leavings.mkdir(exist_ok=True)
        with self._log.open("ab") as log:
            # It ends when its standard input closes: with us, however we end.
            self._process = subprocess.Popen(
                [*self._command, json.dumps(wanted)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env={**os.environ, "TMPDIR": str(self._leavings)},
                start_new_session=True,
            )
        if not self._is_ready(self._process):
            self.kill()
            raise PracticeError(NOT_READY.format(log=self._log))

    def stop(self) -> None:
        """Let it end in good order."""
        if self._process is not None:
            end(self._process)
            self._process = None

    def kill(self) -> None:
        """End it at once, in the middle of whatever it does."""
        if self._process is not None:
            end_at_once(self._process)
            self._process = None

    def _is_ready(self, process: subprocess.Popen[bytes]) -> bool:
        assert process.stdout is not None
        lines: Queue[bytes] = Queue()
        Thread(target=lambda out=process.stdout: lines.put(out.readline()), daemon=True).start()
        try:
            return bool(lines.get(timeout=READY_SECONDS))
        except Empty:
            return False


class BlueskyServer:
    """One real server with its own directory of names. It finds its accounts again after any end.

    ``folder`` keeps its accounts and posts; left out, a temporary one that ``stop`` removes.
    ``rate_limits`` sets the real service's limits: 30 sessions of an account in five minutes.
    """

    def __init__(
        self, folder: Path | None = None, *, port: int | None = None, rate_limits: bool = False
    ) -> None:
        self._kept = folder is not None
        self.folder = folder or Path(tempfile.mkdtemp(prefix="amends-bluesky-"))
        self.port = port or free_port(0)
        self._names_port = free_port(0)
        self._rate_limits = rate_limits
        self._key = secrets.token_hex(32)
        self._server: _Part | None = None
        self._names: _Part | None = None
        self._people: dict[str, BlueskyPerson] = {}

    @property
    def base_url(self) -> str:
        """Its address, as ``base_url`` of an account in amends.toml."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pids(self) -> list[int]:
        """The processes that it is, while it runs."""
        return [part.pid for part in (self._server, self._names) if part is not None]

    def start(self) -> "BlueskyServer":
        """Start it, the first time or after ``kill``; installs it first where it must.

        Raises PracticeError.
        """
        place, _ = install()
        node, modules = find_node(), modules_of(place)
        (self.folder / "data").mkdir(parents=True, exist_ok=True)
        if self._names is None:
            # A process of its own: it remembers who is who for as long as the server is killed.
            self._names = _Part(node, modules, "plc", self.folder)
            self._names.start({"port": self._names_port})
        self._server = _Part(node, modules, "pds", self.folder)
        self._server.start(
            {
                "port": self.port,
                "plc": f"http://localhost:{self._names_port}",
                "folder": str(self.folder),
                "key": self._key,
                "rateLimits": self._rate_limits,
            }
        )
        return self

    def kill(self) -> None:
        """SIGKILL: whatever it was doing is left half done."""
        if self._server is not None:
            self._server.kill()

    def restart(self) -> "BlueskyServer":
        """End it in good order and start it again, with the same accounts on the same port."""
        if self._server is not None:
            self._server.stop()
        return self.start()

    def stop(self) -> None:
        """End it; a temporary folder is removed."""
        for person in self._people.values():
            person.close()
        for part in (self._server, self._names):
            if part is not None:
                part.stop()
        self._server = self._names = None
        if not self._kept:
            shutil.rmtree(self.folder, ignore_errors=True)

    def add_account(self, handle: str) -> str:
        """Make an account, and an app password for it; returns ``credentials`` as JSON.

        Handles end in ``.test``. Some names, ``press`` for one, are reserved. Raises PracticeError.
        """
        password = secrets.token_urlsafe(16)
        made = self._ask(
            "com.atproto.server.createAccount",
            handle,
            {
                "handle": handle,
                "email": f"{handle.removesuffix(DOMAIN)}@dept.example",
                "password": password,
            },
        )
        self._people[handle] = BlueskyPerson(self.base_url, handle, made["did"], made["accessJwt"])
        app = self._ask(
            "com.atproto.server.createAppPassword", handle, {"name": "amends"}, made["accessJwt"]
        )
        return json.dumps({"identifier": handle, "password": app["password"]})

    def person(self, handle: str) -> BlueskyPerson:
        """Whoever has this account in their app; for two hours after it was made."""
        return self._people[handle]

    def _ask(
        self, method: str, handle: str, sent: dict[str, str], token: str | None = None
    ) -> dict[str, str]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        # No proxy of the machine's stands between us and ourselves.
        with httpx.Client(trust_env=False, timeout=30) as client:
            answer = client.post(f"{self.base_url}/xrpc/{method}", json=sent, headers=headers)
        read: dict[str, str] = answer.json()
        if answer.is_error:
            raise PracticeError(NO_ACCOUNT.format(handle=handle, why=read.get("message", "?")))
        return read

    def __enter__(self) -> "BlueskyServer":
        try:
            return self.start()
        except PracticeError:
            self.stop()
            raise

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def main(arguments: list[str]) -> int:
    """``install``: put the server into the cache, and say where and how long it took."""
    if arguments != ["install"]:
        sys.stderr.write(USAGE)
        return 2
    started = time.monotonic()
    try:
        if not is_installed():
            sys.stdout.write(INSTALLING)
            sys.stdout.flush()
        place, fresh = install()
    except PracticeError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    seconds = time.monotonic() - started
    sys.stdout.write((INSTALLED if fresh else HERE).format(place=place, seconds=seconds))
    return 0


def is_installed() -> bool:
    """Whether it lies in the cache already. Raises PracticeError where there is no node."""
    return place_of(find_node(), cache_folder(os.environ)).is_dir()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
