"""A host that stops: what was started goes, and nothing is started any more."""

import asyncio
import inspect
from collections.abc import Coroutine
from types import SimpleNamespace
from typing import Any

from local.clock import VirtualClock
from local.functions_host.dispatch.dispatcher import Dispatcher


class Idle:
    """A task hub in which nothing is ready; it counts how often it is asked."""

    dead = False
    asked = 0

    def take_wake(self) -> Any:
        self.asked += 1
        return SimpleNamespace(instances=[], activities=[], delayed=None)


def dispatcher(store: Idle) -> Dispatcher:
    hub = SimpleNamespace(store=store, clock=VirtualClock())
    settings = SimpleNamespace(max_orchestrators=1, max_activities=1)
    worker = SimpleNamespace(coroutines=SimpleNamespace(dozing=0))
    runner: Any = SimpleNamespace(hub=hub, settings=settings, worker=worker)
    return Dispatcher(runner, choose=None, jumps=False, on_death=lambda: None)


async def forever() -> None:
    await asyncio.Event().wait()


def test_what_has_not_begun_when_the_host_stops_is_closed_and_nothing_new_is_begun() -> None:
    store, work = Idle(), forever()

    async def stopped_at_once(work: Coroutine[Any, Any, None]) -> int:
        ending = dispatcher(store)
        ending.spawn(work)
        await ending.end()
        before = store.asked
        ending.pump()
        return store.asked - before

    assert asyncio.run(stopped_at_once(work)) == 0
    assert inspect.getcoroutinestate(work) == inspect.CORO_CLOSED
