"""From report to verified gone, beside a bare script that makes the same calls (design §10).

``python bench/time_to_delete.py`` measures pairs A B A B …: a report by HTTP until its row says
*gone*, then the bare script on another post. ``--quick`` takes 8 pairs a cell instead of 30,
``--at-once 100`` measures that many reports at the same time instead.
"""

import argparse
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from bare import BareScript
from figures import Pairs, median, ms, p95, table, verdict
from installation import HANDLE, Installation, Platform, Prefect, installation

LATENCIES = (150, 0)
"""How long the platform takes for each answer, in milliseconds."""

WARM_UP = 2
MOST_RATIO, MOST_OVER, MOST_OVER_AT_ONCE = 1.15, 0.050, 1.0


@dataclass(frozen=True)
class Cell:
    """One row of the table."""

    prefect: Prefect
    latency: int
    pairs: Pairs


def main() -> None:
    """Measure, and print what came of it."""
    given = _arguments()
    platform = Platform()
    cells: list[Cell] = []
    crowds: list[Cell] = []
    try:
        for prefect in given.prefect:
            with installation(platform, prefect) as here:
                if not given.only_at_once:
                    cells += _measure(here, prefect, given.pairs)
                if given.at_once:
                    crowds += _measure_at_once(here, prefect, given.at_once)
    finally:
        platform.close()
    if cells:
        print(_pairs_table(cells))
    if crowds:
        print(_crowd_table(crowds, given.at_once))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--pairs", type=int, default=30, help="pairs a cell")
    parser.add_argument("--quick", action="store_const", dest="pairs", const=8)
    parser.add_argument("--at-once", type=int, default=100, help="reports at once; 0: leave it out")
    parser.add_argument("--only-at-once", action="store_true", help="leave the pairs out")
    parser.add_argument("--prefect", type=Prefect, nargs="+", default=list(Prefect))
    return parser.parse_args()


def _measure(here: Installation, prefect: Prefect, pairs: int) -> list[Cell]:
    bare = BareScript(HANDLE, here.platform.secret, here.platform.url)
    cells = []
    for latency in LATENCIES:
        here.platform.answer_after(latency)
        both = [(_ours(here), _bare(here, bare)) for _ in range(WARM_UP + pairs)][WARM_UP:]
        ours, theirs = zip(*both, strict=True)
        cells.append(Cell(prefect, latency, Pairs(ours, theirs)))
    return cells


def _ours(here: Installation) -> float:
    """One report; the time from just before it is sent until its row says gone."""
    remote_id, link = here.platform.post()
    reporter = here.reporter()
    here.watcher.wait_until_quiet()
    began = time.perf_counter()
    reporter.report(link)
    here.watcher.wait(lambda: here.watcher.is_gone(remote_id))
    took = time.perf_counter() - began
    reporter.close()
    here.watcher.wait_until_quiet()
    return took


def _bare(here: Installation, script: BareScript) -> float:
    remote_id, _ = here.platform.post()
    began = time.perf_counter()
    script.delete(remote_id)
    return time.perf_counter() - began


def _measure_at_once(here: Installation, prefect: Prefect, count: int) -> list[Cell]:
    bare = BareScript(HANDLE, here.platform.secret, here.platform.url)
    cells = []
    for latency in LATENCIES:
        here.platform.answer_after(latency)
        here.watcher.wait_until_quiet()
        theirs = _bare_at_once(here, bare, count)
        ours = _ours_at_once(here, count)
        cells.append(Cell(prefect, latency, Pairs(ours, theirs)))
        here.watcher.wait_until_quiet()
    return cells


def _ours_at_once(here: Installation, count: int) -> tuple[float, ...]:
    posts = [here.platform.post() for _ in range(count)]
    reporters = [here.reporter() for _ in posts]
    wanted = {remote_id for remote_id, _ in posts}
    gone_at: dict[str, float] = {}

    def look() -> bool:
        seen = here.watcher.gone() & wanted
        gone_at.update(dict.fromkeys(seen - gone_at.keys(), time.perf_counter()))
        return len(seen) == count

    reports = [partial(one.report, link) for one, (_, link) in zip(reporters, posts, strict=True)]
    began = _start_together(reports)
    here.watcher.wait(look)
    for reporter in reporters:
        reporter.close()
    times = [started.result() for started in began]
    return tuple(gone_at[post[0]] - start for post, start in zip(posts, times, strict=True))


def _bare_at_once(here: Installation, script: BareScript, count: int) -> tuple[float, ...]:
    posts = [here.platform.post()[0] for _ in range(count)]

    def one(remote_id: str) -> float:
        together.wait()
        began = time.perf_counter()
        script.delete(remote_id)
        return time.perf_counter() - began

    together = threading.Barrier(count)
    with ThreadPoolExecutor(count) as pool:
        return tuple(pool.map(one, posts))


def _start_together(acts: Sequence[Callable[[], object]]) -> list[Future[float]]:
    """Start all at the same moment; each answers when its act began, once that is over."""
    together = threading.Barrier(len(acts))

    def one(act: Callable[[], object]) -> float:
        together.wait()
        began = time.perf_counter()
        act()
        return began

    pool = ThreadPoolExecutor(len(acts))
    started = [pool.submit(one, act) for act in acts]
    pool.shutdown(wait=False)
    return started


def _pairs_table(cells: list[Cell]) -> str:
    head = ["Prefect, platform's answer", "bare median", "ours median", "bare p95", "ours p95"]
    head += ["ratio", "over", "target", ""]
    return "\nFrom report to gone, one at a time\n\n" + table(head, [_row(cell) for cell in cells])


def _row(cell: Cell) -> list[str]:
    pairs = cell.pairs
    if cell.latency:
        target = [f"≤ {MOST_RATIO}×", verdict(pairs.ratio, MOST_RATIO)]
    else:
        target = [f"≤ {ms(MOST_OVER)} over", verdict(pairs.over, MOST_OVER)]
    figures = [median(pairs.bare), median(pairs.ours), p95(pairs.bare), p95(pairs.ours)]
    first = f"{cell.prefect}, {cell.latency} ms"
    return [first, *map(ms, figures), f"{pairs.ratio:.2f}×", ms(pairs.over), *target]


def _crowd_table(cells: list[Cell], count: int) -> str:
    head = ["Prefect, platform's answer", "bare median", "ours median", "bare p95", "ours p95"]
    head += ["p95 over", "target", ""]
    rows = [_crowd_row(cell) for cell in cells]
    return f"\nFrom report to gone, {count} at once\n\n" + table(head, rows)


def _crowd_row(cell: Cell) -> list[str]:
    ours, bare = cell.pairs.ours, cell.pairs.bare
    over = p95(ours) - p95(bare)
    figures = [median(bare), median(ours), p95(bare), p95(ours), over]
    target = [f"≤ {ms(MOST_OVER_AT_ONCE)} over", verdict(over, MOST_OVER_AT_ONCE)]
    return [f"{cell.prefect}, {cell.latency} ms", *map(ms, figures), *target]


if __name__ == "__main__":
    main()
