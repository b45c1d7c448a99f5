"""Starts the practice platform: ``python -m amends.sandbox --port 8931``."""

import argparse
import signal
import sys
import threading

from amends.sandbox import Sandbox

TAKEN = "Port {port} is taken. Stop what uses it, or choose another: --port N\n"


def main() -> int:
    """Serve until told to stop; the one line printed is the address."""
    parser = argparse.ArgumentParser(prog="python -m amends.sandbox")
    parser.add_argument("--port", type=int, default=8931)
    parser.add_argument("--latency-ms", type=float, default=0.0)
    parser.add_argument("--no-limits", action="store_true", help="leave X's rate limits out")
    given = parser.parse_args()
    stopped = threading.Event()
    for wanted in (signal.SIGTERM, signal.SIGINT):
        signal.signal(wanted, lambda *_: stopped.set())
    sandbox = Sandbox(given.port, given.latency_ms / 1000, limits=not given.no_limits)
    try:
        sandbox.start()
    except OSError:
        sys.stderr.write(TAKEN.format(port=given.port))
        return 1
    sys.stdout.write(sandbox.url + "\n")
    sys.stdout.flush()
    stopped.wait()
    sandbox.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
