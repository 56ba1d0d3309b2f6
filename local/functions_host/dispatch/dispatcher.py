"""Decides what runs when: ready work items, delayed messages, and virtual time.

Everything here happens on the event loop of the host, so no locks are needed. An instance is
ready when its inbox has a visible message; at most one episode per instance runs at a time.
Nothing polls: commits say what they woke, and one timer waits for the next due thing.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol

from local.clock import VirtualClock
from local.functions_host.dispatch.runner import Runner
from local.functions_host.dispatch.waits import Waits
from local.functions_host.dispatch.work_items import (
    ACTIVITY,
    ORCHESTRATION,
    Chooser,
    Item,
    ReadyItems,
)
from local.functions_host.errors import HostKilled, WorkerCrash

log = logging.getLogger(__name__)


class Background(Protocol):
    """Work with due times that does not pull virtual time forward: timer triggers, retries."""

    def next_due(self) -> datetime | None:
        """When something is due next."""

    def run_due(self, now: datetime) -> None:
        """Begin everything that is due."""


class Dispatcher:
    """The ready queues of one host.

    `choose` picks which ready work item runs next, given their names; see ReadyItems.
    """

    def __init__(
        self,
        runner: Runner,
        *,
        choose: Chooser | None,
        jumps: bool,
        on_death: Callable[[], None],
    ) -> None:
        self.runner, self.store, self.clock = runner, runner.hub.store, runner.hub.clock
        self._coroutines = runner.worker.coroutines
        self.jumps = jumps and isinstance(self.clock, VirtualClock)
        self.on_death = on_death
        self.background: list[Background] = []
        settings = runner.settings
        limits = {ORCHESTRATION: settings.max_orchestrators, ACTIVITY: settings.max_activities}
        self._ready = ReadyItems(limits, choose)
        self._in_flight = 0
        self._scanned: datetime | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._armed_for: datetime | None = None
        self._waits = Waits(self.store, self.clock)
        self._tasks = set[asyncio.Task[None]]()
        self._quiet_check: asyncio.Handle | None = None
        self._ended = False

    def begin(self) -> None:
        """Take up the work that the task hub holds."""
        loop = asyncio.get_running_loop()
        self._coroutines.on_doze = partial(loop.call_soon_threadsafe, self.pump)
        self._ready.offer(ACTIVITY, self.runner.activities.queued())
        self.run_due()

    async def end(self) -> None:
        """Wait for nothing; what runs is cancelled and will be repeated, and nothing is begun."""
        self._ended = True
        if self._timer is not None:
            self._timer.cancel()
        if self._quiet_check is not None:
            self._quiet_check.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # What is ready

    def pump(self) -> None:
        """Start what is ready and fits; to be called after every change."""
        if self.store.dead or self._ended:
            return
        wake = self.store.take_wake()
        self._ready.offer(ORCHESTRATION, sorted(wake.instances))
        self._ready.offer(ACTIVITY, wake.activities)
        while (item := self._ready.take(self._coroutines.dozing)) is not None:
            self.spawn(self._run(item))
        if wake.delayed is not None:
            self._wake_by(wake.delayed)
        if self.quiet and self._quiet_check is None:
            loop = asyncio.get_running_loop()
            self._quiet_check = loop.call_soon(self._when_quiet)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something that virtual time waits for."""
        self._in_flight += 1
        task = asyncio.get_running_loop().create_task(self._guard(work))
        self._tasks.add(task)
        task.add_done_callback(partial(self._done, work))

    def _done(self, work: Coroutine[Any, Any, None], task: asyncio.Task[None]) -> None:
        work.close()  # it was never entered, where its task was cancelled before it began
        self._tasks.discard(task)
        self._in_flight -= 1
        self.pump()

    async def _guard(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except HostKilled:
            self.on_death()
        except asyncio.CancelledError:
            raise
        except Exception:
            log.exception("the host failed on a work item")

    async def _run(self, item: Item) -> None:
        kind, key = item
        try:
            if kind == ORCHESTRATION:
                await self.runner.run_episode(str(key))
            else:
                self._wake_by(self.runner.next_renewal())
                await self.runner.run_activity(int(key))
            self.runner.backoff.forget(item)
        except Exception as crash:
            expected = isinstance(crash, WorkerCrash)
            log.warning("%s; %s %s is repeated", crash, kind, key, exc_info=not expected)
            self.runner.backoff.put(item)
            self._arm()
        finally:
            self._ready.give_back(item)
        if kind == ORCHESTRATION:
            self._waits.look_at_endings()

    @contextmanager
    def request(self) -> Iterator[None]:
        """Something from outside is in flight: virtual time stands still."""
        self._in_flight += 1
        try:
            yield
        finally:
            self._in_flight -= 1
            with suppress(RuntimeError):  # the loop may be gone after a crash
                self.pump()

    # Time

    @property
    def quiet(self) -> bool:
        """Whether nothing is ready or in flight, but for coroutines that doze."""
        return self._in_flight == self._coroutines.dozing and not self._ready

    def run_due(self) -> None:
        """Make ready what is due at the clock's present."""
        if self.store.dead:
            return
        now = self.clock.now()
        self._ready.offer(ORCHESTRATION, self.store.due_instances(self._scanned, now))
        self._scanned = now
        for background in self.background:
            background.run_due(now)
        for kind, key in self.runner.backoff.take_due(now):
            self._ready.offer(kind, [key])
        self._waits.look_at_endings()
        self._arm()
        self.pump()

    def _next_background(self) -> datetime | None:
        moments = [background.next_due() for background in self.background]
        return _earliest(self.runner.backoff.next_due(), *moments)

    def next_due(self) -> datetime | None:
        """When anything is due next, background included."""
        stored = self.store.next_due(self._scanned or self.clock.now())
        return _earliest(stored, self._next_background(), self._coroutines.wakes_at)

    def _wake_by(self, moment: datetime) -> None:
        if self._armed_for is None or moment < self._armed_for:
            self._arm()

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._armed_for = due = self.next_due()
        if due is None:
            return
        seconds = self.clock.real_seconds_until(due)
        if seconds != float("inf"):
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(min(seconds, 3600), self.run_due)

    def _when_quiet(self) -> None:
        self._quiet_check = None
        if not self.quiet or self.store.dead:
            return
        if isinstance(self.clock, VirtualClock) and self._scanned != self.clock.now():
            self.run_due()  # somebody else moved the clock
            return
        due = _earliest(self.store.next_due(self.clock.now()), self._coroutines.wakes_at)
        if self.jumps and due is not None:
            self._jump_to(due)
            return
        self._waits.look_at_endings(standing=isinstance(self.clock, VirtualClock))
        self._waits.look_in_quiet()

    def _jump_to(self, due: datetime) -> None:
        background = self._next_background()
        self._move_to(due if background is None else min(due, background))

    def _move_to(self, moment: datetime) -> None:
        if not isinstance(self.clock, VirtualClock):
            raise TypeError("only a virtual clock can be moved")
        self.clock.advance_to(moment)
        self.run_due()

    async def until_quiet(self) -> None:
        """Wait until nothing is ready or in flight."""
        await self._until(lambda: True)

    async def until_idle(self) -> None:
        """Wait until nothing is ready, in flight, or due later; where time stands, due now."""
        stands = isinstance(self.clock, VirtualClock)
        await self._until(lambda: stands or self.store.next_due(self.clock.now()) is None)

    async def _until(self, condition: Callable[[], bool]) -> None:
        future = self._waits.for_quiet(condition)
        self.pump()
        await future

    async def until_finished(self, instance_id: str, seconds: float | None = None) -> None:
        """Wait for the end of an instance, at most so long on the host's clock.

        Where time stands, it also returns once nothing can happen any more.
        """
        deadline = None if seconds is None else self.clock.now() + timedelta(seconds=seconds)
        future = self._waits.for_end(instance_id, deadline)
        self.pump()
        left = None if deadline is None else self.clock.real_seconds_until(deadline)
        with suppress(TimeoutError):
            async with asyncio.timeout(None if left == float("inf") else left):
                await future

    @contextmanager
    def standing_aside(self) -> Iterator[None]:
        """A request that waits for time to pass must not hold it up."""
        self._in_flight -= 1
        self.pump()
        try:
            yield
        finally:
            self._in_flight += 1

    async def advance(self, by: timedelta) -> None:
        """Move virtual time forward, stopping at every due thing on the way."""
        target = self.clock.now() + by
        await self.until_quiet()
        while (due := self.next_due()) is not None and due <= target:
            self._move_to(due)
            await self.until_quiet()
        self._move_to(target)
        await self.until_quiet()


def _earliest(*moments: datetime | None) -> datetime | None:
    return min((m for m in moments if m is not None), default=None)
