"""``make sim``: seeded runs in which things go wrong at random, each replayed exactly by its seed.

A seed decides how long Azure takes, which fault strikes, and at which commit of the task hub the
host dies. Whatever happens, the run must end in one of two states: everything deployed, or Azure as
it was before, with every exception listed as residue. A seed that does not is printed.
"""

import argparse
import json
import random
import sys
import tempfile
from pathlib import Path
from typing import Any

import httpx

from benchmarks.deployments import ROOT, SUBSCRIPTION, surroundings
from local.arm_emulator.emulator import ArmEmulator
from local.arm_emulator.settings import Settings
from local.azurite import Azurite
from local.clock import VirtualClock
from local.functions_host.errors import HostKilled
from local.functions_host.host import FunctionsHost

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

    def __init__(self, seed: int, azure: ArmEmulator, settings: Json) -> None:
        self.random = random.Random(seed)
        self.azure = azure
        self.settings = settings
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

    def go(self, spec: Json, clock: VirtualClock, folder: Path) -> str:
        """What is wrong with how it ended; empty where nothing is."""
        before = self._resources()
        for _ in range(self.random.randint(0, 3)):
            fault = self.random.choice(FAULTS)
            times = self.random.randint(1, 3)
            self.azure.fail(method="PUT", type=self.random.choice(TYPES), times=times, **fault)
        named = spec | {"name": self.name, "resourceGroup": f"rg-{self.name}"}
        told = self._deploy(named, clock, folder / f"{self.name}.db")
        self.status = told["status"]
        self.struck = sum(fault["struck"] for fault in self.azure.faults())
        left = {i for i in self._resources() if i not in before}
        residue = {item["id"] for item in told.get("residue", [])}
        if told["status"] == "Succeeded":
            missing = {s["id"].casefold() for s in told["plan"] if "param" not in s["key"]}
            missing -= {i.casefold() for i in left}
            return f"missing {missing}" if missing else ""
        unreported = {i for i in left if not any(i.startswith(r) for r in residue)}
        changed = [i for i, body in before.items() if self._resources().get(i) != body]
        return f"unreported {unreported}, changed {changed}" if unreported or changed else ""

    def _deploy(self, spec: Json, clock: VirtualClock, state: Path) -> Json:
        """Deploy with as many hosts as it takes."""
        identity = ""
        while True:
            host = FunctionsHost(
                ROOT, clock=clock, state=state, settings=self.settings, boundary=self.boundary
            )
            try:
                host.start()
                if not identity:
                    identity = self._start(host.url, spec)
                host.wait_for(identity, 300)
                told: Json = httpx.get(f"{host.url}/api/operations/{identity}", timeout=60).json()
            except (HostKilled, httpx.HTTPError):
                continue
            finally:
                host.stop()
            return told

    def _start(self, url: str, spec: Json) -> str:
        """The id of the operation; the request may be repeated after a crash."""
        headers = {"Repeatability-Request-ID": self.name}
        answer = httpx.post(f"{url}/api/deployments", json=spec, headers=headers, timeout=60)
        identity: str = answer.raise_for_status().json()["id"]
        return identity

    def _resources(self) -> dict[str, Json]:
        return {item["id"]: item for item in self.azure.resources()}


def main() -> int:
    """Run every seed; 1 where one of them ended wrongly."""
    parser = argparse.ArgumentParser("python -m benchmarks.simulate", description=__doc__)
    parser.add_argument("--seeds", type=int, default=25)
    parser.add_argument("--first", type=int, default=0, help="a failing seed is replayed with this")
    chosen = parser.parse_args()
    spec = json.loads((ROOT / "samples" / "recipe.json").read_text(encoding="utf-8"))
    clock, wrong = VirtualClock(), 0
    with (
        Azurite() as storage,
        ArmEmulator(clock=clock, settings=Settings(subscription_id=SUBSCRIPTION)) as azure,
        tempfile.TemporaryDirectory() as folder,
    ):
        settings = {
            **azure.environment(),
            "AzureWebJobsStorage": storage.connection_string,
            "DRIFT_SCHEDULE": "0 0 0 1 1 *",
        }
        for seed in range(chosen.first, chosen.first + chosen.seeds):
            azure.cloud.seed = seed
            azure.reset()
            for there in surroundings():
                azure.put(there["id"], there["body"])
            run = Run(seed, azure, settings)
            complaint = run.go(spec, clock, Path(folder))
            wrong += bool(complaint)
            story = f"{run.died} deaths, {run.struck} faults, {run.status}"
            print(f"seed {seed}: {story}: {complaint or 'ended well'}", flush=True)
    print(f"{chosen.seeds - wrong} passed, {wrong} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
