"""How soon a report is accepted, 50 at once, while platform, mail and Prefect are all dead (§10).

``python bench/accept.py``: each round sends 50 reports of different posts at the same moment, each
over a connection of its own, while the engine still works at those of the round before. A report's
time is the client's: from when the first of the round is sent until its own answer is there.
"""

import argparse

from crowd import send_together
from figures import median, ms, p95, table, verdict
from installation import HANDLE, Installation, Platform, Prefect, installation

from amends.supervise import free_port

AT_ONCE = 50
MOST = 0.300


def main() -> None:
    """Measure, and print what came of it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=4, help="rounds of 50, 300 a minute at most")
    rounds = parser.parse_args().rounds
    platform = Platform()
    platform.close()  # its address stays in the configuration, and nothing answers there
    smtp = f"smtp://127.0.0.1:{free_port(0)}"
    with installation(platform, Prefect.DEAD, smtp=smtp) as here:
        _at_once(here, 0)
        times = [took for n in range(rounds) for took in _at_once(here, n + 1)]
    head = [f"Reports, {AT_ONCE} at once", "median", "p95", "slowest", "target", ""]
    row = [str(len(times)), ms(median(times)), ms(p95(times)), ms(max(times))]
    row += [f"p95 ≤ {ms(MOST)}", verdict(p95(times), MOST)]
    print("\nReport accepted; platform, mail and Prefect dead\n\n" + table(head, [row]))


def _at_once(here: Installation, nth: int) -> list[float]:
    links = [f"{here.platform.url}/{HANDLE}/status/{1000 * (nth + 1) + n}" for n in range(AT_ONCE)]
    return send_together(here.port, [here.request(link) for link in links])


if __name__ == "__main__":
    main()
