"""Finds Chromium for the tests of the pages; as a program: sees to it that there is one."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
PACKAGES = ("chromium", "fonts-liberation")
WAIT = ("-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3")
"""A fresh machine often has another apt at work, and mirrors fail now and then."""

STARTS_SECONDS = 60
INSTALLS_SECONDS = 1800

NO_CHROMIUM = (
    "There is no Chromium that starts. Install it (on Debian, as root: apt-get update; "
    "apt-get install chromium) so that `chromium --version` prints its version, then try again."
)


class NoChromiumError(Exception):
    """The text says what to do."""


def find() -> str:
    """The program. Raises NoChromiumError: a page that nobody looked at has not been tested."""
    found = _found()
    if found is None:
        raise NoChromiumError(NO_CHROMIUM)
    return found


def _found() -> str | None:
    candidates = [*filter(None, map(shutil.which, NAMES)), *_playwrights()]
    return next(filter(_starts, candidates), None)


def _playwrights() -> list[str]:
    """Those that Playwright itself has fetched."""
    kept = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache/ms-playwright")
    return [str(path) for path in sorted(kept.glob("chromium-*/chrome-linux*/chrome"))]


@cache
def _starts(program: str) -> bool:
    """Whether it is one: on Ubuntu the name may belong to a script that asks for a snap."""
    return _run([program, "--version"], STARTS_SECONDS, quiet=True)


def _install() -> None:
    """Debian's own where we may; else the one that Playwright was made for, of its version."""
    apt = [*_as_root(), "apt-get", "-qq", *WAIT]
    if shutil.which("apt-get") and (os.geteuid() == 0 or shutil.which("sudo")):
        _run([*apt, "update"], INSTALLS_SECONDS)
        _run([*apt, "install", "--yes", "--no-install-recommends", *PACKAGES], INSTALLS_SECONDS)
        _starts.cache_clear()
    if _found() is None:
        _run([sys.executable, "-m", "playwright", "install", "chromium"], INSTALLS_SECONDS)


def _as_root() -> list[str]:
    """What goes before apt-get; sudo would not hand our environment on."""
    unasked = ["env", "DEBIAN_FRONTEND=noninteractive"]
    return unasked if os.geteuid() == 0 else ["sudo", "--non-interactive", *unasked]


def _run(command: Sequence[str], seconds: float, *, quiet: bool = False) -> bool:
    """Whether it ended well. It never waits for an answer: nobody may be there."""
    out = subprocess.DEVNULL if quiet else None
    try:
        done = subprocess.run(
            command, check=False, stdin=subprocess.DEVNULL, stdout=out, stderr=out, timeout=seconds
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def main() -> int:
    """Install one where there is none and we may; say what to do where we may not."""
    if _found() is None:
        _install()
    try:
        sys.stdout.write(f"Chromium: {find()}\n")
    except NoChromiumError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
