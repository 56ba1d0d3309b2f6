"""Seeded runs in which something is lost or moved: an orchestration, the records, a name, a host.

Whatever a seed does to a deployment and whenever, what it has made has to be on record: a destroy
at the end has to leave Azure exactly as it was before. A seed that does not is printed.
"""

import argparse
import random
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from local.arm_emulator.emulator import ArmEmulator
from local.azurite import Azurite
from local.clock import VirtualClock
from local.world import NotStarted, World, azure_of, read_json
from simulations.crashes.tables import Forward, Gate

ROOT = Path(__file__).parents[1]
LONG = timedelta(hours=4)  # every operation has ended by then
SMALL = {
    "gateway": {"mode": "none"},
    "bastion": {"enabled": False},
    "jumpBox": {"enabled": False},
    "validation": {"require": "none"},
}

Json = dict[str, Any]


class Shut(Forward):
    """A way to the tables that can be shut; then nothing gets through, and an error comes back."""

    def forward(self) -> None:
        """Pass it on, or answer that the storage is busy."""
        if not self.server.shut:
            super().forward()
            return
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(503)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST = do_PUT = do_PATCH = do_MERGE = do_DELETE = forward


class Losses:
    """One world, and what can happen to a deployment in it."""

    def __init__(self, stack: ExitStack) -> None:
        clock = VirtualClock()
        storage = stack.enter_context(Azurite())
        self.gate = stack.enter_context(Gate(storage, lambda _: None))
        self.gate.RequestHandlerClass = Shut
        azure = stack.enter_context(ArmEmulator(clock=clock, settings=azure_of(ROOT)))
        self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        self.world = World(
            ROOT,
            azure=azure,
            storage=self.gate.connection_string,
            clock=clock,
            settings={"DRIFT_SCHEDULE": "0 0 0 1 1 *"},
        )
        self.random = random.Random(0)
        self.spec: Json = {}
        self.kinds: dict[str, Callable[[], None]] = {
            "orchestration lost": self.lose_the_orchestration,
            "record lost write": self.lose_the_records,
            "rename": self.rename,
            "restart of the stack": self.restart,
        }

    def go(self, seed: int, kind: str) -> str:
        """What is wrong with how it ended; empty where nothing is."""
        self.random = random.Random(f"{seed}{kind}")
        name = f"loss{seed}{kind[:3]}"
        self.spec = read_json(ROOT / "samples" / "recipe.json") | SMALL
        self.spec |= {"name": name, "resourceGroup": f"rg-{name}"}
        self.world.azure.cloud.seed = seed
        self.world.empty()
        before = set(self.world.resources())
        self.begin()
        try:
            self.kinds[kind]()
            operation = self.end("DELETE", f"deployments/{name}?deleteData=true")
            left = set(self.world.resources()) - before
            record = self.world.request("GET", f"deployments/{name}").json()
        finally:
            self.world.host.stop()
        right = operation["status"] == "Succeeded" and record["status"] == "Destroyed"
        if right and not left and not record["inventory"]:
            return ""
        return (
            f"destroy {operation['status']}, left {sorted(left)}, on record {record['inventory']}"
        )

    def begin(self) -> None:
        """A host whose time does not move by itself."""
        state = self.folder / f"{self.spec['name']}.db"
        self.world.start(state=state, jumps=False)

    def deploy(self) -> str:
        """Start the deployment; the id of its operation."""
        answer = self.world.request("POST", "deployments", json=self.spec)
        if answer.status_code != 202:
            raise NotStarted(answer)
        return str(answer.json()["id"])

    def end(self, method: str, path: str, **options: Any) -> Json:
        """Start an operation and let it end."""
        started = self.world.request(method, path, **options)
        self.world.host.advance(LONG)
        return self.world.operation(started.json()["id"])

    def some_time(self) -> None:
        """Any moment of a deployment, its last ones among them."""
        self.world.host.advance(timedelta(minutes=self.random.uniform(0.1, 40)))

    def lose_the_orchestration(self) -> None:
        """End it behind the back of the app."""
        identity = self.deploy()
        self.some_time()
        instances = f"{self.world.host.url}/runtime/webhooks/durabletask/instances"
        httpx.post(f"{instances}/{identity}/terminate?reason=lost")
        self.world.host.advance(timedelta(minutes=self.random.choice([0, 3])))

    def lose_the_records(self) -> None:
        """Let no read and no write of a table succeed, for minutes or hours."""
        identity = self.deploy()
        self.some_time()
        self.gate.shut = True
        self.world.host.advance(timedelta(minutes=self.random.choice([5, 20, 200])))
        self.gate.shut = False
        self.world.host.advance(LONG)
        operation = self.world.operation(identity)
        assert operation["status"] in {"Succeeded", "Failed"}, operation

    def rename(self) -> None:
        """Give the spec another group or server, with and without the word that data may go."""
        self.deploy()
        self.world.host.advance(LONG)
        moved: list[Json] = [{"resourceGroup": f"rg-{self.spec['name']}-2"}]
        moved += [{"postgres": {"serverName": f"{self.spec['name']}-2"}}]
        other = self.spec | self.random.choice(moved)
        word = self.random.choice(["", "?deleteData=true"])
        self.end("PUT", f"deployments/{self.spec['name']}{word}", json=other)

    def restart(self) -> None:
        """Stop the host and start it on what it has stored; time goes on meanwhile."""
        self.deploy()
        for _ in range(self.random.randint(1, 3)):
            self.some_time()
            self.world.host.stop()
            now = self.world.clock.now()
            self.world.clock.advance_to(now + timedelta(minutes=self.random.uniform(0, 90)))
            self.begin()
        self.world.host.advance(LONG)


def main() -> int:
    """Run every seed of every kind; 1 where one of them ended wrongly."""
    parser = argparse.ArgumentParser("python -m simulations.losses", description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--first", type=int, default=0, help="a failing seed is replayed with this")
    chosen, wrong = parser.parse_args(), 0
    with ExitStack() as stack:
        losses = Losses(stack)
        for seed in range(chosen.first, chosen.first + chosen.seeds):
            for kind in losses.kinds:
                complaint = losses.go(seed, kind)
                wrong += bool(complaint)
                print(f"seed {seed}, {kind}: {complaint or 'ended well'}", flush=True)
    print(f"{wrong} wrong ends")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
