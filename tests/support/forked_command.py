"""A command typed in a process of its own, forked from one that has imported everything."""

import multiprocessing
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import lives  # its list says what the process that is forked from has imported

SECONDS = 60.0

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(lives.PRELOADED)


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


def typed(words: Sequence[str], environ: Mapping[str, str], cwd: Path) -> Ended:
    """Run ``amends`` with these words in exactly this environment; nobody is at its keyboard."""
    with TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        process = _forks.Process(target=_type, args=(list(words), dict(environ), out, err, cwd))
        process.start()
        process.join(SECONDS)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise AssertionError("it did not end in time")
        return Ended(process.exitcode, out.read_text("utf-8"), err.read_text("utf-8"))


def _type(words: list[str], environ: dict[str, str], out: Path, err: Path, cwd: Path) -> None:
    """What the forked process does: the command until its end, as a new Python would."""
    for number, path, flags in (
        (0, os.devnull, os.O_RDONLY),
        (1, out, os.O_WRONLY | os.O_CREAT),
        (2, err, os.O_WRONLY | os.O_CREAT),
    ):
        opened = os.open(path, flags, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    os.environ.clear()
    os.environ.update(environ)
    os.chdir(cwd)
    sys.argv = ["amends", *words]
    from amends.cli import main

    main()
