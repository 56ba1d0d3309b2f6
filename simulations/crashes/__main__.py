"""A crash after every durable change of every scenario; each has to end as if there had been none.

A change is a commit of the task hub, a write that Azure accepted, or a write to the tables; what
was durable right after it is what a new host starts from. Whatever differs in the end is printed
with the scenario and the number of the event, which repeat it exactly:

    python -m simulations.crashes --scenario NAME --first NUMBER --most 1 --whole
"""

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

from simulations.crashes.exploring import explore
from simulations.crashes.scenarios import SCENARIOS


def main() -> int:
    """Print every scenario as it is done; 1 where a crash made a difference."""
    parser = argparse.ArgumentParser("python -m simulations.crashes", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--scenario", choices=SCENARIOS, action="append", help="all, if not given")
    parser.add_argument("--every", type=int, default=1, help="only every so many events")
    parser.add_argument("--first", type=int, default=0, help="the event to begin with")
    parser.add_argument("--most", type=int, help="so many events of each scenario")
    parser.add_argument("--whole", action="store_true", help="run on where a run has joined")
    parser.add_argument("--workers", type=int, default=1, help="scenarios at once")
    chosen = parser.parse_args()
    work = partial(
        explore, first=chosen.first, every=chosen.every, most=chosen.most, whole=chosen.whole
    )
    runs = differing = 0
    with ProcessPoolExecutor(chosen.workers, get_context("spawn")) as pool:
        for report in pool.map(work, chosen.scenario or SCENARIOS):
            print("\n".join(report.lines()), flush=True)
            runs, differing = runs + len(report.crashes), differing + len(report.differing)
    print(f"{runs} crashes, {differing} made a difference")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
