"""``make sim``: seeded runs in which things go wrong at random, each replayed exactly by its seed.

A seed decides how long Azure takes, which fault strikes, and at which commit of the task hub the
host dies. Whatever happens, the run must end in one of two states: everything deployed, or Azure as
it was before, with every exception listed as residue. A seed that does not is printed.
"""

import argparse
import random
import sys
import tempfile
from pathlib import Path
from typing import Any

import httpx

from local.functions_host.errors import HostKilled
from local.world import World, read_json, world

ROOT = Path(__file__).parents[1]

Json = dict[str, Any]

TYPES = (
    "*/networkSecurityGroups",
    "*/virtualNetworks",
    "*/privateDnsZones",
    "*/flexibleServers",
    "*/virtualNetworkGateways",
    "*/connections",
    "*/applicationGateways",
    "*/bastionHosts",
    "*/virtualMachines",
)
FAULTS: tuple[Json, ...] = (
    {"status": 429, "code": "TooManyRequests", "retry_after_seconds": 20},
    {"status": 500, "code": "InternalServerError"},
    {"status": 409, "code": "AnotherOperationInProgress"},
    {"reset": "before"},
    {"reset": "after"},
    {"operation": "Failed", "code": "InternalServerError"},
    {"operation": "Failed", "code": "QuotaExceeded"},
    {"operation": "Canceled", "code": "CanceledAndSupersededDueToAnotherOperation"},
    {"monitor_status": 404},
    {"retry_after_seconds": 600},
)
DEATHS = 3  # at most, in one run
PLACES = 700  # commits of one deployment, about


class Run:
    """One seed."""

    def __init__(self, seed: int, there: World) -> None:
        self.random = random.Random(seed)
        self.world, self.azure = there, there.azure
        self.deaths = sorted(
            self.random.randrange(PLACES) for _ in range(self.random.randint(0, DEATHS))
        )
        self.places = self.died = self.struck = 0
        self.status = ""
        self.name = f"sim{seed}"

    def boundary(self, place: str) -> None:
        """Die here, if this is one of the places."""
        self.places += 1
        if self.deaths and self.places > self.deaths[0]:
            self.deaths.pop(0)
            self.died += 1
            raise HostKilled

    def go(self, spec: Json, folder: Path) -> str:
        """What is wrong with how it ended; empty where nothing is."""
        before = self.world.resources()
        for _ in range(self.random.randint(0, 3)):
            fault = self.random.choice(FAULTS)
            times = self.random.randint(1, 3)
            self.azure.fail(method="PUT", type=self.random.choice(TYPES), times=times, **fault)
        named = spec | {"name": self.name, "resourceGroup": f"rg-{self.name}"}
        operation = self._deploy(named, folder / f"{self.name}.db")
        self.status = operation["status"]
        self.struck = sum(fault["struck"] for fault in self.azure.faults())
        left = {i for i in self.world.resources() if i not in before}
        residue = {item["id"] for item in operation.get("residue", [])}
        if operation["status"] == "Succeeded":
            missing = {s["id"].casefold() for s in operation["plan"] if "param" not in s["key"]}
            missing -= {i.casefold() for i in left}
            return f"missing {missing}" if missing else ""
        unreported = {i for i in left if not any(i.startswith(r) for r in residue)}
        changed = [i for i, body in before.items() if self.world.resources().get(i) != body]
        return f"unreported {unreported}, changed {changed}" if unreported or changed else ""

    def _deploy(self, spec: Json, state: Path) -> Json:
        """Deploy with as many hosts as it takes."""
        headers = {"Repeatability-Request-ID": self.name}  # it is repeated after a crash
        while True:
            there = self.world
            there.host = there.new_host(state=state, boundary=self.boundary)
            try:
                there.host.start()
                started = there.request("POST", "deployments", json=spec, headers=headers)
                return there.finish(started)
            except (HostKilled, httpx.HTTPError):
                continue
            finally:
                there.host.stop()


def main() -> int:
    """Run every seed; 1 where one of them ended wrongly."""
    parser = argparse.ArgumentParser("python -m simulations.seeds", description=__doc__)
    parser.add_argument("--seeds", type=int, default=25)
    parser.add_argument("--first", type=int, default=0, help="a failing seed is replayed with this")
    chosen = parser.parse_args()
    spec, wrong = read_json(ROOT / "samples" / "recipe.json"), 0
    spec |= {"validation": {"require": "none"}}
    settings = {"DRIFT_SCHEDULE": "0 0 0 1 1 *"}
    with world(ROOT, settings=settings) as there, tempfile.TemporaryDirectory() as folder:
        for seed in range(chosen.first, chosen.first + chosen.seeds):
            there.azure.cloud.seed = seed
            there.empty()
            run = Run(seed, there)
            complaint = run.go(spec, Path(folder))
            wrong += bool(complaint)
            story = f"{run.died} deaths, {run.struck} faults, {run.status}"
            print(f"seed {seed}: {story}: {complaint or 'ended well'}", flush=True)
    print(f"{chosen.seeds - wrong} passed, {wrong} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
