"""Finds Chromium for the tests of the pages; as a program: sees to it that there is one."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
NO_CHROMIUM = (
    "There is no Chromium on the PATH. Install it (on Debian, as root: apt-get install chromium), "
    "then try again."
)


class NoChromiumError(Exception):
    """The text says what to do."""


def find() -> str:
    """The program. Raises NoChromiumError: a page that nobody looked at has not been tested."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise NoChromiumError(NO_CHROMIUM)
    return found


def main() -> int:
    """Install Debian's where there is none and we may; say what to do where we may not."""
    if not any(map(shutil.which, NAMES)) and shutil.which("apt-get"):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        root = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
        apt = [*root, "apt-get", "-qq"] if not root or shutil.which("sudo") else ["false"]
        subprocess.run([*apt, "update"], env=quiet, check=False)
        install = ["install", "--yes", "--no-install-recommends", "chromium"]
        subprocess.run([*apt, *install], env=quiet, check=False)
    try:
        sys.stdout.write(f"Chromium: {find()}\n")
    except NoChromiumError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
