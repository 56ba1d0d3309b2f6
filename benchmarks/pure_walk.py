"""The walk of a plan against durations alone: no host, no ARM, only the decisions.

The cloud here knows one thing of each operation, its true duration. It answers a submit with
Retry-After, and a look as ARM does: a resource may be read at any time, its operation only where
Retry-After allows; private DNS and PostgreSQL answer 404 until they exist. The makespan of the walk
over the critical path of the true durations is what waiting costs.
"""

import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import mean

from shared.deployment.messages import Outcome, Plan, Step
from shared.deployment.operation import Watched, outline
from shared.deployment.walks.listening import Listener, ask_operation, next_due, watch
from shared.deployment.walks.progress import Progress
from shared.deployment.walks.schedule import Activity, schedule

Number = tuple[str, float, str]

START = datetime(2026, 1, 1, tzinfo=UTC)
HEARTBEAT = timedelta(seconds=140)
ASKED = {"zone": 30.0, "link": 30.0, "pg": 60.0, "params": 60.0}
"""Retry-After of private DNS and PostgreSQL, which answer 404 until they exist; recorded."""
SUBMITTED = {"pip1": 1.0, "pip2": 1.0, "vnet": 3.0}
"""Retry-After of other operations where it is not 10; likewise."""


@dataclass
class Walked:
    """What one walk took."""

    ratio: float  # makespan / critical path
    calls: int
    episodes: int
    events: int
    listened: float  # seconds
    looks: Counter[str] = field(default_factory=Counter)


class Cloud:
    """Operations that take as long as they are said to."""

    def __init__(self, truth: Mapping[str, float]) -> None:
        self.truth = truth
        self.ends: dict[str, datetime] = {}
        self.calls: Counter[str] = Counter()

    def submit(self, key: str, now: datetime) -> Outcome:
        """Begin one."""
        self.calls[key] += 1
        self.ends[key] = now + timedelta(seconds=self.truth[key])
        if not self.truth[key]:
            return Outcome(key=key, state="succeeded")
        wait = ASKED.get(key, SUBMITTED.get(key, 10.0))
        outcome = Outcome(
            key=key, state="inProgress", operationUrl="https://x", operationRetryAfter=wait
        )
        if key not in ASKED:
            outcome["resourceRetryAfter"] = wait
        return outcome

    def look(self, step: Watched, at: float, now: datetime) -> Outcome:
        """As `calls.look` would find it."""
        key = step["key"]
        ended = self.ends[key] <= now
        ask = ask_operation(step, at)
        self.calls[key] += 2 if ended and ask == "last" else 1
        if ended:
            return Outcome(key=key, state="succeeded")
        outcome = Outcome(key=key, state="inProgress")
        if ask == "first":
            outcome["operationRetryAfter"] = ASKED.get(key, SUBMITTED.get(key, 20.0))
        return outcome


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


def walk(plan: Plan, truth: dict[str, float], latency: float = 0.0) -> Walked:
    """Walk a plan whose operations take `truth` seconds; every activity starts `latency` late."""
    progress, now, cloud = Progress(outline(plan)), START, Cloud(truth)
    listened_at, episodes, events, listened = START, 1, 3, 0.0
    late = timedelta(seconds=latency)
    while not progress.finished:
        if keys := progress.submits(now):
            now += late
            progress.settle({key: cloud.submit(key, now) for key in keys}, now)
            events += 4
        elif (score := watch(progress, now))["steps"] or now - listened_at >= HEARTBEAT:
            now += late
            began, listener, at = now, Listener(score), 0.0
            while not listener.news and (look := listener.next()) is not None:
                at = look
                for step in listener.due(at):
                    found = cloud.look(step, at, began + timedelta(seconds=at))
                    listener.note(step["key"], found, at)
            now = listened_at = began + timedelta(seconds=at)
            listened += at
            progress.observe(listener.outcomes(at), now)
            events += 4
        else:
            due = next_due(progress, now) or now + HEARTBEAT
            now = max(now, min(due, listened_at + HEARTBEAT)) + 2 * late
            events += 4
        episodes += 1
    best = critical_path(plan, truth)
    total = sum(cloud.calls.values())
    ratio = (now - START).total_seconds() / best
    return Walked(ratio, total, episodes, events, listened, cloud.calls)


def critical_path(plan: Plan, truth: Mapping[str, float]) -> float:
    """The makespan of a walk that notices everything at once."""
    bars = [
        Activity(s["key"], truth[s["key"]], tuple(s["dependsOn"]), tuple(s["startsAfter"]))
        for s in plan["steps"]
    ]
    return schedule(bars).makespan


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
        "conn": (300, ["ergw"], []),
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


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` of all lie."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


@dataclass(frozen=True, slots=True)
class Case:
    """How far true durations are from the expected ones, and what that cost before this way."""

    name: str
    factor: Callable[[random.Random], float]
    seeds: int
    before: tuple[float, float, float, float]  # median, p95, worst; calls a step


CASES = (
    Case("as expected", lambda rng: 1.0, 1, (1.011, 1.011, 1.011, 2.40)),
    Case("each 0.75 to 1.25", lambda rng: rng.uniform(0.75, 1.25), 200, (1.028, 1.047, 1.061, 2.4)),
    Case("each 0.5 to 1.5", lambda rng: rng.uniform(0.5, 1.5), 200, (1.052, 1.292, 1.423, 2.56)),
    Case(
        "lognormal, 0.35", lambda rng: rng.lognormvariate(0, 0.35), 200, (1.042, 1.307, 1.761, 2.7)
    ),
    Case("all half", lambda rng: 0.5, 1, (1.618, 1.618, 1.618, 1.90)),
    Case("all double", lambda rng: 2.0, 1, (1.036, 1.036, 1.036, 5.05)),
)
"""Durations apart from expectations. The figures before are of the same plan and seeds, when looks
were timed for durations 25 % around the expectation, each by a timer and an activity of its own."""


def walks(plan: Plan, case: Case, *, latency: float = 0.0) -> list[Walked]:
    """The walks of a plan, one a seed."""
    found = []
    for seed in range(case.seeds):
        rng = random.Random(seed)
        truth = {s["key"]: s["expectedSeconds"] * case.factor(rng) for s in plan["steps"]}
        found.append(walk(plan, truth, latency))
    return found


def figures(case: Case, found: list[Walked], steps: int) -> list[Number]:
    """The figures of one case, each beside the one before."""
    ratios = [w.ratio for w in found]
    median, p95, worst, calls = case.before
    return [
        (f"{case.name}: makespan, median", percentile(ratios, 0.5), f"before {median:.3f}"),
        ("  p95", percentile(ratios, 0.95), f"before {p95:.3f}"),
        ("  worst", max(ratios), f"before {worst:.3f}"),
        ("  ARM calls a step", mean(w.calls for w in found) / steps, f"before {calls:.2f}"),
        ("  history events a step", mean(w.events for w in found) / steps, ""),
        ("  episodes", mean(w.episodes for w in found), ""),
        ("  listening", mean(w.listened for w in found), "s"),
    ]


def measure() -> list[Number]:
    """(what, value, unit) of every number; makespans are over the critical path."""
    plan = recipe_like()
    numbers = [
        number for case in CASES for number in figures(case, walks(plan, case), len(plan["steps"]))
    ]
    graphs = [walks(random_plan(random.Random(seed)), CASES[0])[0].ratio for seed in range(200)]
    return [
        *numbers,
        ("random graphs of 5-60 steps, as expected, p99", percentile(graphs, 0.99), "before 1.021"),
    ]


if __name__ == "__main__":
    for what, value, unit in measure():
        print(f"{what:60} {value:8.3f} {unit}")
