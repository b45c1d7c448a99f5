"""The API's own description, told what is really there, for schemathesis to make requests of."""

import json
import logging
import subprocess
import sys
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

Json = dict[str, object]

PROGRAM = Path(sys.executable).with_name("schemathesis")
LEFT_OUT = "/(events|readyz)$"
"""A stream ends when its reader goes; and 503 is what /readyz says where there is no engine."""


def knowing(
    document: Json, known: Mapping[str, Sequence[object]], *, always: Collection[str]
) -> Json:
    """The description in which each parameter and field of these names may also be what is really
    there: nobody comes upon a reference by chance. Those named in ``always`` are never anything
    else, save where schemathesis breaks the description."""
    for one in _objects(document):
        if one.get("in") in ("path", "query") and one["name"] in known:
            name = str(one["name"])
            one["schema"] = _real(one["schema"], known[name], name in always)
        properties = one.get("properties")
        if isinstance(properties, dict):
            for name in properties.keys() & known.keys():
                if "const" not in properties[name]:
                    properties[name] = _real(properties[name], known[name], name in always)
    return document


def _real(shape: object, real: Sequence[object], alone: bool) -> Json:
    there: Json = {"enum": list(real)}
    return there if alone else {"anyOf": [there, shape]}


def _objects(node: object) -> Iterator[Json]:
    if isinstance(node, dict):
        yield node
        node = list(node.values())
    for one in node if isinstance(node, list) else ():
        yield from _objects(one)


class Answered(logging.Handler):
    """Counts what each route has answered, from the access log."""

    def __init__(self) -> None:
        super().__init__()
        self.statuses: dict[str, Counter[int]] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """One line: method, route, status, time."""
        method, route, status, *_ = record.getMessage().split()
        self.statuses.setdefault(f"{method} {route}", Counter())[int(status)] += 1

    def ever(self, status: int) -> set[str]:
        """The routes that ever answered so."""
        return {route for route, counted in self.statuses.items() if counted[status]}

    def failures(self) -> dict[str, Counter[int]]:
        """The routes that failed, whatever was sent to them, with all that they answered."""
        return {
            route: counted
            for route, counted in self.statuses.items()
            if any(status >= 500 for status in counted)
        }


@contextmanager
def answered() -> Iterator[Answered]:
    """Listen to the access log meanwhile."""
    log, listening = logging.getLogger("amends.access"), Answered()
    before = log.level
    log.setLevel(logging.INFO)
    log.addHandler(listening)
    yield listening
    log.removeHandler(listening)
    log.setLevel(before)


def fuzz(
    document: Json, url: str, folder: Path, *, token: str = "", examples: int = 20, seed: int = 1
) -> subprocess.CompletedProcess[str]:
    """Send what the description allows and what it does not; it ends badly at a server error.

    The same requests each time: ``seed`` and a database of none."""
    described = folder / "openapi.json"
    described.write_text(json.dumps(document), encoding="utf-8")
    signed = ["--header", f"Authorization: Bearer {token}"] if token else []
    return subprocess.run(
        [
            str(PROGRAM), "run", str(described), "--url", url, "--seed", str(seed),
            "--checks", "not_a_server_error", "--mode", "all", "--max-examples", str(examples),
            "--generation-deterministic", "--request-timeout",
            "20", "--exclude-path-regex", LEFT_OUT, "--no-color", "--continue-on-failure",
            "--phases", "examples,coverage,fuzzing", *signed,
        ],
        capture_output=True, text=True, check=False, cwd=folder, timeout=900,
    )  # fmt: skip
