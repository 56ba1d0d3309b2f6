"""Hundreds of deployments that wait on one instance: what company costs each of them.

The decisions and the listening are the product's own. The instance is a model: so many activities
at once as host.json says, 32 threads that submits share, so many orchestrators; a submit takes a
second, an episode 0.1 s, a message 0.5 s to be picked up. Azure is the one of pure_walk.
"""

import asyncio
import json
import random
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from statistics import mean
from typing import Any

from benchmarks.pure_walk import HEARTBEAT, START, Cloud, Number, critical_path, recipe_like
from local.clock import VirtualClock
from local.functions_host.worker.clock_loop import ClockLoop
from shared.azure.listening import listen
from shared.deployment.messages import Outcome, Step
from shared.deployment.operation import Watched, outline
from shared.deployment.walks.listening import next_due, watch
from shared.deployment.walks.progress import Progress

HOST_JSON = json.loads((Path(__file__).parents[1] / "host.json").read_text(encoding="utf-8"))
LIMITS = HOST_JSON["extensions"]["durableTask"]
THREADS, SUBMIT, EPISODE, PICKED_UP = 32, 1.0, 0.1, 0.5
SUBSCRIPTIONS = 10
BEGIN_WITHIN = 600.0  # seconds, in which all of them are started


@dataclass
class Waited:
    """What one deployment took, and how long at most nobody would have seen a cancel."""

    ratio: float
    episodes: int
    cancel_unseen: float  # seconds


class Instance:
    """One instance of the app, with what all its deployments share."""

    def __init__(self, activities: int) -> None:
        self.activities = asyncio.Semaphore(activities)
        self.orchestrators = asyncio.Semaphore(LIMITS["maxConcurrentOrchestratorFunctions"])
        self.threads = asyncio.Semaphore(THREADS)

    async def activity(self, work: Coroutine[Any, Any, Any]) -> Any:
        """An activity, from its message to the one of its answer."""
        await asyncio.sleep(PICKED_UP)
        async with self.activities:
            answer = await work
        await asyncio.sleep(PICKED_UP)
        return answer

    async def episode(self) -> None:
        """A turn of one orchestrator."""
        async with self.orchestrators:
            await asyncio.sleep(EPISODE)


class Deployment:
    """One walk on the instance."""

    def __init__(self, instance: Instance, number: int) -> None:
        self.instance = instance
        self.rng = random.Random(number)
        self.plan = recipe_like()
        self.truth = {
            s["key"]: s["expectedSeconds"] * self.rng.uniform(0.75, 1.25)
            for s in self.plan["steps"]
        }
        self.cloud, self.progress = Cloud(self.truth), Progress(outline(self.plan))
        subscription: Any = {"id": f"/subscriptions/{number % SUBSCRIPTIONS}"}
        self.steps: dict[str, Step] = dict.fromkeys(self.truth, subscription)
        self.loop = asyncio.get_running_loop()

    @property
    def now(self) -> datetime:
        """The present."""
        return START + timedelta(seconds=self.loop.time())

    async def run(self) -> Waited:
        """Walk it to its end, in the rounds of orchestrators/walk.py."""
        await asyncio.sleep(self.rng.uniform(0, BEGIN_WITHIN))
        began = listened_at = self.now
        episodes, cancel_unseen = 0, 0.0
        while not self.progress.finished:
            episodes += 1
            await self.instance.episode()
            if keys := self.progress.submits(self.now):
                self.progress.settle(await self.instance.activity(self.submit(keys)), self.now)
            elif (score := watch(self.progress, self.now))["steps"] or (
                self.now - listened_at >= HEARTBEAT
            ):
                cancel_unseen = max(cancel_unseen, (self.now - listened_at).total_seconds())
                listening = listen(score, self.steps, self.look, lambda: False)
                answer = await self.instance.activity(listening)
                listened_at = self.now
                self.progress.observe(answer["outcomes"], listened_at)
            else:
                due = next_due(self.progress, self.now) or listened_at + HEARTBEAT
                wait = min(due, listened_at + HEARTBEAT) - self.now
                await asyncio.sleep(max(0.0, wait.total_seconds()) + PICKED_UP)
        took = (self.now - began).total_seconds()
        return Waited(took / critical_path(self.plan, self.truth), episodes, cancel_unseen)

    async def submit(self, keys: list[str]) -> dict[str, Outcome]:
        """All PUTs of a round, on a thread of the pool."""
        async with self.instance.threads:
            await asyncio.sleep(SUBMIT)
            return {key: self.cloud.submit(key, self.now) for key in keys}

    def look(self, step: Step, watched: Watched, at: float) -> Outcome:
        """One look."""
        return self.cloud.look(watched, at, self.now)


def together(numbers: Iterable[int], activities: int) -> list[Waited]:
    """These deployments on one instance with so many activities at once."""

    async def all_of_them() -> list[Waited]:
        instance = Instance(activities)
        walks = [Deployment(instance, number) for number in numbers]
        return await asyncio.gather(*(walk.run() for walk in walks))

    clock = VirtualClock()
    loop = ClockLoop(clock, lambda: clock.advance_to(loop.wakes_at or clock.now()))
    try:
        found: list[Waited] = loop.submit(all_of_them()).result()
    finally:
        loop.stop()
    return found


def measure(deployments: int = 500) -> list[Number]:
    """(what, value, unit) of every number."""
    limit = LIMITS["maxConcurrentActivityFunctions"]
    alone = [one for number in range(20) for one in together([number], limit)]
    crowd = together(range(deployments), limit)

    def compared(what: str, one: float, many: float, unit: str) -> list[Number]:
        return [(f"{what}, one alone", one, unit), (f"  {deployments} at once", many, unit)]

    return [
        *compared(
            "makespan / critical path",
            mean(w.ratio for w in alone),
            mean(w.ratio for w in crowd),
            "",
        ),
        *compared("episodes", mean(w.episodes for w in alone), mean(w.episodes for w in crowd), ""),
        *compared(
            "a cancel is unseen for at most",
            max(w.cancel_unseen for w in alone),
            max(w.cancel_unseen for w in crowd),
            "s",
        ),
    ]


if __name__ == "__main__":
    for what, value, unit in measure():
        print(f"{what:60} {value:8.3f} {unit}")
