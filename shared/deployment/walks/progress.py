"""Where the walk of a plan stands, and what it wants to do next.

The orchestrator asks `submits(now)` what to start, hands the answers to `settle`, and what was seen
of the steps under way to `observe`; when to look at them is for listening.py to say, and what an
answer makes of its own step for runs.py. All of it is a fold over plain data (`runs`), so that a
walk can continue as a new execution, and all of it is decided by the plan: nothing here knows an
Azure resource.

A deploying walk halts at the first failure: nothing new starts and what runs settles. A walk that
repairs, undoes or destroys is relentless: independent branches go on, and even a failure that is
not worth retrying is tried a few times before the step is given up.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from shared.deployment.messages import Outcome, Run
from shared.deployment.operation import Outline, StepOutline
from shared.deployment.walks.runs import deadline, fold, time_of
from shared.deployment.walks.schedule import Activity, Schedule, schedule
from shared.deployment.walks.timing import Evidence, Leg, trust


class Progress:
    """The walk of one plan, folded from its outcomes; see the module for how it is used."""

    def __init__(
        self,
        plan: Outline,
        runs: dict[str, Run] | None = None,
        *,
        halted: bool = False,
        canceled: bool = False,
    ) -> None:
        self.plan = plan
        self.steps: dict[str, StepOutline] = {step["key"]: step for step in plan["steps"]}
        self.runs = runs or {key: Run(state="waiting", attempts=0) for key in self.steps}
        self.halted = halted
        self.canceled = canceled
        self.relentless = plan["purpose"] != "deploy"
        self._charts: dict[datetime, Schedule] = {}  # of the present; nothing was folded since

    @property
    def failed(self) -> list[str]:
        """Keys of the steps that failed themselves, root failure first."""
        keys = [key for key, run in self.runs.items() if run["state"] == "failed"]
        return sorted(keys, key=lambda key: self.runs[key].get("settledAt", ""))

    @property
    def finished(self) -> bool:
        """Nothing runs and nothing can start any more."""
        states = [run["state"] for run in self.runs.values()]
        return "running" not in states and (self.halted or "waiting" not in states)

    def cancel(self) -> None:
        """Start nothing new, since the caller does not want it any more; what runs settles."""
        self.canceled = self.halted = True
        self._charts.clear()

    # What to do now

    def submits(self, now: datetime) -> list[str]:
        """The steps to start: ready, not to be left alone, and of those that share a lock one."""
        return self._startable(now, self.chart(now))

    def again_at(self, now: datetime) -> datetime | None:
        """When the next refused step may be tried again."""
        due = [time_of(run["dueAt"]) for _, run in self._ready() if "dueAt" in run]
        return min((moment for moment in due if moment > now), default=None)

    def awaited(self) -> list[list[str]]:
        """Sets of running steps, each of which lets something start once all of it has ended."""
        running = [key for key, run in self.runs.items() if run["state"] == "running"]
        if self.halted:
            return [running]
        sets = [running]
        for key, run in self.runs.items():
            if run["state"] != "waiting":
                continue
            step = self.steps[key]
            needs = [k for k in step["dependsOn"] if not self._is(k, "succeeded")]
            gates = [k for k in step["startsAfter"] if not self._is(k, "running", "succeeded")]
            locks = set(step["locks"])
            needs += [k for k in running if not locks.isdisjoint(self.steps[k]["locks"])]
            if needs and not gates and set(needs) <= set(running) and "dueAt" not in run:
                sets.append(needs)
        return sets

    def _ready(self) -> Iterable[tuple[str, Run]]:
        """Waiting steps whose dependencies have succeeded and whose gates have been accepted."""
        if self.halted:
            return
        for key, run in self.runs.items():
            step = self.steps[key]
            if (
                run["state"] == "waiting"
                and all(self._is(k, "succeeded") for k in step["dependsOn"])
                and all(self._is(k, "running", "succeeded") for k in step["startsAfter"])
            ):
                yield key, run

    def _startable(self, now: datetime, chart: Schedule) -> list[str]:
        """Ready steps that hold no lock in common with each other or with what runs."""
        ready = [
            k for k, run in self._ready() if "dueAt" not in run or time_of(run["dueAt"]) <= now
        ]
        held = {
            lock
            for key, run in self.runs.items()
            if run["state"] == "running"
            for lock in self.steps[key]["locks"]
        }
        chosen = []
        for key in sorted(ready, key=lambda k: chart.slack.get(k, 0.0)):
            locks = self.steps[key]["locks"]
            if held.isdisjoint(locks):
                held.update(locks)
                chosen.append(key)
        return chosen

    def _is(self, key: str, *states: str) -> bool:
        """A step outside this walk (a no-op, an adopted resource) counts as succeeded."""
        return key not in self.runs or self.runs[key]["state"] in states

    # What came of it

    def settle(self, outcomes: Mapping[str, Outcome], now: datetime) -> None:
        """Fold the answers to submits."""
        for key, outcome in outcomes.items():
            run = self.runs[key]
            run["attempts"] += 1
            run.setdefault("startedAt", now.isoformat())
            if outcome["state"] == "inProgress":
                outcome.setdefault("legSeconds", self.steps[key]["expectedSeconds"])
            self._fold(key, outcome, now, now)
        self._skip_unreachable()

    def observe(self, outcomes: Mapping[str, Outcome], now: datetime) -> None:
        """Fold what was seen of running steps, each some seconds ago."""
        for key, outcome in outcomes.items():
            seen = now - timedelta(seconds=outcome.get("secondsAgo", 0.0))
            self._fold(key, outcome, seen, now)
        self._skip_unreachable()

    def _fold(self, key: str, outcome: Outcome, seen: datetime, now: datetime) -> None:
        self._charts.clear()
        run = self.runs[key]
        fold(run, self.steps[key], outcome, seen, now, relentless=self.relentless)
        if run["state"] == "failed" and not self.relentless:
            self.halted = True

    def deadline(self, key: str) -> datetime:
        """When a step that has begun is given up; whatever asks for more patience than that."""
        return deadline(self.runs[key], self.steps[key])

    def trust(self) -> float:
        """How far the expectations of this walk are kept, as far as it has come."""
        seen = (run["evidence"] for run in self.runs.values() if "evidence" in run)
        return trust(Evidence(one["mayBeKept"], one["byChance"]) for one in seen)

    def _skip_unreachable(self) -> None:
        """What waits for a step that failed will never start; it is no failure of its own."""
        lost = {key for key, run in self.runs.items() if run["state"] in {"failed", "skipped"}}
        for key in self.runs:  # the steps stand in dependency order
            step = self.steps[key]
            needs = {*step["dependsOn"], *step["startsAfter"]}
            if self.runs[key]["state"] == "waiting" and not lost.isdisjoint(needs):
                self.runs[key]["state"] = "skipped"
                lost.add(key)

    # How long it will take

    def chart(self, now: datetime) -> Schedule:
        """The critical path of what is left, in Unix seconds; an overdue step ends now."""
        if now not in self._charts:
            self._charts = {now: schedule(list(self._bars(now)))}
        return self._charts[now]

    def _bars(self, now: datetime) -> Iterator[Activity]:
        for key, run in self.runs.items():
            step = self.steps[key]
            if run["state"] == "running":
                leg_left = (time_of(run["legEndsAt"]) - now).total_seconds()
                yield Activity(key, max(0.0, leg_left), earliest=now.timestamp())
            elif run["state"] == "waiting" and not self.halted:
                seconds = step["expectedSeconds"]
                before, gates = tuple(step["dependsOn"]), tuple(step["startsAfter"])
                yield Activity(key, seconds, before, gates, earliest=now.timestamp())

    def leg(self, key: str, chart: Schedule, trusted: float) -> Leg:
        """The operation that a running step waits for, with what the chart says is to spare."""
        run = self.runs[key]
        began, ends = time_of(run["legStartedAt"]), time_of(run["legEndsAt"])
        slack = timedelta(seconds=chart.slack[key])
        return Leg(began, ends - began, slack, trusted)
