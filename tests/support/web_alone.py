"""The web process as a deployment starts it, in a process of its own, with what it must not have
put in its way: for tests of what it cannot do."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from paper import Paper
from waiting import until

from amends.supervise import free_port

BLOCKED = ("prefect", "tweepy", "atproto", "mastodon", "notifications_python_client", "apprise")
BLOCKS = f"""
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {BLOCKED}:
            raise ModuleNotFoundError(f"not installed: {{name}}", name=name)
sys.meta_path.insert(0, Missing())
"""
"""As ``sitecustomize`` it makes a Python on which these were never installed."""

TRY_ALL = f"""
from importlib import import_module
for name in {BLOCKED}:
    try:
        import_module(name)
    except ModuleNotFoundError as error:
        if "not installed" in str(error):
            print(name)
"""

PR_CAPBSET_DROP = 24
READS_ANYTHING = (1, 2)
"""CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH: what makes root somebody whom no mode keeps out."""

ASK = """
from amends.settings import load
settings = load()
for account in settings.accounts:
    print(settings.secret(account.credentials or "env:NOTHING"))
"""
"""What whoever had taken the process over would do first."""


def blocked(folder: Path) -> Path:
    """A folder that, first on the path of a Python, hides those packages from it."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(BLOCKS, encoding="utf-8")
    return folder


def environment(paper: Paper, hiding: Path, **more: str) -> dict[str, str]:
    """The environment of a service of this installation; nothing hidden can be imported in it."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("AMENDS_", "PREFECT_"))}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return kept | {
        "AMENDS_HOME": str(paper.home),
        "AMENDS_CONFIG": str(paper.home / "amends.toml"),
        "PYTHONPATH": os.pathsep.join(filter(None, (str(hiding), kept.get("PYTHONPATH", "")))),
        **more,
    }


def as_anybody() -> None:
    """From here on a file's mode holds for us too, be we root."""
    if os.geteuid() == 0:
        prctl = ctypes.CDLL(None).prctl
        for capability in READS_ANYTHING:
            prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)


def python(environ: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    """Run Python so."""
    return subprocess.run(
        [sys.executable, *words], env=environ, capture_output=True, text=True, timeout=60,
        check=False, preexec_fn=as_anybody,
    )  # fmt: skip


@contextmanager
def web_alone(environ: dict[str, str], log: Path) -> Iterator[tuple[int, str]]:
    """``amends web`` in that environment: its process id, and where it answers."""
    port = free_port(0)
    command = [sys.executable, "-m", "amends.cli", "web", "--port", str(port)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env=environ, stdout=output, stderr=output, preexec_fn=as_anybody
        )
    url = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        assert process.poll() is None, log.read_text()
        try:
            return httpx.get(url + "/healthz", trust_env=False).is_success
        except httpx.TransportError:
            return False

    try:
        until(answers, 60)
        yield process.pid, url
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def in_memory_of(pid: int, words: bytes) -> bool:
    """Whether the process has these bytes anywhere in its memory."""
    spaces = Path(f"/proc/{pid}/maps").read_text(encoding="utf-8").splitlines()
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        return any(words in _space(memory.fileno(), line) for line in spaces)


def _space(memory: int, line: str) -> bytes:
    begin, end = (int(one, 16) for one in line.split()[0].split("-"))
    if "w" not in line.split()[1]:
        return b""
    try:
        return os.pread(memory, end - begin, begin)
    except (OSError, OverflowError):
        return b""  # the kernel's own
