"""Who waits for what: for quiet, or for the end of an instance."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from local.clock import Clock
from local.functions_host.engine.episode import FINISHED
from local.functions_host.store.tables import Store


class Waits:
    """The open waits of one host; whoever changes something says when to look."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._quiet: list[tuple[Callable[[], bool], asyncio.Future[None]]] = []
        self._endings: list[tuple[str, datetime | None, asyncio.Future[None]]] = []

    def for_quiet(self, condition: Callable[[], bool]) -> asyncio.Future[None]:
        """Done in a moment of quiet in which the condition holds."""
        future = asyncio.get_running_loop().create_future()
        self._quiet.append((condition, future))
        return future

    def for_end(self, instance_id: str, deadline: datetime | None) -> asyncio.Future[None]:
        """Done when the instance has ended or is gone, or the deadline has come."""
        future = asyncio.get_running_loop().create_future()
        self._endings.append((instance_id, deadline, future))
        self.look_at_endings()
        return future

    def look_in_quiet(self) -> None:
        """Nothing is ready or in flight."""
        for condition, future in self._quiet:
            if not future.done() and condition():
                future.set_result(None)
        self._quiet = [wait for wait in self._quiet if not wait[1].done()]

    def look_at_endings(self, *, standing: bool = False) -> None:
        """An instance may have ended, or, where time stands, nothing can happen any more."""
        for instance_id, deadline, future in self._endings:
            instance = self._store.instance(instance_id)
            over = deadline is not None and deadline <= self._clock.now()
            ended = instance is None or instance.status in FINISHED
            if not future.done() and (ended or over or standing):
                future.set_result(None)
        self._endings = [wait for wait in self._endings if not wait[2].done()]
