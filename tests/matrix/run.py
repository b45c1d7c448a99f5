"""The crash matrix: kill the engine everywhere, fail the world in every way, and count the posts.

``python tests/matrix/run.py`` plays every cell; ``--shard 2/5`` a fifth of them, for as many
machines; ``--only TEXT`` those whose line has the text. Ends with 1 where anything was done twice,
lost, or where the shares that are promised were not reached.
"""

import argparse
import hashlib
import itertools
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue

import choosing
import elsewhere
from cells import Cell, Database, On, Prefect
from places import Line, Postgres, template
from playing import play
from points import points
from prefect_server import PrefectServer
from verdicts import Verdict, shares, table, what_people_said

LINES = 8


@dataclass
class Ground:
    """Where cells are played: lines, a PostgreSQL server, and what came of each cell."""

    folder: Path
    lines: int = LINES
    verdicts: list[Verdict] = field(default_factory=list)

    @contextmanager
    def opened(self) -> Iterator["Ground"]:
        """With everything that the lines share."""
        with ExitStack() as stack:
            self._postgres = Postgres(self.folder / "postgres")
            self._postgres.start()
            stack.callback(self._postgres.stop)
            path = template(self.folder)
            self._free: SimpleQueue[Line] = SimpleQueue()
            for number in range(self.lines):
                line = Line(self.folder / f"l{number}", self._postgres, path)
                stack.callback(line.stack.close)
                self._free.put(line)
            self._guard = threading.Lock()
            yield self

    def play(self, cells: Sequence[Cell], *, tell: bool = False) -> list[Verdict]:
        """Play them, several at once; returns what came of them."""
        with ThreadPoolExecutor(self.lines) as pool:
            told = itertools.count(1)

            def one(cell: Cell) -> Verdict:
                verdict = self._one(cell)
                number = next(told)
                if tell and number % 50 == 0:
                    say(f"{number} of {len(cells)} cells")
                if verdict.duplicates or verdict.lost:
                    say(verdict.line())
                self.verdicts.append(verdict)
                return verdict

            try:
                return list(pool.map(one, cells))
            except KeyboardInterrupt:
                pool.shutdown(cancel_futures=True)
                raise

    def _one(self, cell: Cell, prefect: PrefectServer | None = None) -> Verdict:
        line = self._free.get()
        try:
            return play(line, cell, prefect)
        finally:
            self._free.put(line)

    def play_with_prefect(self, cells: Iterable[Cell]) -> None:
        """One after the other, on a real server of Prefect's."""
        server = PrefectServer(self.folder / "prefect")
        server.start()
        try:
            for cell in cells:
                verdict = self._one(cell, server)
                self.verdicts.append(verdict)
                if verdict.duplicates or verdict.lost:
                    say(verdict.line())
                if cell.prefect == Prefect.KILLED:
                    with suppress(ProcessLookupError):
                        server.kill()
                    server.start()
        finally:
            with suppress(ProcessLookupError):
                server.kill()


def say(line: str) -> None:
    """Print a line now."""
    print(line, flush=True)


def every_cell(ground: Ground, ons: list[On], seed: int, many: int) -> list[Cell]:
    """All of them. A calm story on each account tells at which points one can die."""
    cells: list[Cell] = []
    points: set[str] = set()  # on which every engine passes in a calm story
    for database in Database:
        for on in ons:
            (calm,) = ground.play([Cell(on, database)])
            points |= calm.points
            cells += choosing.calm_cells(on, database, calm.passed)
            cells += choosing.failing_cells(on, database)
        cells += probed_cells(ground, database, points)
        cells += choosing.mail_cells(database)
        if On.MASTODON in ons:
            cells += choosing.forgetting_cells(database)
    cells += choosing.random_cells(seed, many, sorted(points), ons)
    return list(dict.fromkeys(cells))


def place(cell: Cell, seed: int) -> int:
    """Where the cell stands in the order, the same on every machine."""
    return int.from_bytes(hashlib.sha256(f"{seed} {cell}".encode()).digest()[:8])


def mixed(cells: Iterable[Cell], seed: int) -> list[Cell]:
    """In an order in which any part of them is like the whole: a run that is cut short has played
    both databases."""
    return sorted(cells, key=lambda one: place(one, seed))


def probed_cells(ground: Ground, database: Database, points: set[str]) -> Iterator[Cell]:
    """Death at the points that only a failing world leads to; ``points`` are those known so far."""
    for told in ground.play([Cell(On.X, database, one) for one in choosing.probes()]):
        for name in sorted(told.points - points):
            yield Cell(On.X, database, told.cell.troubles, f"{name}@1")


def promised(verdicts: Sequence[Verdict]) -> list[str]:
    """Which promises were broken, in words."""
    reached = [one for one in verdicts if one.reached]
    broken = [one.line() for one in reached if one.duplicates or one.lost]
    for on, least in ((On.BLUESKY, 1.0), (On.MASTODON, 1.0), (On.X, 0.8)):
        mine = [one for one in reached if one.cell.on == on]
        automatic, of = shares(mine)
        if automatic < least * of:
            broken.append(f"{on}: {automatic} of {of} automatic, {least:.0%} promised")
            broken += [f"  a person: {one.cell}" for one in mine if least == 1 and one.is_a_persons]
    return broken


def main() -> int:
    """Play the matrix, and print what came of it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--shard", default="1/1", help="the part to play, as 2/5")
    parser.add_argument("--only", default="", help="cells whose line has this text")
    parser.add_argument("--seed", type=int, default=20261123, help="of the cells that are drawn")
    parser.add_argument("--drawn", type=int, default=80, help="how many cells are drawn")
    parser.add_argument("--lines", type=int, default=LINES, help="how many are played at once")
    parser.add_argument("--without", action="append", default=[], help="leave an account out")
    given = parser.parse_args()
    part, parts = map(int, given.shard.split("/"))
    began = time.monotonic()
    for name in (signal.SIGINT, signal.SIGTERM):  # also where a shell had it ignored
        signal.signal(name, signal.default_int_handler)
    ons = [on for on in On if on not in given.without]
    with (
        tempfile.TemporaryDirectory(prefix="amends-matrix-") as folder,
        Ground(Path(folder), given.lines).opened() as ground,
    ):
        cells = every_cell(ground, ons, given.seed, given.drawn)
        cells = [one for one in mixed(cells, given.seed) if given.only in str(one)]
        cells = [one for one in cells if place(one, given.seed) % parts == part - 1]
        say(f"{len(cells)} cells, seed {given.seed}, shard {given.shard}")
        try:
            if not given.only and part == 1:
                ground.play_with_prefect(choosing.prefect_cells())
            ground.play(cells, tell=True)
        except KeyboardInterrupt:
            say("Interrupted: what follows is of the cells that were played.")
        return report(ground.verdicts, time.monotonic() - began, whole=not given.only)


def report(verdicts: Sequence[Verdict], seconds: float, *, whole: bool) -> int:
    """Print it; returns how the program ends. A ``whole`` run leaves no point out."""
    unreached = [one for one in verdicts if not one.reached]
    say("\n" + table(verdicts))
    for line in ("A person said what is true:", *what_people_said(verdicts)):
        say(line)
    say(f"{len(unreached)} more cells whose death was never reached are not counted.")
    wanted, passed = points(), {name for one in verdicts for name in one.passed}
    say(
        f"{len(wanted & passed)} of the engine's {len(wanted)} points were passed; at "
        f"{len(wanted & set(elsewhere.POINTS) - passed)} more only test_crashes_elsewhere.py kills."
    )
    missed = sorted(wanted - passed - set(elsewhere.POINTS))
    say(f"Passed by nothing: {', '.join(missed) or 'none'}")
    say(f"It took {seconds / 60:.1f} minutes.")
    broken = promised(verdicts)
    for line in broken:
        say(line)
    return 1 if broken or (whole and missed) else 0


if __name__ == "__main__":
    sys.exit(main())
