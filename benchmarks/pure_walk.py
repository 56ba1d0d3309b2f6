"""The walk of a plan against durations alone: no host, no ARM, only the decisions of `Progress`.

The cloud here knows one thing of each operation, its true duration. It answers a submit with
Retry-After, and a look as well where the resource cannot be read before its operation has ended
(private DNS, PostgreSQL). The makespan of the walk over the critical path of the true durations is
what waiting costs.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from shared.deployment.messages import Outcome, Plan, Step
from shared.deployment.operation import outline
from shared.deployment.progress import Call, Progress
from shared.deployment.schedule import Activity, schedule

START = datetime(2026, 1, 1, tzinfo=UTC)
ASKED = {"zone": 30.0, "link": 30.0, "pg": 60.0}
"""Retry-After of the operations that are asked themselves; recorded ARM traffic."""
SUBMITTED = {"pip1": 1.0, "pip2": 1.0, "vnet": 3.0, "linkup": 0.0}
"""Retry-After of other submits where it is not 10; likewise."""


@dataclass
class Walked:
    """What one walk took."""

    ratio: float  # makespan / critical path
    calls: int
    rounds: int
    looks: Counter[str] = field(default_factory=Counter)


def step(key: str, seconds: float, after: list[str], gates: list[str] | None = None) -> Step:
    """A create of nothing in particular."""
    return Step(
        key=key,
        armType="Test/things",
        id=f"/{key}",
        action="create",
        body={},
        prior=None,
        changes=[],
        dependsOn=after,
        startsAfter=gates or [],
        locks=[key],
        expectedSeconds=seconds,
        timeoutSeconds=1e6,
        undoSeconds=seconds,
    )


def plan_of(steps: list[Step]) -> Plan:
    """A plan that creates all of them."""
    return Plan(
        deployment="bench",
        purpose="deploy",
        steps=steps,
        warnings=[],
        refusals=[],
        outputs={},
        retained=[],
    )


def walk(plan: Plan, truth: dict[str, float]) -> Walked:
    """Walk a plan whose operations take `truth` seconds."""
    progress, now = Progress(outline(plan)), START
    ends: dict[str, datetime] = {}
    looks: Counter[str] = Counter()
    calls_made = rounds = 0

    def answer(call: Call) -> Outcome:
        if call.submits:
            ends[call.key] = now + timedelta(seconds=truth[call.key])
        else:
            looks[call.key] += 1
        if truth[call.key] == 0 or (not call.submits and ends[call.key] <= now):
            return Outcome(key=call.key, state="succeeded")
        wait = ASKED.get(call.key, SUBMITTED.get(call.key, 10.0) if call.submits else 0.0)
        return Outcome(
            key=call.key, state="inProgress", operationUrl="https://x", retryAfterSeconds=wait
        )

    while not progress.finished:
        calls = progress.calls(now)
        if calls:
            progress.settle(calls, [answer(c) for c in calls], now)
            calls_made += len(calls)
        else:
            due = progress.next_due(now)
            assert due is not None
            now = due
        rounds += 1
    bars = [
        Activity(s["key"], truth[s["key"]], tuple(s["dependsOn"]), tuple(s["startsAfter"]))
        for s in plan["steps"]
    ]
    best = schedule(bars).makespan
    return Walked((now - START).total_seconds() / best, calls_made, rounds, looks)


def recipe_like() -> Plan:
    """The graph and durations of the recipe's own architecture."""
    edges: dict[str, tuple[float, list[str], list[str]]] = {
        "group": (0, [], []),
        **{f"nsg{i}": (4, ["group"], []) for i in range(4)},
        "routes": (4, ["group"], []),
        "pip1": (3, ["group"], []),
        "pip2": (3, ["group"], []),
        "zone": (42, ["group"], []),
        "vnet": (10, ["nsg0", "nsg1", "nsg2", "nsg3", "routes"], []),
        "link": (40, ["zone", "vnet"], []),
        "pg": (480, ["link"], []),
        "params": (120, ["pg"], []),
        "waf": (0, ["group"], []),
        "appgw": (480, ["vnet", "pip1", "waf", "pg"], []),
        "bastion": (420, ["vnet", "pip2"], []),
        "nic": (4, ["vnet"], []),
        "vm": (120, ["nic"], []),
        "ergw": (1500, ["vnet"], ["pg", "bastion", "vm"]),
        "conn": (180, ["ergw"], []),
        "linkup": (120, ["conn"], []),
    }
    return plan_of([step(k, s, after, gates) for k, (s, after, gates) in edges.items()])


def random_plan(rng: random.Random) -> Plan:
    """A graph of 5 to 60 steps, each after up to three earlier ones."""
    size = rng.randint(5, 60)
    steps = []
    for number in range(size):
        earlier = [f"s{i}" for i in range(max(0, number - 10), number)]
        after = rng.sample(earlier, k=min(len(earlier), rng.randint(0, 3)))
        steps.append(step(f"s{number}", rng.choice([5, 30, 120, 300, 600, 1500]), after))
    return plan_of(steps)


def spread(plan: Plan, rng: random.Random, width: float = 0.25) -> dict[str, float]:
    """True durations that differ from the expected ones by up to `width` either way."""
    return {
        s["key"]: s["expectedSeconds"] * rng.uniform(1 - width, 1 + width) for s in plan["steps"]
    }


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` of all lie."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def measure() -> list[tuple[str, float, str]]:
    """(what, value, unit) of every number."""
    plan = recipe_like()
    expected = {s["key"]: s["expectedSeconds"] for s in plan["steps"]}
    exact = walk(plan, expected)
    walks = [walk(plan, spread(plan, random.Random(seed))) for seed in range(200)]
    graphs = []
    for seed in range(200):
        random_graph = random_plan(random.Random(seed))
        truth = {s["key"]: s["expectedSeconds"] for s in random_graph["steps"]}
        graphs.append(walk(random_graph, truth).ratio)
    ratios = [w.ratio for w in walks]
    steps = len(plan["steps"])
    return [
        ("makespan / critical path, as expected", exact.ratio, ""),
        ("  with a spread of 25 %, median of 200 seeds", percentile(ratios, 0.5), ""),
        ("  with a spread of 25 %, p95 of 200 seeds", percentile(ratios, 0.95), ""),
        ("  random graphs of 5-60 steps, p99", percentile(graphs, 0.99), ""),
        (
            "submits and looks per step, with the spread",
            sum(w.calls for w in walks) / 200 / steps,
            "",
        ),
        ("rounds, with the spread", sum(w.rounds for w in walks) / 200, ""),
    ]


if __name__ == "__main__":
    for what, value, unit in measure():
        print(f"{what:60} {value:8.3f} {unit}")
