"""Runs one work item: load, call the function, commit."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial

from local.clock import Clock
from local.functions_host.dispatch.work_items import Item
from local.functions_host.engine.actions import Answer, Catalogue
from local.functions_host.engine.episode import Episode, Outcome, run
from local.functions_host.errors import InvocationFailed, WorkerCrash
from local.functions_host.settings.app_settings import HostSettings
from local.functions_host.settings.versions import accepts
from local.functions_host.store.activity_queue import Activity, ActivityQueue
from local.functions_host.store.task_hub import TaskHub
from local.functions_host.worker.invocation import ActivityFailed, Worker, ask_orchestrator
from local.functions_host.worker.loader import AppFunction

Invoke = Callable[[str], Answer]
Inspect = Callable[[Episode, Invoke, Catalogue], Outcome]


def plain(episode: Episode, invoke: Invoke, catalogue: Catalogue) -> Outcome:
    """Run an episode as the platform does, without further checks."""
    outcome, _ = run(episode, invoke, catalogue)
    return outcome


class Backoff:
    """When to try again what crashed the worker: later each time, up to a minute."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._attempts: dict[Item, int] = {}
        self._due: dict[Item, datetime] = {}

    def put(self, item: Item) -> None:
        """Remember a work item that has to wait."""
        attempts = self._attempts.get(item, 0)
        self._attempts[item] = attempts + 1
        self._due[item] = self._clock.now() + timedelta(seconds=min(60, 2**attempts))

    def forget(self, item: Item) -> None:
        """A work item is through: its next crash is its first."""
        self._attempts.pop(item, None)

    def next_due(self) -> datetime | None:
        """When the next one may be tried again."""
        return min(self._due.values(), default=None)

    def take_due(self, now: datetime) -> list[Item]:
        """Those whose time has come."""
        due = [item for item, moment in self._due.items() if moment <= now]
        for item in due:
            del self._due[item]
        return due


class Runner:
    """Runs episodes and activities of one app on one task hub."""

    def __init__(
        self,
        hub: TaskHub,
        worker: Worker,
        orchestrators: Mapping[str, AppFunction],
        activities: Mapping[str, AppFunction],
        settings: HostSettings,
        *,
        run_checked: Inspect = plain,
        lease: timedelta = timedelta(minutes=5),
        runs_per_activity: int = 1,
    ) -> None:
        self.hub, self.worker, self.settings = hub, worker, settings
        self.activities = ActivityQueue(hub.store, hub.clock, hub.new_id)
        self.backoff = Backoff(hub.clock)
        self._orchestrators, self._activities = orchestrators, activities
        self.catalogue = Catalogue(
            {name: f.durable_name for name, f in orchestrators.items()},
            {name: f.durable_name for name, f in activities.items()},
            settings.default_version,
        )
        self._run_checked = run_checked
        self._lease, self._runs_per_activity = lease, runs_per_activity
        self._leased: dict[int, tuple[Activity, datetime]] = {}

    async def run_episode(self, instance_id: str) -> None:
        """Run the next episode of an instance, if it has one."""
        episode, messages = self.hub.load(instance_id)
        if episode is None:
            if messages:
                self.hub.discard(messages)
            return
        outcome = self._refusal(episode)
        if outcome is None:
            if not accepts(self.settings, episode.instance.version):
                return
            self.hub.store.reach(f"before call: episode {instance_id}")
            outcome = await self._in_pool(episode)
            self.hub.store.check_alive()
            self.hub.store.reach(f"after answer: episode {instance_id}")
        self.hub.commit(episode, messages, outcome)

    def _refusal(self, episode: Episode) -> Outcome | None:
        """The end of an instance that this host fails without calling it."""
        instance = episode.instance
        if accepts(self.settings, instance.version) or self.settings.version_failure == "Reject":
            return None

        def refuse(_: str) -> Answer:
            raise InvocationFailed(
                f"its version '{instance.version}' does not match the host's version "
                f"'{self.settings.default_version}' ({self.settings.version_match})."
            )

        return plain(episode, refuse, self.catalogue)

    async def _in_pool(self, episode: Episode) -> Outcome:
        invoke = self.invoker(episode.instance.name)
        call = partial(self._run_checked, episode, invoke, self.catalogue)
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self.settings.function_timeout.total_seconds()):
                return await loop.run_in_executor(self.worker.pool, call)
        except TimeoutError as error:
            raise WorkerCrash(f"{episode.instance.name} ran into the function timeout") from error

    def invoker(self, name: str) -> Invoke:
        """How to ask the orchestrator of this name."""
        function = self._orchestrators.get(name.casefold())
        if function is None:

            def missing(_: str) -> Answer:
                raise InvocationFailed(f"Orchestrator function '{name}' does not exist.")

            return missing
        return partial(ask_orchestrator, function)

    async def run_activity(self, seq: int) -> None:
        """Lease an activity, run it, and report its end."""
        activity = self.activities.lease(seq, self._lease)
        if activity is None:
            return
        self._leased[seq] = (activity, self.next_renewal())
        try:
            self.hub.store.reach(f"before call: activity {activity.name} of {activity.instance_id}")
            for _ in range(self._runs_per_activity):
                result, reason = await self._call_activity(activity)
        except WorkerCrash:
            self.activities.release(activity)
            raise
        finally:
            del self._leased[seq]
        self.hub.store.check_alive()
        self.hub.store.reach(f"after answer: activity {activity.name} of {activity.instance_id}")
        self.activities.complete(activity, result, reason)

    async def _call_activity(self, activity: Activity) -> tuple[str | None, str | None]:
        """The result as JSON text, or the reason of a failure."""
        name = activity.name
        function = self._activities.get(name.casefold())
        if function is None:
            return None, (
                f"Activity function '{name}' failed: Activity function '{name}' does not exist."
            )
        timeout = self.settings.function_timeout
        try:
            async with asyncio.timeout(timeout.total_seconds()):
                run_id = activity.lease
                return await self.worker.run_activity(function, activity.input, run_id), None
        except ActivityFailed as failure:
            return None, f"Activity function '{name}' failed:  {failure}"
        except TimeoutError:
            return None, (
                f"Activity function '{name}' failed:  Timeout value of {timeout} was exceeded by "
                f"function: Functions.{name}"
            )

    # Leases are renewed as background work of the dispatcher.

    def next_renewal(self) -> datetime:
        """When a lease that is taken now wants renewal."""
        return self.hub.clock.now() + self._lease / 3

    def next_due(self) -> datetime | None:
        """When the next lease wants renewal."""
        return min((due for _, due in self._leased.values()), default=None)

    def run_due(self, now: datetime) -> None:
        """Renew the leases of activities that are still running."""
        for seq, (activity, due) in list(self._leased.items()):
            if due <= now:
                self.activities.renew(activity, self._lease)
                self._leased[seq] = (activity, self.next_renewal())
