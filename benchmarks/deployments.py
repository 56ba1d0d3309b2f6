"""The whole product on virtual time: how near it comes to the critical path, and at what cost.

Real orchestrators on the durable protocol, real SDK clients, emulated Azure with its own locks,
Retry-After and rate limits. The critical path is computed afterwards from what Azure's operations
really took, so that only the waiting of the product itself is measured.
"""

import argparse
import resource
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import mean
from typing import Any

from local.functions_host.engine.history import EventType
from local.world import World, read_json, world
from shared.deployment.walks.schedule import Activity, schedule

ROOT = Path(__file__).parents[1]

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Measured:
    """What one deployment took."""

    ratio: float  # makespan / critical path
    calls: float  # ARM calls a resource after the plan
    preflight_calls: int  # of ARM, before it
    all_calls: float  # ARM calls a resource, both together
    history: float  # history events a resource, over all executions
    largest: int  # events of the largest single history
    episodes: int
    report_calls: float  # of ARM, a resource, for the drift report after it
    cpu: float  # seconds


class Deployments:
    """Deploys into one world again and again; Azure is emptied and seeded anew for each run."""

    def __init__(self, there: World, stack: ExitStack) -> None:
        self.world, self.azure = there, there.azure
        self.running, self.calls_at_end = "", 0
        self.histories: dict[
            str, Counter[EventType]
        ] = {}  # of every execution of the one that runs
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        there.start(state=folder / "taskhub.db", boundary=self._measure_histories)
        stack.callback(there.host.stop)

    def _measure_histories(self, place: str) -> None:
        """Note how long every history is now, since a new execution starts an empty one."""
        if place.startswith("after answer: activity record_end"):
            self.calls_at_end = len(self.azure.calls())
        if not place.startswith("after commit") or not self.running:
            return
        store = self.world.host._store  # on its own thread, right after a commit
        instance = store.instance(self.running)
        if instance is not None:
            events = store.histories.of(self.running).events
            self.histories[instance.execution_id] = Counter(e["EventType"] for e in events)

    def empty(self, seed: int, spread: float) -> None:
        """Azure with only the surroundings in it."""
        self.azure.cloud.seed = seed
        self.world.empty()
        self.azure.settings({"duration_spread": spread})

    def deploy(self, spec: Json) -> Json:
        """Deploy, and how the operation ended."""
        self.running = ""
        self.histories.clear()
        started = self.world.request("POST", "deployments", json=spec)
        self.running = started.raise_for_status().json()["id"]
        operation = self.world.finish(started)
        if operation["status"] != "Succeeded":
            raise RuntimeError(f"{self.running}: {operation['failure']}")
        return operation


@contextmanager
def deployments() -> Iterator[Deployments]:
    """A world with a host, for as long as the `with` block lasts."""
    with world(ROOT, settings={"DRIFT_SCHEDULE": "0 0 0 1 1 *"}) as there, ExitStack() as stack:
        yield Deployments(there, stack)


def measure_one(there: Deployments, spec: Json, *, seed: int, spread: float) -> Measured:
    """One deployment from nothing."""
    there.empty(seed, spread)
    before = resource.getrusage(resource.RUSAGE_SELF)
    operation = there.deploy(spec)
    used = resource.getrusage(resource.RUSAGE_SELF)
    calls = there.azure.calls()
    calls, after = calls[: there.calls_at_end], calls[there.calls_at_end :]
    first_write = next(
        c["number"] for c in calls if c["method"] == "PUT" and "/resource" in c["path"]
    )
    preflight = sum(c["number"] < first_write for c in calls)
    of_vault = [c["number"] > first_write for c in calls if "/secrets/" in c["path"]]
    vault, vault_before = of_vault.count(True), of_vault.count(False)
    histories = [events.total() for events in there.histories.values()]
    started = [events[EventType.ORCHESTRATOR_STARTED] for events in there.histories.values()]
    resources = len(operation["plan"])
    return Measured(
        ratio=makespan(operation) / critical_path(operation, truth(there, operation)),
        calls=(len(calls) - preflight - vault) / resources,
        preflight_calls=preflight - vault_before,
        all_calls=(len(calls) - len(of_vault)) / resources,
        history=sum(histories) / resources,
        largest=max(histories),
        episodes=sum(started),
        report_calls=len(after) / resources,
        cpu=used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime,
    )


def truth(there: Deployments, operation: Json) -> dict[str, float]:
    """How long Azure really took for each step: its operations, and what it needs to settle."""
    ids = {step["id"].casefold(): step["key"] for step in operation["plan"]}
    took: dict[str, float] = {}
    for operation in there.azure.operations():
        target = operation["target"].casefold().split("/configurations/")[0]
        key = ids.get(operation["target"].casefold())
        seconds = (_moment(operation["ends"]) - _moment(operation["started"])).total_seconds()
        if key is None or operation["kind"] not in {"create", "update"}:
            key = "postgres-parameters" if target in ids else None
        if key is not None:
            took[key] = took.get(key, 0.0) + seconds
    took["express-route-connection"] += there.azure.cloud.settings.link_up_seconds
    return took


def makespan(operation: Json) -> float:
    """Seconds from the first submit to the last settled step."""
    starts = [_moment(step["startedAt"]) for step in operation["steps"]]
    ends = [_moment(step["settledAt"]) for step in operation["steps"]]
    return (max(ends) - min(starts)).total_seconds()


def critical_path(operation: Json, took: Mapping[str, float]) -> float:
    """The makespan of a deployment that notices everything at once."""
    bars = [
        Activity(s["key"], took.get(s["key"], 0.0), tuple(s["dependsOn"]), tuple(s["startsAfter"]))
        for s in operation["plan"]
    ]
    return schedule(bars).makespan


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` of all lie."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


SPREADS = {"each 0.75 to 1.25": 0.25, "each 0.5 to 1.5": 0.5}
"""How far Azure's durations are from the expected ones."""


def measure(seeds: int = 20) -> list[tuple[str, float, str]]:
    """(what, value, unit) of every number."""
    silent = read_json(ROOT / "samples" / "recipe.json")
    spec = silent | {"validation": {"require": "none"}}  # what it adds is told beside
    with deployments() as there:
        added = validation_adds(there, silent)  # warms the clients up, too
        exact = measure_one(there, _named(spec, "exact"), seed=0, spread=0.0)
        numbers = told("as expected", [exact])
        for name, spread in SPREADS.items():
            numbers += told(
                name,
                [
                    measure_one(there, _named(spec, f"seed{seed}"), seed=seed, spread=spread)
                    for seed in range(seeds)
                ],
            )
        calls = len(there.azure.calls())
        again = there.deploy(_named(spec, f"seed{seeds - 1}"))
        redeploy = len(there.azure.calls()) - calls
    return [
        *numbers,
        ("ARM calls a resource, redeploy", redeploy / len(again["plan"]), ""),
        ("CPU of one deployment", exact.cpu, "s"),
        *added,
    ]


def validation_adds(there: Deployments, spec: Json) -> list[tuple[str, float, str]]:
    """What it takes to prove a deployment, after its last resource."""
    there.empty(0, 0.0)
    proved = there.deploy(spec)
    checks = proved["checks"]
    built = max(_moment(step["settledAt"]) for step in proved["steps"])
    proven = max(_moment(check["settledAt"]) for check in checks)
    calls = len(there.azure.calls())
    there.deploy(spec)
    again = len(there.azure.calls()) - calls
    there.deploy(spec | {"validation": {"require": "none"}})
    without = len(there.azure.calls()) - calls - again
    return [
        ("validation adds: checks", float(len(checks)), ""),
        ("  time", (proven - built).total_seconds(), "s"),
        ("  ARM calls, redeploy", float(again - without), ""),
    ]


def told(name: str, runs: list[Measured]) -> list[tuple[str, float, str]]:
    """The figures of one case."""
    ratios = [run.ratio for run in runs]
    return [
        (f"{name}: makespan / critical path, median", percentile(ratios, 0.5), ""),
        ("  p95", percentile(ratios, 0.95), ""),
        ("  worst", max(ratios), ""),
        ("  ARM calls a resource after the plan", mean(r.calls for r in runs), ""),
        ("  reads before the first write", mean(r.preflight_calls for r in runs), ""),
        ("  ARM calls a resource in all", mean(r.all_calls for r in runs), ""),
        ("  drift report afterwards, ARM calls a resource", mean(r.report_calls for r in runs), ""),
        ("  history events a resource", mean(r.history for r in runs), ""),
        ("  largest single history", max(r.largest for r in runs), "events"),
        ("  episodes", mean(r.episodes for r in runs), ""),
    ]


def _named(spec: Json, name: str) -> Json:
    return spec | {"name": name, "resourceGroup": f"rg-{name}"}


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def main() -> None:
    """Print every number."""
    parser = argparse.ArgumentParser("python -m benchmarks.deployments", description=__doc__)
    parser.add_argument("--seeds", type=int, default=200)
    for what, value, unit in measure(parser.parse_args().seeds):
        print(f"{what:60} {value:8.3f} {unit}")


if __name__ == "__main__":
    main()
