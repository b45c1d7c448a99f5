"""Places where a test may stop the process: both sides of every commit and outside call."""

import os
import signal

_counts: dict[str, int] = {}


def point(name: str) -> None:
    """Die here by SIGKILL when ``AMENDS_FAULT`` says so, or freeze until somebody wakes us.

    ``AMENDS_FAULT=name`` kills at the first pass, ``name@3`` at the third, and ``name@3/freeze``
    stops there (SIGSTOP); ``other>name`` counts from the first pass of ``other``.
    ``AMENDS_FAULT_LOG=path`` writes each name passed, so that a test can show that all are reached.
    """
    if log := os.environ.get("AMENDS_FAULT_LOG"):
        with open(log, "a", encoding="utf-8") as file:
            file.write(name + "\n")
    if not (wanted := os.environ.get("AMENDS_FAULT")):
        return
    place, _, how = wanted.partition("/")
    after, _, place = place.rpartition(">")
    _counts[after] = _counts.get(after, 0) + (name == after or not after)
    name_wanted, _, nth = place.partition("@")
    if name == name_wanted and _counts[after]:
        _counts[name] = _counts.get(name, 0) + 1
        if _counts[name] == int(nth or 1):
            os.kill(os.getpid(), signal.SIGSTOP if how == "freeze" else signal.SIGKILL)
