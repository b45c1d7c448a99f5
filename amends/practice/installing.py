"""Installs the Bluesky server into a cache folder, whole or not at all, once for each version."""

import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from amends.practice.node import Node, PracticeError, find_node

PDS = "0.5.35"
DEV_ENV = "0.6.7"
# Its package.json takes better-sqlite3 13 for the 12 that the server asks for: compiled for
# node 24.19 or later, 12 ends the whole process at some collection of garbage.
PINS = Path(__file__).parent / "bluesky_server"
PATIENCE_SECONDS = 1800

NO_NETWORK = (
    "The Bluesky server could not be fetched: npm reached no package registry. Check the network, "
    "then try again; npm’s own words are in {log}."
)
NO_COMPILER = (
    "A part of the Bluesky server could not be compiled. Install make and a C++ compiler "
    "(on Debian: apt install build-essential), then try again; npm’s own words are in {log}."
)
NO_TRUST = (
    "The Bluesky server could not be fetched: npm does not trust the certificate that it was "
    "shown. Where your organisation reads the traffic, let NODE_EXTRA_CA_CERTS name the file of "
    "its certificates, then try again; npm’s own words are in {log}."
)
FAILED = "npm could not install the Bluesky server. Read its own words in {log}, then try again."
TOO_SLOW = "npm took more than half an hour to install the Bluesky server. Try again."

SIGNS = (
    (("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ETIMEDOUT", "ENETUNREACH"), NO_NETWORK),
    (("SELF_SIGNED_CERT", "UNABLE_TO_VERIFY_LEAF", "UNABLE_TO_GET_ISSUER"), NO_TRUST),
    (("gyp ERR!", "node-gyp"), NO_COMPILER),
)
"""What npm writes when it fails, and what that means."""

LOADS = "new (require('better-sqlite3'))(':memory:'); require('sharp')"
"""The compiled parts, tried once: built for another node they would not load."""


def cache_folder(environ: Mapping[str, str]) -> Path:
    """Where servers are kept: AMENDS_CACHE, else ``amends`` in the user's cache folder."""
    given = environ.get("AMENDS_CACHE")
    return Path(given).resolve() if given else Path.home() / ".cache" / "amends"


def place_of(node: Node, cache: Path) -> Path:
    """The folder of exactly these versions, for this node and this sort of machine."""
    pins = hashlib.sha256((PINS / "package-lock.json").read_bytes()).hexdigest()[:8]
    name = f"bluesky-{PDS}-{DEV_ENV}-node{node.version}-{platform.machine()}-{pins}"
    return cache / name


def modules_of(folder: Path) -> Path:
    """Where node finds the packages of an installed server."""
    return folder / "node_modules"


def install(environ: Mapping[str, str] | None = None) -> tuple[Path, bool]:
    """The folder of the installed server, and whether it had to be installed now.

    Raises PracticeError. Whoever comes second while one installs waits, and finds it done.
    """
    environ = os.environ if environ is None else environ
    node = find_node()
    cache = cache_folder(environ)
    place = place_of(node, cache)
    if place.is_dir():
        return place, False
    cache.mkdir(parents=True, exist_ok=True)
    with _alone(cache / f"{place.name}.lock"):
        if place.is_dir():
            return place, False
        coming = cache / f"{place.name}.coming"
        shutil.rmtree(coming, ignore_errors=True)  # of an install that was interrupted
        coming.mkdir()
        _fill(node, coming, environ, cache / f"{place.name}.log")
        coming.rename(place)
    return place, True


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One process at a time; the kernel lets go when it dies."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _fill(node: Node, coming: Path, environ: Mapping[str, str], log: Path) -> None:
    log.unlink(missing_ok=True)  # of an attempt that failed, perhaps for another reason
    for name in ("package.json", "package-lock.json"):
        shutil.copy(PINS / name, coming)
    told = ("ci", "--no-audit", "--no-fund", "--omit=dev", "--no-update-notifier")
    _run((*node.npm, *told), coming, node.environment(environ), log)
    _run((str(node.program), "-e", LOADS), coming, node.environment(environ), log)


def _run(command: tuple[str, ...], folder: Path, environment: Mapping[str, str], log: Path) -> None:
    with log.open("a") as written:
        try:
            done = subprocess.run(
                command,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=written,
                timeout=PATIENCE_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise PracticeError(TOO_SLOW) from None
    if done.returncode:
        raise PracticeError(_meaning(log.read_text(errors="replace")).format(log=log))


def _meaning(said: str) -> str:
    for signs, sentence in SIGNS:
        if any(sign in said for sign in signs):
            return sentence
    return FAILED
