"""Ends a practice server's process, in good order or at once, and leaves no pipe open."""

import subprocess

PATIENCE_SECONDS = 10.0


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask it to end; after a while end it all the same. Returns when it has ended."""
    process.terminate()
    try:
        process.wait(PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
    _ended(process)


def end_at_once(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL, in the middle of whatever it does. Returns when it has ended."""
    process.kill()
    _ended(process)


def _ended(process: subprocess.Popen[bytes]) -> None:
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
