"""``make bench``: every number that is spoken of elsewhere, printed as it is measured."""

import sys

from benchmarks import arm_emulator, deployments, functions_host, many_at_once, pure_walk

PARTS = (
    ("Waiting, as decided (no host, no Azure)", pure_walk.measure),
    ("Waiting, 500 on one instance (a model of it)", many_at_once.measure),
    ("Deployments on virtual time", deployments.measure),
    ("Functions host", functions_host.measure),
    ("Azure Resource Manager emulator", arm_emulator.measure),
)


def main() -> int:
    """Measure and print every part."""
    for title, measure in PARTS:
        print(f"\n{title}")
        for what, value, unit in measure():
            print(f"  {what:60} {value:10.3f} {unit}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
