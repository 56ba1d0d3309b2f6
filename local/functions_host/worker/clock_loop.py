"""The event loop of the app's coroutines that work items run, on the clock of the host.

`asyncio.sleep` and `loop.time` follow that clock: at eighty times real time a minute takes less
than a second, and on a virtual clock nobody waits at all. For that the loop says when it dozes:
every coroutine sleeps and no thread works for one, so that nothing happens before `wakes_at`.
Coroutines that wait for a socket seem to doze too; with a virtual clock they should use a thread.
"""

import asyncio
import selectors
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from local.clock import Clock, VirtualClock


class ClockLoop:
    """A loop on a thread of its own; `on_doze` is called on that thread whenever it dozes."""

    def __init__(self, clock: Clock, on_doze: Callable[[], object] = lambda: None) -> None:
        self.on_doze = on_doze
        self._clock = clock
        self._loop = _Loop(clock, self._select)
        self._running = 0
        self._dozing = 0
        self._wakes_at = clock.now()
        self._thread = threading.Thread(target=self._run, name="coroutines", daemon=True)
        self._thread.start()

    async def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """The result of a coroutine of the app, awaited on the loop of the host."""
        return await asyncio.wrap_future(self.submit(work))

    def submit(self, work: Coroutine[Any, Any, Any]) -> Future[Any]:
        """Begin a coroutine of the app."""
        return asyncio.run_coroutine_threadsafe(self._counted(work), self._loop)

    @property
    def dozing(self) -> int:
        """How many coroutines run here and do nothing until `wakes_at`; else 0."""
        return self._dozing if self._wakes_at > self._clock.now() else 0

    @property
    def wakes_at(self) -> datetime | None:
        """When the loop goes on by itself, where it dozes."""
        return self._wakes_at if self.dozing else None

    def stop(self) -> None:
        """End all coroutines and the thread; threads that still work for them are left alone."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    # On its thread

    def _run(self) -> None:
        watched: AbstractContextManager[None] = nullcontext()
        if isinstance(self._clock, VirtualClock):
            watched = self._clock.watched(self._clock_moved)
        with watched:
            self._loop.run_forever()
            self._loop.run_until_complete(self._end())
        self._loop.close()

    async def _end(self) -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _counted(self, work: Coroutine[Any, Any, Any]) -> Any:
        self._running += 1
        try:
            return await work
        finally:
            self._running -= 1

    def _clock_moved(self) -> None:  # on the thread of whoever moved it
        self._dozing = 0
        self._loop.call_soon_threadsafe(lambda: None)

    def _select(self, wait: "_Wait", timeout: float | None) -> "_Events":
        if timeout is None or timeout <= 0:
            return wait(timeout)
        moment = self._clock.now() + timedelta(microseconds=ceil(timeout * 1e6))
        if not self._loop.threads:
            self._wakes_at, self._dozing = moment, self._running
            self.on_doze()
        real = self._clock.real_seconds_until(moment)
        try:
            return wait(None if real == float("inf") else real)
        finally:
            self._dozing = 0


_Events = list[tuple[selectors.SelectorKey, int]]
_Wait = Callable[[float | None], _Events]


class _Selector(selectors.DefaultSelector):
    """Hands every wait for events to whoever decides how long it is to be."""

    def __init__(self, decide: Callable[[_Wait, float | None], _Events]) -> None:
        super().__init__()
        self._decide = decide

    def select(self, timeout: float | None = None) -> _Events:
        return self._decide(super().select, timeout)


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self, clock: Clock, decide: Callable[[_Wait, float | None], _Events]) -> None:
        super().__init__(_Selector(decide))
        self._host_clock, self._began = clock, clock.now()
        self.threads = 0  # that work for a coroutine

    def time(self) -> float:
        return (self._host_clock.now() - self._began).total_seconds()

    def run_in_executor(  # type: ignore[override]  # the types of typeshed differ by version
        self, executor: Any, func: Any, *args: Any
    ) -> Any:
        self.threads += 1
        future = super().run_in_executor(executor, func, *args)
        future.add_done_callback(self._thread_done)
        return future

    def _thread_done(self, _: Any) -> None:
        self.threads -= 1
